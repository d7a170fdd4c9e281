//! From what a receiver did to what is done next.

use utc_app::Settled;

use crate::delay;

/// How a receiver says that it will never take anything any more (RFC 9110, 15.5.11).
const GONE: u16 = 410;

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The receiver answered.
    Answered {
        /// The status.
        status: u16,
        /// The beginning of the body; what is not text is replaced.
        text: String,
    },
    /// There was no answer, or not in time.
    Unanswered {
        /// Why.
        error: String,
    },
    /// It was not sent, and never will be as things stand: the policy or the URL forbids it.
    Refused {
        /// Why.
        error: String,
    },
}

impl Report {
    /// Whether the receiver took it.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Answered { status, .. } if (200..300).contains(status))
    }

    /// What went wrong; none when the receiver took it.
    pub fn error(&self) -> Option<String> {
        match self {
            Self::Answered { .. } if self.is_taken() => None,
            Self::Answered { status, text } if text.is_empty() => {
                Some(format!("answered {status}"))
            }
            Self::Answered { status, text } => Some(format!("answered {status}: {text}")),
            Self::Unanswered { error } | Self::Refused { error } => Some(error.clone()),
        }
    }
}

/// What follows from `attempt` (from 1). `chance` is a random number from 0 to 1.
pub fn settled(report: &Report, attempt: u32, chance: f64) -> Settled {
    let Some(error) = report.error() else {
        return Settled::Delivered;
    };
    match report {
        Report::Answered { status: GONE, .. } => Settled::Gone { error },
        Report::Refused { .. } => Settled::Dead { error },
        Report::Answered { .. } | Report::Unanswered { .. } => match delay(attempt, chance) {
            Some(after) => Settled::Again { error, after },
            None => Settled::Dead { error },
        },
    }
}
