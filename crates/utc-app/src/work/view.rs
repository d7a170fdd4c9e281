//! How work in the background stands.

use std::sync::Arc;

use utc_domain::{Subject, Timestamp};

use super::WorkId;

/// How work in the background stands.
#[derive(Debug, Clone)]
pub struct WorkView<T> {
    /// Its id.
    pub id: WorkId,
    /// Who began it.
    pub started_by: Subject,
    /// When.
    pub started_at: Timestamp,
    /// When it ended; none while it runs.
    pub ended_at: Option<Timestamp>,
    /// Which part of it is under way; none where it has one only, or has not begun.
    pub stage: Option<&'static str>,
    /// How much is done.
    pub done: u64,
    /// Of how much; 0 until that is known.
    pub total: u64,
    /// What became of it.
    pub state: WorkState<T>,
}

/// What became of work in the background.
#[derive(Debug)]
pub enum WorkState<T> {
    /// It runs.
    Running,
    /// It is done.
    Done(Arc<T>),
    /// It failed, for this reason.
    Failed(String),
    /// Somebody cancelled it, or the process ends.
    Cancelled,
}

impl<T> Clone for WorkState<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Running => Self::Running,
            Self::Done(result) => Self::Done(Arc::clone(result)),
            Self::Failed(why) => Self::Failed(why.clone()),
            Self::Cancelled => Self::Cancelled,
        }
    }
}

impl<T> WorkState<T> {
    /// The name on the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
