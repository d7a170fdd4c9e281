//! What became of a request that was sent.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use utc_domain::{Action, ExecutionEvent, Meta, PayloadHash, ReceiptId, UnitName, round6};

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// `Done`, `Failed` when it is known not to have reached the upstream, or `OutcomeUnknown`.
    pub event: ExecutionEvent,
    /// The status of the upstream's answer.
    pub status: Option<u16>,
    /// From the last piece of the request to the head of the answer.
    pub latency: Option<Duration>,
    /// The digest of the answer's body; none when it did not come to its end.
    pub answer: Option<PayloadHash>,
}

impl Outcome {
    /// Nothing is known but this.
    pub fn bare(event: ExecutionEvent) -> Self {
        Self {
            event,
            status: None,
            latency: None,
            answer: None,
        }
    }

    /// Writes it down in what a receipt says.
    pub(super) fn record_in(&self, meta: &mut Meta) {
        meta.upstream_status = self.status;
        let millis = self.latency.map(|latency| latency.as_secs_f64() * 1_000.0);
        meta.latency_ms = millis.map(round6);
        meta.answer_digest.clone_from(&self.answer);
    }

    /// It in a few words.
    pub(super) fn words(&self) -> String {
        match (self.event, self.status) {
            (_, Some(status)) => format!("the upstream answered with {status}"),
            (ExecutionEvent::Failed, None) => "it did not reach the upstream".to_owned(),
            (_, None) => "nobody knows whether it reached the upstream".to_owned(),
        }
    }
}

/// What became of a write that was allowed and sent at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// The receipt of the decision that allowed it.
    pub answers: ReceiptId,
    /// The unit.
    pub unit: UnitName,
    /// What was asked.
    pub action: Action,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a held request.
#[derive(Clone, PartialEq, Eq)]
pub struct Finished {
    /// The outcome.
    pub outcome: Outcome,
    /// The headers of the answer, without what ends at the gateway.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The beginning of the answer's body.
    pub kept: Bytes,
    /// Whether that is all of it.
    pub whole: bool,
}

/// The answer may hold anything: it is not written anywhere by accident.
impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finished")
            .field("outcome", &self.outcome)
            .field("headers", &self.headers.len())
            .field("kept", &self.kept.len())
            .field("whole", &self.whole)
            .finish()
    }
}
