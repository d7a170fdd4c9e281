//! A request whose caller was admitted: it is decided, and sent if it may be.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Payload};
use http::header::{HeaderName, HeaderValue};
use utc_app::Access;
use utc_app::gateway::Outgoing;
use utc_domain::{Action, Decision, IdempotencyKey, ReceiptId};
use utc_outbound::{Body, Connection, Response};

use crate::answer::Reader;
use crate::arrived::Length;
use crate::body::{self, Share};
use crate::decided::Decided;
use crate::execution::Executing;
use crate::failure::no_answer;
use crate::port::{Caller, Question, Route, Ruling, Verdict};
use crate::problem::Problem;
use crate::upstream::{self, SendError};
use crate::{State, answer};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request of somebody who was admitted, before it is decided.
pub(crate) struct Asking {
    pub(crate) caller: Arc<dyn Caller>,
    pub(crate) route: Route,
    pub(crate) action: Action,
    pub(crate) outgoing: Outgoing,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) reader: Reader,
}

impl Asking {
    /// A read is decided before anything of its body is read, which is then passed on as it comes.
    pub(crate) async fn read(
        self,
        state: &State,
        length: Length,
        payload: Payload,
    ) -> Result<HttpResponse, Problem> {
        let verdict = self.caller.decide(self.question(None)).await?;
        let allowed = Allowed::from(verdict, state)?;
        let body = match length {
            Length::None => Body::empty(),
            Length::Bytes(bytes) => {
                Body::chunks(Some(bytes), body::relay(payload, state.options.idle))
            }
            Length::Unknown => Body::chunks(None, body::relay(payload, state.options.idle)),
        };
        let request = upstream::request(&self.outgoing, &[], body, Connection::Shared);
        let sent = match request {
            Ok(request) => {
                state
                    .upstreams
                    .send(&self.route.unit, Access::Read, request)
                    .await
            }
            Err(error) => Err(error),
        };
        let response = sent.map_err(|error| allowed.unanswered(&error))?;
        Ok(allowed.pass_on(response, self.reader, None))
    }

    /// A write is decided with the digest of its whole body.
    pub(crate) async fn write(
        self,
        state: &State,
        length: Length,
        payload: Payload,
    ) -> Result<HttpResponse, Problem> {
        let (body, share) = whole(state, length, payload).await?;
        let request = Arc::new(Outgoing {
            body,
            ..self.outgoing.clone()
        });
        let question = self.question(Some(Arc::clone(&request)));
        let allowed = Allowed::from(self.caller.decide(question).await?, state)?;
        let mut executing = self.executing(allowed.receipt);
        let sent = self.send_write(state, &request, allowed.receipt).await;
        drop(share);
        match sent {
            Ok(response) => {
                executing.answered(&response);
                Ok(allowed.pass_on(response, self.reader, Some(executing)))
            }
            Err(error) => {
                executing.failed(&error);
                Err(allowed.unanswered(&error))
            }
        }
    }

    async fn send_write(
        &self,
        state: &State,
        request: &Outgoing,
        receipt: ReceiptId,
    ) -> Result<Response, SendError> {
        // An upstream that knows such keys carries the request out once, however often it comes.
        let key = HeaderValue::from_str(&receipt.to_string()).map(|key| (IDEMPOTENCY_KEY, key));
        let extra: Vec<_> = key.into_iter().collect();
        let body = Body::whole(request.body.clone());
        let request = upstream::request(request, &extra, body, Connection::Shared)?;
        state
            .upstreams
            .send(&self.route.unit, Access::Write, request)
            .await
    }

    fn question(&self, request: Option<Arc<Outgoing>>) -> Question {
        Question {
            unit: self.route.unit.clone(),
            action: self.action.clone(),
            config_version: self.route.config_version,
            payload_hash: request.as_ref().and_then(|request| request.payload_hash()),
            request,
            idempotency_key: self.key.clone(),
        }
    }

    fn executing(&self, receipt: ReceiptId) -> Executing {
        let (unit, action) = (self.route.unit.clone(), self.action.clone());
        Executing::new(Arc::clone(&self.caller), receipt, unit, action)
    }
}

/// The whole body, and its share of what all bodies may take.
async fn whole(state: &State, length: Length, payload: Payload) -> Result<(Bytes, Share), Problem> {
    let limit = state.options.body_limit;
    length.check(limit)?;
    let mut share = state.budget.share();
    let body = body::whole(payload, limit, state.options.body_time, &mut share).await?;
    Ok((body, share))
}

/// A request that may be sent.
struct Allowed {
    receipt: ReceiptId,
    decided: Decided,
}

impl Allowed {
    fn from(verdict: Verdict, state: &State) -> Result<Self, Problem> {
        let Verdict { receipt, ruling } = verdict;
        match ruling {
            Ruling::Allow { would_be } => Ok(Self {
                receipt,
                decided: Decided::new(Decision::Allow, receipt).would_be(would_be),
            }),
            Ruling::Deny { code, reason } => {
                let problem = Problem::new(StatusCode::FORBIDDEN, code.as_str(), reason);
                Err(problem.of(Decided::new(Decision::Deny, receipt)))
            }
            // 409 and not 202: a client that takes any 2xx for done must not believe that the write happened.
            Ruling::Hold { reason, approval } => {
                let decided = Decided::new(Decision::RequireApproval, receipt);
                let problem = Problem::new(StatusCode::CONFLICT, "approval_required", reason);
                Err(problem.of(decided.waiting(&approval, &state.options.console_url)))
            }
        }
    }

    fn pass_on(
        &self,
        response: Response,
        reader: Reader,
        executing: Option<Executing>,
    ) -> HttpResponse {
        let mut answer = answer::answer(response, reader, executing);
        self.decided.write(answer.headers_mut());
        answer
    }

    /// There is no answer, though it was allowed.
    fn unanswered(&self, error: &SendError) -> Problem {
        no_answer(error).of(self.decided.clone())
    }
}
