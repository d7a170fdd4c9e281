//! Whether another request can wait for the people who approve.

use crate::Meta;

/// Whether there is room for another request, and if not, the numbers that say why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ApprovalQueue {
    /// It can wait.
    Open,
    /// It would wait longer than it may.
    Saturated {
        /// How long it would wait, in minutes, rounded with [`crate::round6`].
        expected_wait_minutes: f64,
        /// How many requests wait before it.
        backlog: u64,
    },
    /// Its subject has as many requests waiting as one subject may.
    SubjectLimit {
        /// How many are waiting.
        open: u32,
        /// How many may.
        limit: u32,
    },
    /// Its token has as many requests waiting as one token may.
    TokenLimit {
        /// How many are waiting.
        open: u32,
        /// How many may.
        limit: u32,
    },
}

impl ApprovalQueue {
    /// Whether another request can wait.
    pub fn is_open(self) -> bool {
        match self {
            Self::Open => true,
            Self::Saturated { .. } | Self::SubjectLimit { .. } | Self::TokenLimit { .. } => false,
        }
    }

    /// Writes it down as what the evaluator saw, so that the decision can be computed again.
    pub fn record_in(self, meta: &mut Meta) {
        meta.approval_saturated = Some(!self.is_open());
        match self {
            Self::Open => {}
            Self::Saturated {
                expected_wait_minutes,
                backlog,
            } => {
                meta.expected_wait_minutes = Some(expected_wait_minutes);
                meta.approval_backlog = Some(backlog);
            }
            Self::SubjectLimit { open, limit } => {
                meta.approvals_open = Some(open);
                meta.subject_limit = Some(limit);
            }
            Self::TokenLimit { open, limit } => {
                meta.approvals_open = Some(open);
                meta.token_limit = Some(limit);
            }
        }
    }
}
