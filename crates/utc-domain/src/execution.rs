//! What becomes of a request after it was allowed.

use std::fmt;
use std::str::FromStr;

use crate::{Code, DomainError, TransitionError};

/// Whether a held request was carried out.
///
/// `none → executing → done | failed | outcome_unknown`; a person settles `outcome_unknown → done | failed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExecutionStatus {
    /// Nothing was sent.
    None,
    /// Committed before the request is sent.
    Executing,
    /// The upstream answered.
    Done,
    /// The request is known not to have reached the upstream.
    Failed,
    /// The request may have reached the upstream. It is never sent again by itself.
    OutcomeUnknown,
}

impl ExecutionStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Executing,
        Self::Done,
        Self::Failed,
        Self::OutcomeUnknown,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Executing => "executing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// The status after `event`.
    ///
    /// # Errors
    /// [`TransitionError::Execution`] when the event cannot happen in this status,
    /// [`TransitionError::NeedsPerson`] when only a person can say what happened.
    pub fn after(self, event: ExecutionEvent) -> Result<Self, TransitionError> {
        let to = event.leads_to();
        if self == event.comes_after() {
            Ok(to)
        } else if self == Self::OutcomeUnknown && event.is_an_outcome() {
            Err(TransitionError::NeedsPerson)
        } else {
            Err(TransitionError::Execution { from: self, to })
        }
    }
}

impl fmt::Display for ExecutionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExecutionStatus {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`none`, `executing`, `done`, `failed`, `outcome_unknown`",
        })
    }
}

/// What can happen to the execution of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExecutionEvent {
    /// It is about to be sent.
    Started,
    /// The upstream answered.
    Done,
    /// It is known not to have reached the upstream.
    Failed,
    /// Whoever sent it is gone, or the connection broke after it was sent.
    OutcomeUnknown,
    /// A person found that it was carried out.
    SettledDone,
    /// A person found that it was not carried out.
    SettledFailed,
}

impl ExecutionEvent {
    /// Every event.
    pub const ALL: [Self; 6] = [
        Self::Started,
        Self::Done,
        Self::Failed,
        Self::OutcomeUnknown,
        Self::SettledDone,
        Self::SettledFailed,
    ];

    /// The code of the receipt that records it. The start has none of its own: it is committed together
    /// with the `ALLOW`, which is its receipt.
    pub fn code(self) -> Code {
        match self {
            Self::Started => Code::Approved,
            Self::Done => Code::ExecutionDone,
            Self::Failed => Code::ExecutionFailed,
            Self::OutcomeUnknown => Code::ExecutionOutcomeUnknown,
            Self::SettledDone => Code::ExecutionSettledDone,
            Self::SettledFailed => Code::ExecutionSettledFailed,
        }
    }

    /// Whether it says what became of the request, and is not a person's word.
    fn is_an_outcome(self) -> bool {
        match self {
            Self::Done | Self::Failed => true,
            Self::Started | Self::OutcomeUnknown | Self::SettledDone | Self::SettledFailed => false,
        }
    }

    fn comes_after(self) -> ExecutionStatus {
        match self {
            Self::Started => ExecutionStatus::None,
            Self::Done | Self::Failed | Self::OutcomeUnknown => ExecutionStatus::Executing,
            Self::SettledDone | Self::SettledFailed => ExecutionStatus::OutcomeUnknown,
        }
    }

    fn leads_to(self) -> ExecutionStatus {
        match self {
            Self::Started => ExecutionStatus::Executing,
            Self::Done | Self::SettledDone => ExecutionStatus::Done,
            Self::Failed | Self::SettledFailed => ExecutionStatus::Failed,
            Self::OutcomeUnknown => ExecutionStatus::OutcomeUnknown,
        }
    }
}
