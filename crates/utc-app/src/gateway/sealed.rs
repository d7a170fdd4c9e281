//! Held requests and kept answers in the database: sealed, and bound to their approval.

use bytes::Bytes;
use utc_domain::{ApprovalId, RequestDigest, UnitName};
use utc_storage::StorageError;
use utc_storage::rows::approvals::ApprovalRow;
use utc_vault::{Aad, SealPurpose, Sealed, open, reseal, seal};

use crate::AppError;
use crate::identity::{Vault, random};
use crate::units::stored::parse;

/// What a sealed value belongs to: it does not open in another row.
pub(crate) struct Binding {
    pub(crate) approval: ApprovalId,
    pub(crate) digest: RequestDigest,
    pub(crate) unit: UnitName,
}

impl Binding {
    pub(super) fn of(row: &ApprovalRow) -> Result<Self, StorageError> {
        Ok(Self {
            approval: parse("approvals.id", &row.id)?,
            digest: parse("approvals.request_digest", &row.request_digest)?,
            unit: parse("approvals.unit", &row.unit)?,
        })
    }

    fn aad(&self) -> Aad {
        Aad::of("approval", self.approval.to_string())
            .and("digest", self.digest.as_str())
            .and("unit", self.unit.as_str())
    }
}

/// Seals a value for its column.
pub(super) fn to_column(
    vault: &Vault,
    purpose: SealPurpose,
    binding: &Binding,
    plain: &[u8],
) -> Result<Vec<u8>, AppError> {
    let nonce = random().map_err(internal)?;
    let sealed = seal(vault.keys(), purpose, &binding.aad(), plain, *nonce);
    Ok(sealed.map_err(internal)?.to_bytes())
}

/// Opens what stands in a column.
pub(super) fn from_column(
    vault: &Vault,
    purpose: SealPurpose,
    binding: &Binding,
    column: &[u8],
) -> Result<Bytes, AppError> {
    let sealed = Sealed::from_bytes(column).map_err(internal)?;
    let plain = open(vault.keys(), purpose, &binding.aad(), &sealed).map_err(internal)?;
    Ok(Bytes::from_owner(plain))
}

/// Moves what stands in a column to the active key; none when it is there already.
pub(super) fn moved_column(
    vault: &Vault,
    purpose: SealPurpose,
    binding: &Binding,
    column: &[u8],
) -> Result<Option<Vec<u8>>, AppError> {
    let sealed = Sealed::from_bytes(column).map_err(internal)?;
    let nonce = random().map_err(internal)?;
    let moved = reseal(vault.keys(), purpose, &binding.aad(), &sealed, *nonce);
    Ok(moved.map_err(internal)?.map(|sealed| sealed.to_bytes()))
}

pub(super) fn internal(error: impl std::error::Error + Send + Sync + 'static) -> AppError {
    AppError::Internal(Box::new(error))
}
