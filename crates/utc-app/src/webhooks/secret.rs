//! What signs the notices of one webhook.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use utc_domain::WebhookId;
use utc_storage::StorageError;
use utc_vault::{Aad, SealPurpose, Sealed, open, reseal, seal};
use zeroize::Zeroizing;

use crate::identity::{Vault, random};
use crate::{AppError, shared_secret};

/// A new secret: how it is shown, once, and how it is stored.
pub(super) struct NewSecret {
    pub(super) shown: Zeroizing<String>,
    pub(super) sealed: String,
}

impl NewSecret {
    pub(super) fn make(vault: &Vault, webhook: WebhookId) -> Result<Self, AppError> {
        let secret = shared_secret::bytes()?;
        let nonce = random().map_err(internal)?;
        let purpose = SealPurpose::WebhookSecret;
        let sealed = seal(vault.keys(), purpose, &aad(webhook), &*secret, *nonce);
        Ok(Self {
            shown: shared_secret::as_text(&*secret),
            sealed: STANDARD.encode(sealed.map_err(internal)?.to_bytes()),
        })
    }
}

/// Opens what [`NewSecret::make`] sealed.
pub(super) fn opened(
    vault: &Vault,
    webhook: WebhookId,
    stored: &str,
) -> Result<Zeroizing<Vec<u8>>, AppError> {
    let purpose = SealPurpose::WebhookSecret;
    open(vault.keys(), purpose, &aad(webhook), &sealed(stored)?).map_err(internal)
}

/// The same secret under the active data key; none when it is there already.
pub(super) fn moved(
    vault: &Vault,
    webhook: WebhookId,
    stored: &str,
) -> Result<Option<String>, AppError> {
    let nonce = random().map_err(internal)?;
    let (purpose, sealed) = (SealPurpose::WebhookSecret, sealed(stored)?);
    let moved = reseal(vault.keys(), purpose, &aad(webhook), &sealed, *nonce);
    let moved = moved.map_err(internal)?;
    Ok(moved.map(|sealed| STANDARD.encode(sealed.to_bytes())))
}

fn sealed(stored: &str) -> Result<Sealed, AppError> {
    let bytes = STANDARD.decode(stored).map_err(corrupt)?;
    Sealed::from_bytes(&bytes).map_err(corrupt)
}

/// A secret opens in its own row only.
fn aad(webhook: WebhookId) -> Aad {
    Aad::of("webhook", webhook.to_string())
}

fn corrupt(source: impl std::error::Error + Send + Sync + 'static) -> AppError {
    let column = "webhooks.secret";
    let source = Box::new(source);
    StorageError::Corrupt { column, source }.into()
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Internal(Box::new(error))
}
