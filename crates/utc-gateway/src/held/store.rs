//! What the executor needs of whoever stores held requests.

use utc_app::gateway::{Begun, Finished};
use utc_domain::{ApprovalId, UnitName};

use crate::port::{Answering, Refused};

/// Stores held requests.
pub trait HeldStore: Send + Sync {
    /// Approved requests that nobody has begun to send, the longest approved first; at most `limit`.
    fn ready(&self, limit: usize) -> Answering<'_, Result<Vec<Ready>, Refused>>;

    /// Opens the request, computes what its approval binds from the opened bytes, and decides again under the present
    /// policy. When that allows it, one transaction uses the grant up, writes the decision's receipt and commits that
    /// the request is being sent by this process. None: it is not to be sent now, because somebody else sends it, its
    /// approval has ended, or the policy refuses it; what is to be recorded of that is recorded.
    fn begin(&self, approval: ApprovalId) -> Answering<'_, Result<Option<Begun>, Refused>>;

    /// Writes what became of a request that was begun: a receipt, and the sealed answer. One that was given up as
    /// unknown in between gets a receipt that changes nothing.
    fn finish(
        &self,
        approval: ApprovalId,
        finished: Finished,
    ) -> Answering<'_, Result<(), Refused>>;

    /// Says that this process is alive, and writes that the outcome is unknown of every request that was begun by a
    /// process that is gone. Answers how many there were.
    fn tend(&self) -> Answering<'_, Result<usize, Refused>>;
}

/// An approved request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The approval.
    pub approval: ApprovalId,
    /// The unit that it goes to.
    pub unit: UnitName,
}
