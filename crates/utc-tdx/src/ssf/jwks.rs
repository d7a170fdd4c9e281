//! The keys of a transmitter.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::json;
use crate::members::Members;
use crate::refusal::Refusal;
use crate::ssf::PublicKey;

/// The largest key set that is read, in bytes.
pub const MAX_JWKS_BYTES: usize = 256 * 1024;
/// The most keys of a set.
const MAX_KEYS: usize = 100;
/// The longest `kid`, in bytes.
const MAX_KID: usize = 200;

/// Why a key set is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// It is larger than 256 KiB.
    #[error("has {actual} bytes, at most {MAX_JWKS_BYTES} are read")]
    TooLarge {
        /// Its size in bytes.
        actual: usize,
    },
    /// It is not an object with an array `keys`.
    #[error("must be a JSON Web Key set")]
    Form(#[source] Refusal),
    /// It has more than 100 keys.
    #[error("has {actual} keys, at most {MAX_KEYS} are read")]
    TooMany {
        /// How many it has.
        actual: usize,
    },
    /// It has no key that can be used here.
    #[error("has no key for RS256, ES256 or EdDSA that may be used")]
    NoKey,
}

/// Why one key of a set is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyProblem {
    /// It is for no algorithm that is taken here; symmetric keys are among these.
    #[error("it is for no algorithm that is taken here")]
    Kind,
    /// A member is missing or has another form.
    #[error("a member is missing or has another form")]
    Form,
    /// It is not for signatures.
    #[error("it is not for signatures")]
    Purpose,
    /// Its `alg` is not the one that it can be used for.
    #[error("its `alg` is another one")]
    Algorithm,
    /// Its RSA modulus has less than 2048 or more than 8192 bits, or the numbers are unfit.
    #[error("RSA keys must have 2048 to 8192 bits")]
    Rsa,
    /// It is no point of the curve, or one of small order.
    #[error("it is no point of its curve that can be used")]
    Point,
    /// Two keys of the set have its `kid`.
    #[error("the key set has two keys of this `kid`")]
    Ambiguous,
}

/// The keys of one transmitter by `kid`. What is unfit is kept with its problem, so that a token which names it is told.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: BTreeMap<String, Result<PublicKey, KeyProblem>>,
}

impl KeySet {
    /// Reads a JSON Web Key set (RFC 7517). Keys without `kid` cannot be named and are passed over.
    pub fn parse(bytes: &[u8]) -> Result<Self, JwksError> {
        if bytes.len() > MAX_JWKS_BYTES {
            return Err(JwksError::TooLarge {
                actual: bytes.len(),
            });
        }
        let set = json::parse(bytes).map_err(JwksError::Form)?;
        let set = Members::of(&set, "").map_err(JwksError::Form)?;
        let all = set.array("keys").map_err(JwksError::Form)?;
        if all.len() > MAX_KEYS {
            return Err(JwksError::TooMany { actual: all.len() });
        }
        let mut keys = BTreeMap::new();
        for jwk in all {
            let jwk = Members::of(jwk, "/keys").map_err(JwksError::Form)?;
            enter(&mut keys, &jwk);
        }
        if keys.values().all(Result::is_err) {
            return Err(JwksError::NoKey);
        }
        Ok(Self { keys })
    }

    /// The key of this `kid`; none when the set has none, and its problem when it must not be used.
    pub fn get(&self, kid: &str) -> Option<Result<&PublicKey, KeyProblem>> {
        let found = self.keys.get(kid)?;
        Some(found.as_ref().map_err(|problem| *problem))
    }

    /// Every `kid` with what is wrong with its key, in order.
    pub fn problems(&self) -> impl Iterator<Item = (&str, KeyProblem)> {
        let problem =
            |(kid, key): (_, &Result<PublicKey, KeyProblem>)| Some((kid, *key.as_ref().err()?));
        let all = self.keys.iter().map(|(kid, key)| (kid.as_str(), key));
        all.filter_map(problem)
    }
}

fn enter(keys: &mut BTreeMap<String, Result<PublicKey, KeyProblem>>, jwk: &Members<'_>) {
    let Ok(Some(kid)) = jwk.optional_text("kid") else {
        return;
    };
    if kid.len() > MAX_KID {
        return;
    }
    match keys.entry(kid.to_owned()) {
        Entry::Vacant(free) => {
            free.insert(PublicKey::from_jwk(jwk));
        }
        Entry::Occupied(mut taken) => {
            *taken.get_mut() = Err(KeyProblem::Ambiguous);
        }
    }
}
