//! Hashes that only the holder of the data key can compute: a stolen row is no token.

use std::fmt;
use std::str::FromStr;

use subtle::ConstantTimeEq as _;

use crate::encode::{base64url, parse_base64url};
use crate::{DataKeyId, DataKeys, HashPurpose};

/// The text is no [`KeyedHash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a keyed hash is 16 hexadecimal digits, a dot, and 43 characters of base64url")]
pub struct KeyedHashError;

/// HMAC-SHA256 under a derived key, and the id of the data key behind it.
///
/// As text, for one column: the key id, a dot, 32 bytes in base64url; 60 characters. It is compared by
/// [`KeyedHash::matches`] only and has no `==`, because an ordinary comparison tells by its time how far it came.
#[derive(Clone)]
pub struct KeyedHash {
    key_id: DataKeyId,
    tag: [u8; 32],
}

impl KeyedHash {
    /// The id of the data key that it was computed under.
    pub fn key_id(&self) -> DataKeyId {
        self.key_id
    }

    /// Compares with presented bytes, under the key that this hash names. Takes the same time wherever
    /// the hashes differ.
    pub fn matches(&self, keys: &DataKeys, purpose: HashPurpose, bytes: &[u8]) -> Match {
        let Some(key) = keys.find(self.key_id) else {
            return Match::UnknownKey;
        };
        let same = key.hash_key(purpose).tag(bytes).ct_eq(&self.tag);
        match (bool::from(same), key.id() == keys.active().id()) {
            (true, true) => Match::Current,
            (true, false) => Match::Outdated,
            (false, _) => Match::No,
        }
    }
}

impl fmt::Display for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.key_id, base64url(&self.tag).as_str())
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedHash({}, ***)", self.key_id)
    }
}

impl FromStr for KeyedHash {
    type Err = KeyedHashError;

    /// Reads the exact form only: a hash has one spelling.
    fn from_str(text: &str) -> Result<Self, KeyedHashError> {
        let (id, tag) = text.split_once('.').ok_or(KeyedHashError)?;
        let key_id = DataKeyId::parse(id).ok_or(KeyedHashError)?;
        let tag = *parse_base64url(tag).ok_or(KeyedHashError)?;
        Ok(Self { key_id, tag })
    }
}

/// How presented bytes compare with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// They are what was hashed, under the active key.
    Current,
    /// They are what was hashed, under a previous key: store the hash anew.
    Outdated,
    /// They are something else.
    No,
    /// The hash was made under a key that is not configured, so nothing can be said. Refuse, and tell the
    /// operator.
    UnknownKey,
}

impl Match {
    /// Whether the bytes are what was hashed.
    pub fn is_match(self) -> bool {
        match self {
            Self::Current | Self::Outdated => true,
            Self::No | Self::UnknownKey => false,
        }
    }
}

/// The hash of the bytes for a purpose, under the active key.
pub fn keyed_hash(keys: &DataKeys, purpose: HashPurpose, bytes: &[u8]) -> KeyedHash {
    let key = keys.active();
    KeyedHash {
        key_id: key.id(),
        tag: key.hash_key(purpose).tag(bytes),
    }
}
