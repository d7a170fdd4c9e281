//! What sources sign with, sealed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use utc_storage::StorageError;
use utc_tdx::{HmacSecret, SourceName};
use utc_vault::{Aad, SealPurpose, Sealed, open, reseal, seal};
use zeroize::Zeroizing;

use super::SourceSignature;
use crate::AppError;
use crate::identity::{Vault, random};

const PURPOSE: SealPurpose = SealPurpose::SourceSecret;

/// Checks that a text is a secret of this kind, and seals it.
pub(super) fn sealed(
    vault: &Vault,
    source: &SourceName,
    signature: SourceSignature,
    text: &str,
) -> Result<String, AppError> {
    read(signature, text.as_bytes()).map_err(|error| AppError::invalid("/secret", error))?;
    let nonce = random().map_err(internal)?;
    let sealed = seal(vault.keys(), PURPOSE, &aad(source), text.as_bytes(), *nonce);
    Ok(STANDARD.encode(sealed.map_err(internal)?.to_bytes()))
}

/// A sealed secret that nobody knows, for a source that is not there.
pub(super) fn nobodys(
    vault: &Vault,
    source: &SourceName,
    signature: SourceSignature,
) -> Result<String, AppError> {
    let bytes: Zeroizing<[u8; 32]> = random().map_err(internal)?;
    let text = Zeroizing::new(STANDARD.encode(*bytes));
    sealed(vault, source, signature, &text)
}

/// Opens what [`sealed`] made.
pub(super) fn opened(
    vault: &Vault,
    source: &SourceName,
    signature: SourceSignature,
    stored: &str,
) -> Result<HmacSecret, AppError> {
    let text = open(vault.keys(), PURPOSE, &aad(source), &stored_form(stored)?);
    let text: Zeroizing<Vec<u8>> = text.map_err(internal)?;
    read(signature, &text).map_err(|error| AppError::Internal(error.into()))
}

/// The same secret under the active data key; none when it is there already.
pub(super) fn moved(
    vault: &Vault,
    source: &SourceName,
    stored: &str,
) -> Result<Option<String>, AppError> {
    let nonce = random().map_err(internal)?;
    let moved = reseal(
        vault.keys(),
        PURPOSE,
        &aad(source),
        &stored_form(stored)?,
        *nonce,
    );
    let moved = moved.map_err(internal)?;
    Ok(moved.map(|sealed| STANDARD.encode(sealed.to_bytes())))
}

/// A secret as its format writes it.
fn read(signature: SourceSignature, text: &[u8]) -> Result<HmacSecret, String> {
    let utf8 = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let read = match signature {
        SourceSignature::StandardWebhooks => HmacSecret::from_webhook_text(utf8),
        SourceSignature::GitHub => HmacSecret::from_bytes(text),
        SourceSignature::Token | SourceSignature::Ssf => {
            return Err("is for sources that sign with one".to_owned());
        }
    };
    read.map_err(|error| error.to_string())
}

fn stored_form(stored: &str) -> Result<Sealed, AppError> {
    let bytes = STANDARD.decode(stored).map_err(corrupt)?;
    Sealed::from_bytes(&bytes).map_err(corrupt)
}

/// A secret opens in its own row only.
fn aad(source: &SourceName) -> Aad {
    Aad::of("source", source.to_string())
}

fn corrupt(source: impl std::error::Error + Send + Sync + 'static) -> AppError {
    let column = "sources.secret";
    let source = Box::new(source);
    StorageError::Corrupt { column, source }.into()
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Internal(Box::new(error))
}
