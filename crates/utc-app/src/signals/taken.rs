//! What became of a delivery.

use utc_domain::UnitName;
use utc_storage::StorageError;
use utc_tdx::ssf::SetError;
use utc_tdx::{ContentHash, QuarantineReason, Refusal};

use crate::AppError;

/// A delivery that was taken, all of it on disk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// How many of its events are new.
    pub accepted: usize,
    /// How many came before.
    pub repeated: usize,
    /// How many have an id that came before with other content: they stand in the quarantine.
    pub conflicts: usize,
    /// The digests of its events, in its order.
    pub hashes: Vec<ContentHash>,
    /// The units that the new ones match, or close something on.
    pub units: Vec<UnitName>,
}

impl Taken {
    /// The same, unless every event of it stands in the quarantine.
    ///
    /// # Errors
    /// [`NotTaken::Conflict`].
    pub fn checked(self) -> Result<Self, NotTaken> {
        if self.conflicts > 0 && self.accepted + self.repeated == 0 {
            return Err(NotTaken::Conflict);
        }
        Ok(self)
    }
}

/// Why a delivery was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// A check failed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody registered the source, or not for this receiver.
    #[error(
        "there is no source `{0}` for this receiver; an admin registers it with `PUT /api/v1/tdx/sources/{0}`"
    )]
    NoSource(String),
    /// The source's keys cannot be had now.
    #[error("the source's keys cannot be read now: {0}")]
    Keys(String),
    /// The source sent more than it may, or there are too many sources.
    #[error("{0}")]
    Quota(String),
    /// All of its events have ids that came before with other content.
    #[error("this id came before with other content; it stands in the quarantine")]
    Conflict,
    /// Nothing of the delivery is wrong.
    #[error(transparent)]
    App(AppError),
}

impl NotTaken {
    /// The heading under which it stands in the quarantine; none where the delivery is not to blame, or where it stands
    /// there already.
    pub fn reason(&self) -> Option<QuarantineReason> {
        match self {
            Self::Refused(refusal) => Some(refusal.reason()),
            Self::NoSource(_) => Some(QuarantineReason::NotGranted),
            Self::Quota(_) => Some(QuarantineReason::Quota),
            Self::Keys(_) | Self::Conflict | Self::App(_) => None,
        }
    }

    /// What the sender of a security event token is told in `err`; none where it should try again.
    pub fn set_error(&self) -> Option<SetError> {
        match self {
            Self::Refused(refusal) => Some(refusal.set_error()),
            Self::NoSource(_) => Some(SetError::AccessDenied),
            Self::Conflict => Some(SetError::InvalidRequest),
            Self::Keys(_) | Self::Quota(_) | Self::App(_) => None,
        }
    }
}

impl From<AppError> for NotTaken {
    fn from(error: AppError) -> Self {
        match error {
            AppError::OverQuota(message) => Self::Quota(message),
            other => Self::App(other),
        }
    }
}

impl From<StorageError> for NotTaken {
    fn from(error: StorageError) -> Self {
        Self::App(error.into())
    }
}
