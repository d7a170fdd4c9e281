//! What the gateway needs from the rest of the product.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::RequestHead;
use utc_app::gateway::{Execution, Outgoing};
use utc_app::{Access, MethodOverride, Who};
use utc_domain::{
    Action, ApprovalId, Code, Decision, IdempotencyKey, PayloadHash, ReceiptId, Timestamp, UnitName,
};
use utc_outbound::Target;

/// An answer that takes time.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Knows callers.
pub trait Gate: Send + Sync {
    /// Admits whoever sent this token; `subject` is whom it speaks for, where the caller says so.
    fn admit<'a>(
        &'a self,
        token: &'a str,
        subject: Option<&'a str>,
    ) -> Answering<'a, Result<Arc<dyn Caller>, Refused>>;
}

/// Somebody who was admitted, and what they may ask.
pub trait Caller: Send + Sync {
    /// Who it is, to count its requests by.
    fn who(&self) -> Who;

    /// The unit of that name or alias, with where it is.
    ///
    /// # Errors
    /// [`Refused::NoUnit`] also for a unit that the caller may not know of.
    fn unit(&self, name: &UnitName) -> Result<Route, Refused>;

    /// Decides. The answer comes when its receipt is on disk.
    fn decide(&self, question: Question) -> Answering<'_, Result<Verdict, Refused>>;

    /// Records what became of a write that was allowed. Does not wait until it is written.
    fn executed(&self, execution: Execution);
}

/// Says how often somebody may call.
pub trait Limit: Send + Sync {
    /// Counts one request of whoever was admitted, or else of the address that it comes from. How long to wait; none when
    /// it may go on.
    fn count(&self, who: Option<Who>, request: &RequestHead) -> Option<Duration>;
}

/// No limit at all.
#[derive(Debug, Clone, Copy)]
pub struct Unlimited;

impl Limit for Unlimited {
    fn count(&self, _: Option<Who>, _: &RequestHead) -> Option<Duration> {
        None
    }
}

/// Where a unit is, and what its requests are.
#[derive(Debug, Clone)]
pub struct Route {
    /// The unit's own name.
    pub unit: UnitName,
    /// Scheme, host and port.
    pub upstream: Target,
    /// What is a read or a write against the rule.
    pub methods: Vec<MethodOverride>,
    /// The number of the unit's configuration that says so.
    pub config_version: u64,
}

/// May this request be sent?
#[derive(Debug, Clone)]
pub struct Question {
    /// The unit's own name.
    pub unit: UnitName,
    /// `read:` or `write:` and the path.
    pub action: Action,
    /// The configuration that the request was made under. When it has changed, the answer is [`Refused::Changed`].
    pub config_version: u64,
    /// The digest of the body of a write; none for one without a body. Reads are not hashed.
    pub payload_hash: Option<PayloadHash>,
    /// The request of a write: what waits for approval, and is bound by it, if it must wait.
    pub request: Option<Arc<Outgoing>>,
    /// The caller's `Idempotency-Key`.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// The answer, whose receipt is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The receipt.
    pub receipt: ReceiptId,
    /// What it says.
    pub ruling: Ruling,
}

/// What a verdict says.
#[derive(Debug, Clone, PartialEq)]
pub enum Ruling {
    /// Send it.
    Allow {
        /// In observe mode: what the answer would have been.
        would_be: Option<Decision>,
    },
    /// Do not.
    Deny {
        /// The stable reason code.
        code: Code,
        /// A sentence that a person understands.
        reason: String,
    },
    /// It is kept, and sent when people have approved.
    Hold {
        /// A sentence that a person understands.
        reason: String,
        /// What it waits for.
        approval: Waiting,
    },
}

/// A request that waits for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The approval.
    pub id: ApprovalId,
    /// When it ends if nobody decides.
    pub expires_at: Timestamp,
    /// How long the people who approve would take to get to it, in minutes.
    pub expected_wait_minutes: Option<f64>,
}

/// Takes what the gateway measures.
pub trait Measure: Send + Sync {
    /// A request is about to be sent; with it, `in_flight` requests of the unit wait for their answer's first byte.
    fn sent(&self, unit: &UnitName, access: Access, in_flight: usize);

    /// A request waits no more, whatever became of it; without it, `in_flight` requests of the unit still do.
    fn ended(&self, unit: &UnitName, access: Access, in_flight: usize);

    /// The upstream answered, which was told before by [`Measure::ended`]; `took` runs from the request's last piece to the answer's first byte. Requests that
    /// ended otherwise are not heard of.
    fn served(&self, unit: &UnitName, access: Access, took: Duration);
}

/// Why a caller is not served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// There is no token, or it is not accepted.
    #[error("valid credentials are needed")]
    Unauthenticated,
    /// The caller may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such unit, or the caller may not know of it, or it has no upstream.
    #[error("there is no unit `{0}` with an upstream")]
    NoUnit(UnitName),
    /// The request is not valid.
    #[error("{0}")]
    Invalid(String),
    /// Too many requests.
    #[error("too many requests")]
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// What waits for this caller takes as much room as it may.
    #[error("{0}")]
    TooMuchHeld(String),
    /// The unit was configured in another way in between. Nothing was decided.
    #[error("the unit's configuration has just changed")]
    Changed,
    /// The same `Idempotency-Key` came with another request before.
    #[error("the `Idempotency-Key` was used for another request")]
    KeyReused,
    /// The request does not fit the present state.
    #[error("{message}")]
    Conflict {
        /// A stable code.
        code: &'static str,
        /// What is in the way and what to do.
        message: String,
    },
    /// The queue in front of the journal is full.
    #[error("too many requests are waiting to be written")]
    Busy,
    /// The database cannot be used. Nothing was decided.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It cannot be told whether the receipts were written.
    #[error("it cannot be told whether the receipts were committed")]
    OutcomeUnknown {
        /// The receipts to ask for.
        receipts: Vec<ReceiptId>,
    },
    /// The server is stopping.
    #[error("the service is stopping")]
    Stopping,
    /// A fault of this program or of its data.
    #[error("an internal fault")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}
