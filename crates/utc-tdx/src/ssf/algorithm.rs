//! The signatures that are taken.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;

/// A signature algorithm. There is no other: neither `none` nor an HMAC can be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 and at least 2048 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The name in a token's header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`RS256`, `ES256`, `EdDSA`",
        })
    }
}
