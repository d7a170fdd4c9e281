//! A checked URL.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::PathAndQuery;
use url::Url;

/// The longest URL that a person sets, in bytes.
const MAX_LENGTH: usize = 2_000;

/// The longest URL with a path that somebody else asks for, in bytes. Servers take 8,000 at least (RFC 9110, 4.1).
const MAX_WITH_PATH: usize = 16_000;

/// A checked `http` or `https` URL: what it says is what is connected to.
///
/// Hosts are normalised as browsers do, so that `http://2130706433/` and `http://0x7f.1/` are `http://127.0.0.1/`
/// before anybody judges them.
///
/// ```
/// use utc_outbound::Target;
///
/// let base: Target = "https://payments.example/v1".parse()?;
/// let target = base.with_path("/v1/orders%2F7?dry=1")?;
/// assert_eq!(target.to_string(), "https://payments.example/v1/orders%2F7?dry=1");
/// assert_eq!((target.host(), target.port()), ("payments.example", 443));
/// # Ok::<(), utc_outbound::TargetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    uri: Uri,
    host: String,
    port: u16,
}

/// Why a text is not the URL of a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It is longer than 2,000 bytes, or with the path of a request longer than 16,000.
    #[error("the URL has {actual} bytes, and may have {max}")]
    TooLong {
        /// How many it has.
        actual: usize,
        /// How many it may have.
        max: usize,
    },
    /// It holds a character that programs read differently.
    #[error("the URL holds white space, a backslash or a control character")]
    Character,
    /// It is not a URL.
    #[error("not a URL: {0}")]
    Syntax(String),
    /// It is of another scheme.
    #[error("the URL begins with `{0}:`, and must begin with `http:` or `https:`")]
    Scheme(String),
    /// It holds a user or a password, which would be stored and shown.
    #[error("the URL holds a user or a password")]
    UserInfo,
    /// It holds a fragment, which is never sent.
    #[error("the URL holds a fragment (`#…`)")]
    Fragment,
    /// It names no host, or no port that can be connected to.
    #[error("the URL names no host and port to connect to")]
    Host,
}

impl Target {
    /// The host: a name in lower case and ASCII, or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also where the URL leaves it to its scheme.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, where the URL names one instead of a host.
    pub fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The whole URL.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The same scheme, host and port with another path and query, which are sent byte for byte as they are.
    pub fn with_path(&self, path_and_query: &str) -> Result<Self, TargetError> {
        if !path_and_query.starts_with('/') {
            return Err(TargetError::Syntax("a path begins with `/`".to_owned()));
        }
        check_text(path_and_query)?;
        let path: PathAndQuery = path_and_query.parse().map_err(syntax)?;
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(path);
        let uri = Uri::from_parts(parts).map_err(syntax)?;
        check_length(&uri.to_string(), MAX_WITH_PATH)?;
        Ok(Self {
            uri,
            ..self.clone()
        })
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        check_length(text, MAX_LENGTH)?;
        check_text(text)?;
        let url = Url::parse(text).map_err(syntax)?;
        check_parts(text, &url)?;
        check_length(url.as_str(), MAX_LENGTH)?;
        let host = url.host_str().ok_or(TargetError::Host)?;
        let port = url.port_or_known_default().filter(|port| *port > 0);
        Ok(Self {
            uri: url.as_str().parse().map_err(syntax)?,
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.ok_or(TargetError::Host)?,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

fn check_length(text: &str, max: usize) -> Result<(), TargetError> {
    let actual = text.len();
    if actual > max {
        return Err(TargetError::TooLong { actual, max });
    }
    Ok(())
}

/// Parsers of URLs drop some of these and turn others into `/`, so that two of them see two hosts.
fn check_text(text: &str) -> Result<(), TargetError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if text.contains(bad) {
        return Err(TargetError::Character);
    }
    if text.contains('#') {
        return Err(TargetError::Fragment);
    }
    Ok(())
}

fn check_parts(text: &str, url: &Url) -> Result<(), TargetError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(TargetError::Scheme(url.scheme().to_owned()));
    }
    // `http:example.org` and `http:///example.org` are the same as `http://example.org` to browsers alone.
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err(TargetError::Host);
    }
    // An empty user (`http://@host`) is gone from the parsed URL.
    if authority.contains('@') {
        return Err(TargetError::UserInfo);
    }
    Ok(())
}

fn syntax(error: impl fmt::Display) -> TargetError {
    TargetError::Syntax(error.to_string())
}
