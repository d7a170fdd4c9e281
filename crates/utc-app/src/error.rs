//! What a use case can answer instead of its result. No transport here: the web crate maps these to HTTP.

use utc_domain::{DomainError, ReceiptId, Role, Subject, UnitName};
use utc_policy::VoteRefusal;
use utc_storage::{JournalError, StorageError};

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the member, `""` for the whole body.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// A field error.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
        }
    }
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The request is not valid. Nothing was done.
    #[error("the request is not valid")]
    Invalid(Vec<FieldError>),
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    NotFound {
        /// What was asked for.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The thing is known to whoever asks, and what they want of it is not there.
    #[error("{message}")]
    Absent {
        /// A stable code.
        code: &'static str,
        /// Why, and whether to ask again.
        message: &'static str,
    },
    /// Nobody has said who asks, or not so that it is believed.
    #[error("valid credentials are needed")]
    Unauthenticated,
    /// Whoever asks may not do this.
    #[error(transparent)]
    Forbidden(Refusal),
    /// The request does not fit the present state.
    #[error("{message}")]
    Conflict {
        /// A stable code.
        code: &'static str,
        /// What is in the way and what to do.
        message: String,
    },
    /// The key of a repeated request came with another request.
    #[error(
        "this idempotency key was used for another request; use a new one for each request, and the same one to repeat it byte for byte"
    )]
    KeyReused,
    /// As many requests of this caller wait for decisions as may.
    #[error("{places} requests of this caller wait for decisions already; no more may")]
    TooManyWaiting {
        /// How many may.
        places: usize,
    },
    /// What the gateway holds for this caller already takes as much room as may be taken.
    #[error(
        "the requests of this caller that wait for people would take more than {limit_bytes} bytes; send it again when one of them is decided"
    )]
    TooMuchHeld {
        /// How much may be taken.
        limit_bytes: u64,
    },
    /// A source of trust signals sent more than it may. Nothing was kept.
    #[error("{0}")]
    OverQuota(String),
    /// A bundle could not be made. No file is left.
    #[error("{message}")]
    NotExported {
        /// Why, in words for whoever asked.
        message: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The queue in front of the journal is full.
    #[error("too many requests are waiting to be written")]
    Busy,
    /// The database cannot be written or read now. Nothing was done.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer of a commit was lost; whether it was done can be asked later by these receipts.
    #[error("it cannot be told whether the receipts were committed")]
    OutcomeUnknown {
        /// The receipts to ask for.
        receipts: Vec<ReceiptId>,
    },
    /// The server is stopping.
    #[error("the service is stopping")]
    Stopping,
    /// A fault of this program or of its data.
    #[error("an internal fault")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What somebody who is known may not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A role is missing.
    #[error("this needs the role `{0}`")]
    Role(Role),
    /// The token may not speak for this subject.
    #[error("this caller may not speak for the subject `{0}`")]
    Subject(Subject),
    /// The roles do not hold on this unit.
    #[error("this caller has no right on the unit `{0}`")]
    Unit(UnitName),
    /// The roles hold on some units only, and this is about all of them.
    #[error(
        "this is about the whole installation, and this caller's rights are about some units only"
    )]
    NotEverywhere,
    /// A source of signals must name its units before it may report load.
    #[error(
        "to report load with the role `signal`, the units must be named when the token is made"
    )]
    NoUnits,
    /// Whoever asked, or changed what a request is judged by, does not vote on it.
    #[error(transparent)]
    Duties(VoteRefusal),
}

impl AppError {
    /// One invalid member.
    pub fn invalid(pointer: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(pointer, message)])
    }
}

impl From<DomainError> for FieldError {
    fn from(error: DomainError) -> Self {
        Self::new("", error.to_string())
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Corrupt { .. } | StorageError::MissingReceipts { .. } => {
                Self::Internal(Box::new(error))
            }
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<JournalError> for AppError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Full => Self::Busy,
            JournalError::Closed => Self::Stopping,
            JournalError::OutcomeUnknown { receipts } => Self::OutcomeUnknown { receipts },
            JournalError::Unavailable { .. }
            | JournalError::KeyNotActive { .. }
            | JournalError::HeadMoved { .. } => Self::Unavailable(Box::new(error)),
            JournalError::Refused | JournalError::Constraint { .. } | JournalError::Seal { .. } => {
                Self::Internal(Box::new(error))
            }
            _ => Self::Internal(Box::new(error)),
        }
    }
}
