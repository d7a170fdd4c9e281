//! The main use case: may I do this now?

mod asker;
mod job;
mod once;
mod prepare;

use std::sync::Arc;

use utc_domain::{
    Action, ApprovalId, Code, Decision, GroundSet, PayloadHash, ProtectionLevel, Reason, ReceiptId,
    Subject, Timestamp, UnitName,
};

use crate::approvals::{Forwarded, Held};
use crate::clock::new_receipt_id;
use crate::console::Console;
use crate::gateway::Errand;
use crate::identity::Requester;
use crate::input::Input;
use crate::{AppError, Principal, Ticket};
use asker::Asker;
use job::{DecideJob, Parts};
pub use once::Once;
pub(crate) use once::forget;

/// A question. Every part is valid by its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Who asks.
    pub subject: Subject,
    /// What for.
    pub action: Action,
    /// On which unit; an alias means the unit it names.
    pub unit: UnitName,
    /// The digest of the request body, as the caller computed it.
    pub payload_hash: Option<PayloadHash>,
    /// The caller's reason, kept apart from the receipt and erasable.
    pub reason: Option<Reason>,
    /// The caller's context as JSON, kept apart from the receipt and erasable.
    pub context: Option<serde_json::Value>,
    /// An approval that was given for exactly this.
    pub approval_id: Option<ApprovalId>,
    /// What the gateway will send when it may; bound by an approval like everything else.
    pub forwarded: Option<Forwarded>,
}

impl Request {
    /// A question without payload, reason, context or approval.
    pub fn new(subject: Subject, action: Action, unit: UnitName) -> Self {
        Self {
            subject,
            action,
            unit,
            payload_hash: None,
            reason: None,
            context: None,
            approval_id: None,
            forwarded: None,
        }
    }
}

/// An answer whose receipt is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The answer.
    pub decision: Decision,
    /// In observe mode, what it would have been.
    pub would_be: Option<Decision>,
    /// The stable reason code.
    pub code: Code,
    /// Every ground that matched.
    pub grounds: GroundSet,
    /// A sentence that a person understands.
    pub reason: String,
    /// The unit's level in force.
    pub protection_level: ProtectionLevel,
    /// For an `ALLOW`: from here on it must not be acted on any more.
    pub act_before: Option<Timestamp>,
    /// The request that waits for people now.
    pub approval: Option<Held>,
    /// The receipt's id.
    pub receipt_id: ReceiptId,
    /// Its position in the log.
    pub seq: u64,
    /// The receipt: a compact JWS.
    pub receipt: String,
}

/// What became of a question that may have been asked before.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was answered now.
    New(Box<Answer>),
    /// This receipt answered it before; [`Console::stored_answer`] gives the answer.
    Repeated(ReceiptId),
}

impl Console {
    /// Decides and blocks until the receipt is on disk. Not for async code: there use [`Console::submit`].
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the context is too large or too deep, [`AppError::Conflict`] when there is
    /// no room for another unit, [`AppError::Busy`] or [`AppError::Unavailable`] when nothing can be written.
    /// In each case nothing was decided, and whoever asks must not go on.
    pub fn decide(&self, request: Request) -> Result<Answer, AppError> {
        self.submit(request).wait()
    }

    /// Decides for the process that embeds this one, which vouches for the subject; the ticket is answered when the
    /// receipt is on disk.
    pub fn submit(&self, mut request: Request) -> Ticket<Answer> {
        request.unit = self.cache().resolve(&request.unit);
        let asked = self.enqueue(request, Requester::embedding(), Asking::PLAIN);
        asked.and_then(Outcome::into_new)
    }

    /// The same for somebody who was authenticated: they must hold the role `decider` for the subject and the unit,
    /// now and when the receipt is sealed.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when they may not ask this; [`AppError::Unauthenticated`] when their token was
    /// revoked before the receipt was sealed; [`AppError::Busy`] when too many of their requests wait already.
    pub fn submit_as(&self, by: &Arc<Principal>, request: Request) -> Ticket<Answer> {
        self.ask_new(by, request, Errand::Question)
    }

    /// The same, once: whoever repeats the key gets the answer that was given before.
    ///
    /// # Errors
    /// Those of [`Console::submit_as`]; [`AppError::KeyReused`] when the key came with another request;
    /// [`AppError::Conflict`] with the code `superseded` when the answer was `ALLOW` and would be stricter now.
    pub fn submit_once(
        &self,
        by: &Arc<Principal>,
        request: Request,
        once: Once,
    ) -> Ticket<Outcome> {
        self.ask(by, request, Some(once), Errand::Question)
    }

    /// Asks what was not asked before.
    pub(crate) fn ask_new(
        &self,
        by: &Arc<Principal>,
        request: Request,
        errand: Errand,
    ) -> Ticket<Answer> {
        let asked = self.ask(by, request, None, errand);
        asked.and_then(Outcome::into_new)
    }

    pub(crate) fn ask(
        &self,
        by: &Arc<Principal>,
        mut request: Request,
        once: Option<Once>,
        errand: Errand,
    ) -> Ticket<Outcome> {
        // An alias is no way around the patterns of a token: the unit's own name counts.
        request.unit = self.cache().resolve(&request.unit);
        match Asker::admit(self, by, &request) {
            Ok(asker) => {
                let requester = self.cache().identities().requester(asker.principal());
                let asking = Asking {
                    asker: Some(asker),
                    once,
                    errand,
                };
                self.enqueue(request, requester, asking)
            }
            Err(error) => Ticket::ready(Err(error)),
        }
    }

    fn enqueue(&self, request: Request, requester: Requester, asking: Asking) -> Ticket<Outcome> {
        let input = match Input::new(request.reason.as_ref(), request.context.as_ref()) {
            Ok(input) => input.map(Input::salted),
            Err(error) => return Ticket::ready(Err(error)),
        };
        let parts = Parts {
            request,
            requester,
            asker: asking.asker,
            once: asking.once,
            errand: asking.errand,
            input,
            options: self.options().approvals,
            max_units: self.options().max_units,
            settled: Box::new(self.clock_settled()),
        };
        let cache = Arc::clone(self.cache());
        match DecideJob::new(cache, parts, new_receipt_id(), self.clock().now()) {
            Ok((job, ticket)) => {
                self.journal().submit(job);
                ticket
            }
            Err(error) => Ticket::ready(Err(error)),
        }
    }
}

/// How a question is asked.
struct Asking {
    asker: Option<Asker>,
    once: Option<Once>,
    errand: Errand,
}

impl Asking {
    /// By the process itself, which wants to know.
    const PLAIN: Self = Self {
        asker: None,
        once: None,
        errand: Errand::Question,
    };
}

impl Outcome {
    /// The answer to a question that came without a key.
    fn into_new(self) -> Result<Answer, AppError> {
        match self {
            Self::New(answer) => Ok(*answer),
            Self::Repeated(_) => Err(AppError::Internal("repeated without a key".into())),
        }
    }
}
