//! What this installation is called and what it lets in and out.

use std::fmt;
use std::str::FromStr;

use crate::parse::{flag, list, name, whole, word};
use crate::print::{joined, optional};
use crate::reader::{Noted, Reader};
use crate::{AppEnv, Refused, Variable};

const ISSUER: Variable = Variable::new("UTC_ISSUER", "utc", "The `iss` of receipts.", |c| {
    c.installation.issuer.clone()
});
const LOG_ORIGIN: Variable = Variable::new(
    "UTC_LOG_ORIGIN",
    "utc.local/log",
    "The log's own name in checkpoints; production needs another one.",
    |c| c.installation.log_origin.clone(),
);
const MAX_UNITS: Variable = Variable::new(
    "UTC_MAX_UNITS",
    "10000",
    "Units that decisions and observations may create in all, up to 1000000.",
    |c| c.installation.max_units.to_string(),
);
const UNKNOWN_UNITS: Variable = Variable::new(
    "UTC_UNKNOWN_UNITS",
    "allow",
    "Writes on a unit that nobody configured: `allow`, `approve` or `deny`; without a value `deny` in production.",
    |c| c.installation.unknown_units.to_string(),
);
const OUTBOUND_ALLOW: Variable = Variable::new(
    "UTC_OUTBOUND_ALLOW",
    "",
    "Private hosts, addresses or networks, with commas, that may be called.",
    |c| joined(&c.installation.outbound_allow),
);
const LOG_PUBLIC: Variable = Variable::new(
    "UTC_LOG_PUBLIC",
    "true",
    "Whether the log can be read without a token.",
    |c| c.installation.log_public.to_string(),
);
const CHECKPOINT_SINK: Variable = Variable::new(
    "UTC_CHECKPOINT_SINK",
    "",
    "A file or an `https://` address that checkpoints are copied to.",
    |c| optional(c.installation.checkpoint_sink.as_ref()),
)
.address();

pub(crate) const VARIABLES: &[Variable] = &[
    ISSUER,
    LOG_ORIGIN,
    MAX_UNITS,
    UNKNOWN_UNITS,
    OUTBOUND_ALLOW,
    LOG_PUBLIC,
    CHECKPOINT_SINK,
];

/// What happens to a write on a unit that nobody configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownUnits {
    /// It is treated like any other.
    Allow,
    /// It needs approval.
    Approve,
    /// It is refused.
    Deny,
}

impl UnknownUnits {
    const ALL: [Self; 3] = [Self::Allow, Self::Approve, Self::Deny];

    /// The name in the environment.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }

    /// In production an invented name must not be a way around a lock.
    fn default_for(env: AppEnv) -> Self {
        match env {
            AppEnv::Development | AppEnv::Testing => Self::Allow,
            AppEnv::Production => Self::Deny,
        }
    }
}

impl FromStr for UnknownUnits {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        word(text, &Self::ALL.map(|choice| (choice.as_str(), choice)))
    }
}

impl fmt::Display for UnknownUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What this installation is called and what it lets in and out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The `iss` of receipts.
    pub issuer: String,
    /// The log's own name in checkpoints.
    pub log_origin: String,
    /// How many units may exist, 1 to 1,000,000.
    pub max_units: u32,
    /// What happens to a write on a unit that nobody configured.
    pub unknown_units: UnknownUnits,
    /// Private hosts, addresses and networks that may be called.
    pub outbound_allow: Vec<String>,
    /// Whether the log can be read without a token.
    pub log_public: bool,
    /// The file or address that checkpoints are copied to.
    pub checkpoint_sink: Option<String>,
}

impl Installation {
    pub(crate) fn from_env(reader: &mut Reader<'_>, env: AppEnv) -> Result<Self, Noted> {
        let choice = UnknownUnits::default_for(env);
        let issuer = reader.read(&ISSUER, name);
        let log_origin = reader.read(&LOG_ORIGIN, |text| log_origin(text, env));
        let max_units = reader.read(&MAX_UNITS, whole(1..=1_000_000));
        let unknown_units = reader.read_or(&UNKNOWN_UNITS, choice.as_str(), str::parse);
        let outbound_allow = reader.read(&OUTBOUND_ALLOW, |text| list(text, outbound));
        let log_public = reader.read(&LOG_PUBLIC, flag);
        let checkpoint_sink = reader.optional(&CHECKPOINT_SINK, sink);
        Ok(Self {
            issuer: issuer?,
            log_origin: log_origin?,
            max_units: max_units?,
            unknown_units: unknown_units?,
            outbound_allow: outbound_allow?,
            log_public: log_public?,
            checkpoint_sink: checkpoint_sink?,
        })
    }
}

fn log_origin(text: &str, env: AppEnv) -> Result<String, Refused> {
    if env == AppEnv::Production && text == LOG_ORIGIN.default() {
        let why = "must be a name of your own in production, such as `trust.example.org/log`";
        return Err(Refused::new(why));
    }
    name(text)
}

fn outbound(text: &str) -> Result<String, Refused> {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:/[]".contains(c);
    if text.chars().all(fits) && !text.contains("//") {
        Ok(text.to_owned())
    } else {
        Err(Refused::new(
            "must be host names, addresses or networks such as `10.0.0.0/8`, separated by commas",
        ))
    }
}

fn sink(text: &str) -> Result<String, Refused> {
    match text.split_once("://") {
        None => Ok(text.to_owned()),
        Some(("http" | "https", rest)) if !rest.is_empty() && !rest.contains('@') => {
            Ok(text.to_owned())
        }
        Some(_) => Err(Refused::new(
            "must be the path of a file, or `https://` or `http://` without a user or password",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vars;

    #[test]
    fn production_refuses_writes_on_unknown_units_unless_told_otherwise() {
        let origin = ("UTC_LOG_ORIGIN", "trust.example.org/log");
        let read = |pairs: &[(&str, &str)], env| {
            let vars = Vars::from_pairs(pairs.iter().copied());
            let mut reader = Reader::new(&vars);
            Installation::from_env(&mut reader, env)
                .unwrap()
                .unknown_units
        };
        assert_eq!(read(&[origin], AppEnv::Production), UnknownUnits::Deny);
        assert_eq!(read(&[], AppEnv::Development), UnknownUnits::Allow);
        let approve = [origin, ("UTC_UNKNOWN_UNITS", "approve")];
        assert_eq!(read(&approve, AppEnv::Production), UnknownUnits::Approve);
    }
}
