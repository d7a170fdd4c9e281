//! What becomes of a write that was allowed: said once, whatever happens to whoever waits for it.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use utc_app::gateway::{Execution, Outcome};
use utc_domain::{Action, ExecutionEvent, PayloadHash, ReceiptId, UnitName};
use utc_outbound::Response;

use crate::port::Caller;
use crate::upstream::SendError;

/// A write that is being carried out. Dropped at any point, it says what is known by then.
pub(crate) struct Executing {
    caller: Arc<dyn Caller>,
    answers: ReceiptId,
    unit: UnitName,
    action: Action,
    outcome: Outcome,
    digest: Sha256,
}

impl Executing {
    /// Nothing is known of it yet, so it may have reached the upstream.
    pub(crate) fn new(
        caller: Arc<dyn Caller>,
        answers: ReceiptId,
        unit: UnitName,
        action: Action,
    ) -> Self {
        Self {
            caller,
            answers,
            unit,
            action,
            outcome: Outcome::bare(ExecutionEvent::OutcomeUnknown),
            digest: Sha256::new(),
        }
    }

    /// There is no answer.
    pub(crate) fn failed(mut self, error: &SendError) {
        self.outcome = without_answer(error);
    }

    /// The head of the answer is there.
    pub(crate) fn answered(&mut self, response: &Response) {
        self.outcome = answered(response);
    }

    /// A piece of the answer's body.
    pub(crate) fn piece(&mut self, piece: &[u8]) {
        self.digest.update(piece);
    }

    /// The answer's body came to its end.
    pub(crate) fn ended(mut self) {
        let digest = std::mem::take(&mut self.digest).finalize().into();
        self.outcome.answer = Some(PayloadHash::from_sha256(&digest));
    }
}

impl Drop for Executing {
    fn drop(&mut self) {
        self.caller.executed(Execution {
            answers: self.answers,
            unit: self.unit.clone(),
            action: self.action.clone(),
            outcome: self.outcome.clone(),
        });
    }
}

/// What is known of a request without an answer.
pub(crate) fn without_answer(error: &SendError) -> Outcome {
    Outcome::bare(if error.is_unsent() {
        ExecutionEvent::Failed
    } else {
        ExecutionEvent::OutcomeUnknown
    })
}

/// What is known as soon as the head of the answer is there.
pub(crate) fn answered(response: &Response) -> Outcome {
    Outcome {
        event: ExecutionEvent::Done,
        status: Some(response.status().as_u16()),
        latency: Some(response.waited()),
        answer: None,
    }
}
