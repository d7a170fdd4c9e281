//! What a decision is asked for by the gateway, and what follows from it in the same transaction.

use std::sync::Arc;
use std::time::Duration;

use utc_domain::{
    ApprovalId, ExecutionEvent, ExecutionStatus, GrantUse, ReceiptId, RequestDigest, UnitName,
};
use utc_storage::journal::Tx;
use utc_storage::rows::approvals;
use utc_storage::rows::held_requests::{self, HeldRow};
use utc_vault::SealPurpose;
use zeroize::Zeroizing;

use super::sealed::{Binding, internal, to_column};
use crate::AppError;
use crate::approvals::{Hold, Presented};
use crate::cache::StateCache;
use crate::identity::Vault;
use crate::options::after;

/// How long a request that may not be sent now is left alone, in seconds.
const POSTPONED_SECONDS: i64 = 60;

/// What a decision is asked for.
pub(crate) enum Errand {
    /// Somebody wants to know.
    Question,
    /// The gateway wants to send a request at once.
    Passage {
        /// The configuration that says where to.
        config_version: u64,
        /// The request, if it is one that can wait.
        parcel: Option<Parcel>,
    },
    /// This process wants to send a request that was approved.
    Execution { owner: String, lease: Duration },
}

/// A request that is kept if it must wait.
pub(crate) struct Parcel {
    vault: Arc<Vault>,
    record: Zeroizing<Vec<u8>>,
    /// How much all that the token has waiting may take, in bytes.
    room: u64,
    /// Sealed for this approval and digest, outside the transaction: that takes time.
    sealed: Option<(ApprovalId, RequestDigest, Vec<u8>)>,
}

impl Parcel {
    pub(super) fn new(vault: Arc<Vault>, record: Vec<u8>, room: u64) -> Self {
        Self {
            vault,
            record: Zeroizing::new(record),
            room,
            sealed: None,
        }
    }

    fn seal_for(&mut self, hold: &Hold, unit: &UnitName) -> Result<Vec<u8>, AppError> {
        if let Some((id, digest, column)) = &self.sealed
            && (*id, digest) == (hold.id, &hold.digest)
        {
            return Ok(column.clone());
        }
        let binding = Binding {
            approval: hold.id,
            digest: hold.digest.clone(),
            unit: unit.clone(),
        };
        let column = to_column(
            &self.vault,
            SealPurpose::HeldRequest,
            &binding,
            &self.record,
        )?;
        self.sealed = Some((hold.id, hold.digest.clone(), column.clone()));
        Ok(column)
    }
}

impl Errand {
    /// Does beforehand what will be needed if the decision stays as it was prepared.
    pub(crate) fn prepare(&mut self, hold: Option<&Hold>, unit: &UnitName) -> Result<(), AppError> {
        match (self, hold) {
            (
                Self::Passage {
                    parcel: Some(parcel),
                    ..
                },
                Some(hold),
            ) => parcel.seal_for(hold, unit).map(drop),
            (Self::Passage { .. } | Self::Question | Self::Execution { .. }, _) => Ok(()),
        }
    }

    /// A request is not sent to where its unit used to be.
    pub(crate) fn check_unit(&self, cache: &StateCache, unit: &UnitName) -> Result<(), AppError> {
        let Self::Passage { config_version, .. } = self else {
            return Ok(());
        };
        let unit = cache.unit(unit);
        if unit.is_some_and(|unit| unit.state.load().config_version == *config_version) {
            return Ok(());
        }
        Err(AppError::Conflict {
            code: "unit_changed",
            message: "the unit's configuration has just changed; send the request again".to_owned(),
        })
    }

    /// A held request is sent under a grant that fits and has not been used, and under nothing else.
    pub(crate) fn check_grant(&self, presented: Option<&Presented>) -> Result<(), AppError> {
        let fits = presented.is_some_and(|presented| match presented.worth {
            GrantUse::Valid | GrantUse::Unneeded => true,
            GrantUse::None | GrantUse::Invalid(_) => false,
        });
        if fits || !self.is_execution() {
            return Ok(());
        }
        Err(AppError::Conflict {
            code: "not_approved",
            message: "the approval of the held request does not count (any more)".to_owned(),
        })
    }

    pub(crate) fn is_execution(&self) -> bool {
        match self {
            Self::Execution { .. } => true,
            Self::Question | Self::Passage { .. } => false,
        }
    }

    /// Keeps the request that waits from now on, if there is room for it.
    pub(crate) fn keep(
        &mut self,
        tx: &mut Tx<'_>,
        hold: &Hold,
        unit: &UnitName,
        token: &str,
    ) -> Result<(), AppError> {
        let Self::Passage {
            parcel: Some(parcel),
            ..
        } = self
        else {
            return Ok(());
        };
        let column = parcel.seal_for(hold, unit)?;
        let open = held_requests::open_bytes(tx.db(), token)?;
        if open.saturating_add(column.len() as u64) > parcel.room {
            return Err(AppError::TooMuchHeld {
                limit_bytes: parcel.room,
            });
        }
        let row = HeldRow::waiting(hold.id.to_string(), column, tx.now().as_micros());
        held_requests::insert(tx.db(), &row).map_err(Into::into)
    }

    /// What follows for the held request of an approval: `allowed` by a receipt, this process sends it from now on, and
    /// else it is left alone for a while.
    pub(crate) fn follow(
        &self,
        tx: &mut Tx<'_>,
        approval: ApprovalId,
        allowed: Option<ReceiptId>,
    ) -> Result<(), AppError> {
        let Self::Execution { owner, lease } = self else {
            return Ok(());
        };
        let id = approval.to_string();
        let row = held_requests::find(tx.db(), &id)?.ok_or_else(|| missing(approval))?;
        let now = tx.now();
        let row = match allowed {
            Some(receipt) => {
                start(tx, &id)?;
                HeldRow {
                    owner: Some(owner.clone()),
                    lease_until: Some(after(now, *lease).as_micros()),
                    allowed_by: Some(receipt.to_string()),
                    ..row
                }
            }
            None => HeldRow {
                not_before: now.plus_seconds(POSTPONED_SECONDS).as_micros(),
                ..row
            },
        };
        held_requests::update(tx.db(), &row).map_err(Into::into)
    }
}

fn start(tx: &mut Tx<'_>, id: &str) -> Result<(), AppError> {
    let (from, event) = (ExecutionStatus::None, ExecutionEvent::Started);
    let to = from.after(event).map_err(internal)?;
    approvals::set_execution(tx.db(), id, from.as_str(), to.as_str())?;
    Ok(())
}

pub(super) fn missing(approval: ApprovalId) -> AppError {
    AppError::NotFound {
        what: "held request",
        name: approval.to_string(),
    }
}
