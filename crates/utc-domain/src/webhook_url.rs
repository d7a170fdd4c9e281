//! Where notices are sent.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// Where notices are sent: an `http` or `https` URL of at most 2,000 visible ASCII characters. Whoever connects judges it.
///
/// Some receivers know senders by the URL alone, so that it is a secret: only [`WebhookUrl::as_str`] gives all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(String);

impl WebhookUrl {
    const MAX: usize = 2_000;
    const FORM: DomainError = DomainError::Form {
        expected: "an `https://` or `http://` URL of visible ASCII characters, with a host and without user or password",
    };

    /// The whole URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: what may be written into a log.
    pub fn origin(&self) -> &str {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        let rest = self.0.get(start..).unwrap_or_default();
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        self.0.get(..start + end).unwrap_or_default()
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({}/…)", self.origin())
    }
}

impl FromStr for WebhookUrl {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        if text.len() > Self::MAX {
            return Err(DomainError::TooLong {
                max: Self::MAX,
                actual: text.len(),
                unit: "bytes",
            });
        }
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let visible = text.chars().all(|c| c.is_ascii_graphic());
        let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        // A user or a password would be stored, shown and logged.
        let fits = |authority: &str| !authority.is_empty() && !authority.contains('@');
        if visible && authority.is_some_and(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Self::FORM)
        }
    }
}
