//! Tags of receipts, for those who hold the secret.

use utc_attestation::{HmacKey, KeyError, KeyRing, Secret};
use utc_domain::KeyId;

/// The secrets of an installation, present and past, each with the key id that receipts name it by.
#[derive(Debug, Default)]
pub struct TagKeys(Vec<(KeyId, HmacKey)>);

impl TagKeys {
    /// From the secrets' texts.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for a secret that is too short.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Result<Self, KeyError> {
        let keys = secrets.into_iter().map(|secret| {
            let ring = KeyRing::new(Secret::new(secret)?, None, Vec::new())?;
            Ok((ring.active().clone(), HmacKey::new(secret.as_bytes())?))
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn find(&self, kid: &KeyId) -> Option<&HmacKey> {
        let found = self.0.iter().find(|(held, _)| held == kid);
        found.map(|(_, key)| key)
    }
}
