//! Why something cannot happen any more, or not yet.

use crate::{ApprovalStatus, ExecutionStatus};

/// Why an approval or an execution does not change.
///
/// Shown to callers as it is: mostly somebody else was faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionError {
    /// The approval's status does not lead there.
    #[error("an approval that is `{from}` cannot become `{to}`")]
    Approval {
        /// The status it has and keeps.
        from: ApprovalStatus,
        /// The status it would have got.
        to: ApprovalStatus,
    },
    /// The execution's status does not lead there.
    #[error("an execution that is `{from}` cannot become `{to}`")]
    Execution {
        /// The status it has and keeps.
        from: ExecutionStatus,
        /// The status it would have got.
        to: ExecutionStatus,
    },
    /// An unknown outcome was to be settled without a person.
    #[error("the outcome is unknown; only a person can say what became of the request")]
    NeedsPerson,
}
