//! Where the program listens and what kind of installation it is.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use crate::parse::{flag, list, whole, word};
use crate::print::{joined, optional};
use crate::reader::{Noted, Reader};
use crate::{Network, Refused, Variable};

pub(crate) const ENV: Variable = Variable::new(
    "APP_ENV",
    "development",
    "`development`, `testing` or `production`; production refuses weak settings, each by its name.",
    |c| c.server.env.to_string(),
);
const DEBUG: Variable = Variable::new(
    "APP_DEBUG",
    "true",
    "More detail in logs, never in answers; without a value `true` in development only.",
    |c| c.server.debug.to_string(),
);
pub(crate) const HOST: Variable = Variable::new(
    "APP_HOST",
    "127.0.0.1",
    "Address to listen on; only this machine's own until there is a user or a token.",
    |c| c.server.host.to_string(),
);
const PORT: Variable = Variable::new(
    "APP_PORT",
    "8000",
    "Port of the API and the console; 0 takes any free one.",
    |c| c.server.port.to_string(),
);
const GATEWAY_PORT: Variable = Variable::new(
    "GATEWAY_PORT",
    "8001",
    "Port of the gateway; 0 takes any free one.",
    |c| c.server.gateway_port.to_string(),
);
const PUBLIC_URL: Variable = Variable::new(
    "UTC_PUBLIC_URL",
    "",
    "Where people reach this installation, as `https://trust.example.org`; only `https` in production.",
    |c| optional(c.server.public_url.as_ref()),
);
const TRUSTED_PROXIES: Variable = Variable::new(
    "UTC_TRUSTED_PROXIES",
    "",
    "Addresses or networks, with commas, whose forwarding headers count; none otherwise.",
    |c| joined(&c.server.trusted_proxies),
);

pub(crate) const VARIABLES: &[Variable] = &[
    ENV,
    DEBUG,
    HOST,
    PORT,
    GATEWAY_PORT,
    PUBLIC_URL,
    TRUSTED_PROXIES,
];

/// The kind of installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppEnv {
    /// On a developer's machine.
    Development,
    /// Under an automatic test.
    Testing,
    /// For real: weak settings are refused.
    Production,
}

impl FromStr for AppEnv {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let all = [Self::Development, Self::Testing, Self::Production];
        word(text, &all.map(|env| (env.as_str(), env)))
    }
}

impl AppEnv {
    /// The name in the environment.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Testing => "testing",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for AppEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the program listens and what kind of installation it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The kind of installation.
    pub env: AppEnv,
    /// Whether logs hold more detail.
    pub debug: bool,
    /// The address to listen on.
    pub host: IpAddr,
    /// The port of the API and the console; 0 means any free one.
    pub port: u16,
    /// The port of the gateway.
    pub gateway_port: u16,
    /// Where people reach it: scheme, host and port, without a slash at the end.
    pub public_url: Option<String>,
    /// Whose forwarding headers count.
    pub trusted_proxies: Vec<Network>,
}

impl Server {
    pub(crate) fn from_env(reader: &mut Reader<'_>, env: AppEnv) -> Result<Self, Noted> {
        let development = env == AppEnv::Development;
        let debug = reader.read_or(&DEBUG, &development.to_string(), flag);
        let host = reader.read(&HOST, host);
        let port = reader.read(&PORT, whole(0..=u16::MAX));
        let gateway_port = reader.read(&GATEWAY_PORT, whole(0..=u16::MAX));
        let public_url = reader.optional(&PUBLIC_URL, |text| origin(text, env));
        let trusted_proxies = reader.read(&TRUSTED_PROXIES, |text| proxies(text, env));
        let server = Self {
            env,
            debug: debug?,
            host: host?,
            port: port?,
            gateway_port: gateway_port?,
            public_url: public_url?,
            trusted_proxies: trusted_proxies?,
        };
        server.refuse_one_port_for_both(reader)?;
        Ok(server)
    }

    fn refuse_one_port_for_both(&self, reader: &mut Reader<'_>) -> Result<(), Noted> {
        // 0 takes two different free ones.
        if self.port != self.gateway_port || self.port == 0 {
            return Ok(());
        }
        let why = Refused::new("must not be `APP_PORT` too: the gateway has a port of its own");
        Err(reader.refuse(&GATEWAY_PORT, &self.gateway_port.to_string(), why))
    }
}

fn host(text: &str) -> Result<IpAddr, Refused> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let form = "must be an address such as `127.0.0.1` or `::1`, or `localhost`";
    text.parse().map_err(|_| Refused::new(form))
}

fn origin(text: &str, env: AppEnv) -> Result<String, Refused> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let secure = text.strip_prefix("https://");
    if env == AppEnv::Production && secure.is_none() {
        let why = "must begin with `https://` in production: passwords and sessions go over it";
        return Err(Refused::new(why));
    }
    let host = secure
        .or_else(|| text.strip_prefix("http://"))
        .unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if !host.is_empty() && host.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(Refused::new(
            "must be `https://` or `http://`, a host and perhaps a port, and nothing more",
        ))
    }
}

fn proxies(text: &str, env: AppEnv) -> Result<Vec<Network>, Refused> {
    let networks: Vec<Network> = list(text, str::parse)?;
    if env == AppEnv::Production && networks.iter().any(Network::is_everything) {
        let why = "must not be every address in production: anybody could pretend to be anybody";
        return Err(Refused::new(why));
    }
    Ok(networks)
}
