//! What the executor needs of whoever stores held requests.

use std::time::Duration;

use bytes::Bytes;
use utc_app::gateway::Outgoing;
use utc_domain::{ApprovalId, ReceiptId, UnitName};

use crate::port::{Answering, Outcome, Refused};

/// The longest that a request is sent and its answer read, with some to spare.
pub const LONGEST: Duration = Duration::from_mins(10);

/// Stores held requests.
pub trait HeldStore: Send + Sync {
    /// Approved requests that nobody has begun to send, the longest approved first; at most `limit`.
    fn ready(&self, limit: usize) -> Answering<'_, Result<Vec<Ready>, Refused>>;

    /// Opens the request, computes what its approval binds from the opened bytes, and decides again under the present
    /// policy. When that allows it, one transaction uses the grant up, writes the decision's receipt and commits that
    /// the request is being sent, by this process and for at least [`LONGEST`].
    fn begin(&self, approval: ApprovalId) -> Answering<'_, Result<Begun, Refused>>;

    /// Writes what became of a request that was begun: a receipt, and the sealed answer. One that was given up as
    /// unknown in between gets a receipt that changes nothing.
    fn finish(
        &self,
        approval: ApprovalId,
        finished: Finished,
    ) -> Answering<'_, Result<(), Refused>>;

    /// Writes that the outcome is unknown of every request that was begun by a process that is gone. Answers how many
    /// there were.
    fn recover(&self) -> Answering<'_, Result<usize, Refused>>;
}

/// An approved request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The approval.
    pub approval: ApprovalId,
    /// The unit that it goes to.
    pub unit: UnitName,
}

/// Whether a request is to be sent.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It is: nobody else sends it.
    Started(Started),
    /// It is not: somebody else does, or its approval has ended, or the policy now refuses it. What is to be recorded
    /// of that is recorded.
    Not,
}

/// A request that this process alone sends.
#[derive(Debug, Clone)]
pub struct Started {
    /// The request.
    pub request: Outgoing,
    /// The unit that it goes to.
    pub unit: UnitName,
    /// The receipt of the decision that allows it.
    pub receipt: ReceiptId,
}

/// What became of a request that was begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Finished {
    /// The outcome.
    pub outcome: Outcome,
    /// The headers of the answer, without what ends here.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The beginning of the answer's body.
    pub kept: Bytes,
    /// Whether that is all of it.
    pub whole: bool,
}

/// The answer may hold anything: it is not written anywhere by accident.
impl std::fmt::Debug for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Finished")
            .field("outcome", &self.outcome)
            .field("headers", &self.headers.len())
            .field("kept", &self.kept.len())
            .field("whole", &self.whole)
            .finish()
    }
}
