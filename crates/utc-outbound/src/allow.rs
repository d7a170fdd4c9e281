//! One item of `UTC_OUTBOUND_ALLOW`.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use url::Host;

/// One item of `UTC_OUTBOUND_ALLOW`: a network, or a host or an address with or without a port.
///
/// ```
/// use utc_outbound::AllowEntry;
///
/// let entry: AllowEntry = "Payments.Internal:8443".parse()?;
/// assert_eq!(entry.to_string(), "payments.internal:8443");
/// # Ok::<(), utc_outbound::AllowEntryError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowEntry {
    place: Place,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Network(IpNet),
    /// In lower case, in ASCII, without the dot at the end.
    Name(String),
}

/// What is wrong with an item of the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowEntryError {
    /// It is none of the forms that there are.
    #[error(
        "`{0}` is neither a network such as `10.0.0.0/8`, nor a host or an address with or without a port"
    )]
    Form(String),
    /// It is an IPv4 network in the dress of IPv6.
    #[error("`{0}` stands for IPv4 addresses: write them as such")]
    Mapped(String),
}

impl AllowEntry {
    /// Whether the entry lets a connection to `address` happen that was asked for as `host`.
    ///
    /// `address` must be canonical: an IPv4 address is not given as a mapped one. A name covers every address that
    /// it has.
    pub(crate) fn covers(&self, host: &str, address: SocketAddr) -> bool {
        let place = match &self.place {
            Place::Network(network) => network.contains(&address.ip()),
            Place::Name(name) => without_dot(host).eq_ignore_ascii_case(name),
        };
        place && self.port.is_none_or(|port| port == address.port())
    }

    fn network(network: IpNet, port: Option<u16>, text: &str) -> Result<Self, AllowEntryError> {
        if network.addr().to_canonical() != network.addr() {
            return Err(AllowEntryError::Mapped(text.to_owned()));
        }
        let place = Place::Network(network);
        Ok(Self { place, port })
    }
}

impl FromStr for AllowEntry {
    type Err = AllowEntryError;

    fn from_str(text: &str) -> Result<Self, AllowEntryError> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Self::network(network.trunc(), None, text);
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Self::network(address.into(), None, text);
        }
        let (host, port) = split_port(text)?;
        match Host::parse(host) {
            Ok(Host::Domain(name)) if is_name(without_dot(&name)) => Ok(Self {
                place: Place::Name(without_dot(&name).to_owned()),
                port,
            }),
            Ok(Host::Ipv4(address)) => Self::network(IpAddr::V4(address).into(), port, text),
            Ok(Host::Ipv6(address)) => Self::network(IpAddr::V6(address).into(), port, text),
            Ok(Host::Domain(_)) | Err(_) => Err(AllowEntryError::Form(text.to_owned())),
        }
    }
}

impl fmt::Display for AllowEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.port) {
            (Place::Network(network), Some(port)) => SocketAddr::new(network.addr(), port).fmt(f),
            (Place::Network(network), None) => network.fmt(f),
            (Place::Name(name), Some(port)) => write!(f, "{name}:{port}"),
            (Place::Name(name), None) => f.write_str(name),
        }
    }
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), AllowEntryError> {
    match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => match port.parse() {
            Ok(port) if port > 0 => Ok((host, Some(port))),
            Ok(_) | Err(_) => Err(AllowEntryError::Form(text.to_owned())),
        },
        Some(_) | None => Ok((text, None)),
    }
}

/// Letters, digits, `-` and `_` between dots. There are no patterns: `*` would be a name that nobody has.
fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.split('.')
        .all(|label| !label.is_empty() && label.chars().all(fits))
}

/// `example.org.` is the same host as `example.org`.
pub(crate) fn without_dot(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}
