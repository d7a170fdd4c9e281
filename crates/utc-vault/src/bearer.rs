//! Secrets that speak for whoever carries them: tokens, sessions, one-time links.

mod kind;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::encode::{self, NAME_CHARACTERS, base64url, base64url_characters, parse_base64url};
use crate::{DataKeys, KeyedHash, Match, keyed_hash};

pub use kind::{
    Api, ApiToken, BearerKind, Login, LoginLink, Session, SessionSecret, Setup, SetupLink,
};

const SECRET_BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;
const TAIL_BYTES: usize = SECRET_BYTES + CHECKSUM_BYTES;

/// Characters behind the prefix: id, underscore, secret with checksum.
const REST_CHARACTERS: usize = NAME_CHARACTERS + 1 + base64url_characters(TAIL_BYTES);

/// Why a text is no bearer secret of the kind asked for. Nothing of the text is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BearerError {
    /// It begins otherwise: another kind, or nothing of ours.
    #[error("does not begin with `{expected}`")]
    Prefix {
        /// How this kind begins.
        expected: &'static str,
    },
    /// Characters are missing, or there are too many.
    #[error("must have {expected} characters, has {actual}")]
    Length {
        /// The length of this kind.
        expected: usize,
        /// The length of the text, in characters.
        actual: usize,
    },
    /// The length is right, but a character is none that can stand there.
    #[error("has a character that cannot stand there")]
    Form,
    /// The form is right and the checksum is not: it was mistyped or cut from two, and never valid.
    #[error("the checksum is wrong: it was not copied whole")]
    Checksum,
}

/// The public half of a bearer secret, by which its row is found: eight random bytes, written as 16
/// lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BearerId([u8; 8]);

impl BearerId {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for BearerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode::name(self.0))
    }
}

impl fmt::Debug for BearerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BearerId({self})")
    }
}

impl FromStr for BearerId {
    type Err = BearerError;

    /// Reads 16 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, BearerError> {
        encode::parse_name(text).map(Self).ok_or(BearerError::Form)
    }
}

/// A bearer secret `<prefix>_<id>_<secret>` of one kind, such as [`ApiToken`].
///
/// The last part is 48 characters of base64url: 32 random bytes and a checksum of 4. The checksum is
/// the beginning of SHA-256 over prefix, id and secret. It guards nothing; it tells what was mistyped
/// from what was revoked, and lets scanners for leaked secrets be sure.
///
/// The secret is erased from memory when dropped, and `Debug` shows the id only.
pub struct Bearer<K> {
    id: BearerId,
    secret: Zeroizing<[u8; SECRET_BYTES]>,
    kind: PhantomData<K>,
}

impl<K: BearerKind> Bearer<K> {
    /// From bytes of a cryptographic random generator. The caller erases its own copy of the secret.
    pub fn new(id: [u8; 8], secret: &[u8; SECRET_BYTES]) -> Self {
        Self {
            id: BearerId(id),
            secret: Zeroizing::new(*secret),
            kind: PhantomData,
        }
    }

    /// Reads the exact form only: a bearer secret has one spelling.
    ///
    /// # Errors
    ///
    /// A [`BearerError`], which tells a mistyped secret from other text.
    pub fn parse(text: &str) -> Result<Self, BearerError> {
        let expected = K::PREFIX;
        let rest = text
            .strip_prefix(expected)
            .ok_or(BearerError::Prefix { expected })?;
        if rest.chars().count() != REST_CHARACTERS {
            return Err(BearerError::Length {
                expected: expected.len() + REST_CHARACTERS,
                actual: text.chars().count(),
            });
        }
        let (id, tail) = split(rest).ok_or(BearerError::Form)?;
        Self::checked(id, &tail).ok_or(BearerError::Checksum)
    }

    /// The text to hand out, once; only its [`Bearer::hash`] is stored.
    pub fn render(&self) -> Zeroizing<String> {
        let tail = Zeroizing::new([self.secret.as_slice(), &self.checksum()].concat());
        // Room for everything at once: a string that grows leaves copies of the secret behind.
        let room = K::PREFIX.len() + REST_CHARACTERS;
        let mut text = Zeroizing::new(String::with_capacity(room));
        text.push_str(K::PREFIX);
        text.push_str(&self.id.to_string());
        text.push('_');
        text.push_str(&base64url(&tail));
        text
    }

    /// The id, which may be stored and shown.
    pub fn id(&self) -> BearerId {
        self.id
    }

    /// The hash to store: over the whole text, so that it fits no other id and no other kind.
    pub fn hash(&self, keys: &DataKeys) -> KeyedHash {
        keyed_hash(keys, K::PURPOSE, self.render().as_bytes())
    }

    /// Compares with a stored hash, in constant time.
    pub fn matches(&self, keys: &DataKeys, stored: &KeyedHash) -> Match {
        stored.matches(keys, K::PURPOSE, self.render().as_bytes())
    }

    fn checked(id: BearerId, tail: &[u8; TAIL_BYTES]) -> Option<Self> {
        let (secret, checksum) = tail.split_first_chunk()?;
        let bearer = Self::new(id.0, secret);
        (bearer.checksum() == checksum).then_some(bearer)
    }

    fn checksum(&self) -> [u8; CHECKSUM_BYTES] {
        let digest = Sha256::new()
            .chain_update(K::PREFIX)
            .chain_update(self.id.0)
            .chain_update(self.secret.as_slice())
            .finalize();
        let [a, b, c, d, ..]: [u8; 32] = digest.into();
        [a, b, c, d]
    }
}

impl<K: BearerKind> FromStr for Bearer<K> {
    type Err = BearerError;

    fn from_str(text: &str) -> Result<Self, BearerError> {
        Self::parse(text)
    }
}

impl<K: BearerKind> fmt::Debug for Bearer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bearer({}{}_***)", K::PREFIX, self.id)
    }
}

/// The id, and secret with checksum.
fn split(rest: &str) -> Option<(BearerId, Zeroizing<[u8; TAIL_BYTES]>)> {
    let (id, tail) = rest.split_at_checked(NAME_CHARACTERS)?;
    let tail = parse_base64url(tail.strip_prefix('_')?)?;
    Some((id.parse().ok()?, tail))
}
