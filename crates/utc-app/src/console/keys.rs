//! The keys that a console opens with.

use utc_attestation::{KeyRing, Secret};
use utc_storage::Store;
use utc_storage::journal::read_head;

use super::OpenError;
use crate::identity::Vault;
use crate::options::Options;
use crate::secret_file;

pub(super) fn open_vault(options: &Options) -> Result<Vault, OpenError> {
    let file = match &options.data_key_file {
        Some(file) => file.clone(),
        None => options.data_dir.join("data.key"),
    };
    Vault::open(&file).map_err(|source| OpenError::DataKeys {
        file: file.display().to_string(),
        source,
    })
}

pub(super) fn key_ring(options: &Options) -> Result<KeyRing, OpenError> {
    let text = match &options.secret {
        Some(text) => text.clone(),
        None => secret_file::signing_secret(&options.data_dir).map_err(|source| {
            OpenError::SecretFile {
                folder: options.data_dir.display().to_string(),
                source,
            }
        })?,
    };
    let secret = |text: &String| Secret::new(text).map_err(OpenError::Keys);
    let next = options.next_secret.as_ref().map(secret).transpose()?;
    let previous = options
        .previous_secrets
        .iter()
        .map(secret)
        .collect::<Result<_, _>>()?;
    KeyRing::new(secret(&text)?, next, previous).map_err(OpenError::Keys)
}

pub(super) fn refuse_other_key(store: &Store, ring: &KeyRing) -> Result<(), OpenError> {
    match store.read(read_head)? {
        Some(head) if !ring.may_sign(&head.active_kid) => Err(OpenError::OtherKey {
            active: head.active_kid,
            configured: ring.active().clone(),
        }),
        Some(_) | None => Ok(()),
    }
}
