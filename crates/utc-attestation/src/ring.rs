//! The keys that this process holds.

use std::fmt;

use utc_domain::KeyId;

use crate::key::kid;
use crate::{HmacKey, KeyError, Secret};

/// What a key of a ring may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    SignAndVerify,
    VerifyOnly,
}

struct Held {
    kid: KeyId,
    key: HmacKey,
    permitted: Use,
}

/// The keys that this process holds, each by its [`KeyId`].
///
/// The active and the next key may sign: which of them does is the log's decision, not the
/// configuration's. Previous keys only verify.
pub struct KeyRing {
    active: KeyId,
    held: Vec<Held>,
}

impl KeyRing {
    /// Derives every key and its id.
    ///
    /// # Errors
    ///
    /// [`KeyError::Duplicate`] if one secret is given twice.
    pub fn new(
        active: Secret,
        next: Option<Secret>,
        previous: Vec<Secret>,
    ) -> Result<Self, KeyError> {
        let mut ring = Self {
            active: kid(active.as_bytes())?,
            held: Vec::with_capacity(2 + previous.len()),
        };
        for secret in std::iter::once(active).chain(next) {
            ring.add(&secret, Use::SignAndVerify)?;
        }
        for secret in previous {
            ring.add(&secret, Use::VerifyOnly)?;
        }
        Ok(ring)
    }

    /// The id of the configured active secret.
    pub fn active(&self) -> &KeyId {
        &self.active
    }

    /// The id of the next secret, if one is configured.
    pub fn next(&self) -> Option<&KeyId> {
        let signing = |held: &&Held| held.permitted == Use::SignAndVerify;
        let mut others = self
            .held
            .iter()
            .filter(signing)
            .filter(|held| held.kid != self.active);
        others.next().map(|held| &held.kid)
    }

    /// Whether the ring holds this key, for signing or for verifying.
    pub fn contains(&self, kid: &KeyId) -> bool {
        self.find(kid).is_some()
    }

    /// Whether the ring holds this key and may sign with it.
    pub fn may_sign(&self, kid: &KeyId) -> bool {
        self.find(kid)
            .is_some_and(|held| held.permitted == Use::SignAndVerify)
    }

    /// The ids of all keys: active, next, previous ones.
    pub fn kids(&self) -> impl Iterator<Item = &KeyId> {
        self.held.iter().map(|held| &held.kid)
    }

    /// The key for verifying.
    pub(crate) fn key(&self, kid: &str) -> Option<&HmacKey> {
        self.held
            .iter()
            .find(|held| held.kid.as_str() == kid)
            .map(|held| &held.key)
    }

    /// The keys that may sign.
    pub(crate) fn signers(&self) -> impl Iterator<Item = (&KeyId, &HmacKey)> {
        let signers = self
            .held
            .iter()
            .filter(|held| held.permitted == Use::SignAndVerify);
        signers.map(|held| (&held.kid, &held.key))
    }

    fn add(&mut self, secret: &Secret, permitted: Use) -> Result<(), KeyError> {
        let kid = kid(secret.as_bytes())?;
        if self.contains(&kid) {
            return Err(KeyError::Duplicate { kid });
        }
        self.held.push(Held {
            kid,
            key: HmacKey::new(secret.as_bytes())?,
            permitted,
        });
        Ok(())
    }

    fn find(&self, kid: &KeyId) -> Option<&Held> {
        self.held.iter().find(|held| held.kid == *kid)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.kids().map(KeyId::as_str))
            .finish()
    }
}
