//! The main use case: may I do this now?

mod asker;

use std::sync::Arc;

use tokio::sync::oneshot;
use utc_domain::{
    Action, Code, Decision, Draft, GroundSet, Meta, PayloadHash, ProtectionLevel, Reason,
    ReceiptId, ReceiptKind, Subject, Timestamp, UnitName,
};
use utc_policy::{Question, UnitView, UnknownUnits, Verdict, evaluate};
use utc_storage::JournalError;
use utc_storage::journal::{Class, Job, JobError, Receipt, Tx};
use utc_storage::rows::{inputs, units};

use self::asker::Asker;
use crate::cache::{StateCache, UnitState};
use crate::clock::new_receipt_id;
use crate::console::Console;
use crate::input::{Input, StoredInput};
use crate::task::refuse;
use crate::units::make_room;
use crate::units::stored::new_row;
use crate::{AppError, Principal, Ticket};

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
}

impl Request {
    /// A question without payload, reason or context.
    pub fn new(subject: Subject, action: Action, unit: UnitName) -> Self {
        Self {
            subject,
            action,
            unit,
            payload_hash: None,
            reason: None,
            context: None,
        }
    }
}

/// An answer whose receipt is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The receipt's id.
    pub receipt_id: ReceiptId,
    /// Its position in the log.
    pub seq: u64,
    /// The receipt: a compact JWS.
    pub receipt: String,
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
        self.enqueue(request, None)
    }

    /// The same for somebody who was authenticated: they must hold the role `decider` for the subject and the unit,
    /// now and when the receipt is sealed.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when they may not ask this; [`AppError::Unauthenticated`] when their token was
    /// revoked before the receipt was sealed; [`AppError::Busy`] when too many of their requests wait already.
    pub fn submit_as(&self, by: &Arc<Principal>, mut request: Request) -> Ticket<Answer> {
        // An alias is no way around the patterns of a token: the unit's own name counts.
        request.unit = self.cache().resolve(&request.unit);
        match Asker::admit(self, by, &request) {
            Ok(asker) => self.enqueue(request, Some(asker)),
            Err(error) => Ticket::ready(Err(error)),
        }
    }

    fn enqueue(&self, request: Request, asker: Option<Asker>) -> Ticket<Answer> {
        let input = match Input::new(request.reason.as_ref(), request.context.as_ref()) {
            Ok(input) => input,
            Err(error) => return Ticket::ready(Err(error)),
        };
        let cache = Arc::clone(self.cache());
        let input = input.map(Input::salted);
        let hash = input.as_ref().map(|input| input.digest.clone());
        let prepared = Prepared::new(
            &cache,
            &request,
            hash.as_deref(),
            new_receipt_id(),
            self.clock().now(),
        );
        let (reply, ticket) = Ticket::new();
        let max_units = self.options().max_units;
        self.journal().submit(Box::new(DecideJob {
            cache,
            request,
            asker,
            prepared,
            input,
            max_units,
            refusal: None,
            reply,
        }));
        ticket
    }
}

/// A draft together with what it was evaluated under.
struct Prepared {
    draft: Draft,
    verdict: Verdict,
    level: ProtectionLevel,
    epoch: u64,
    /// From here on the unit's level or risk differs by itself.
    valid_until: Option<Timestamp>,
    makes_unit: bool,
}

impl Prepared {
    fn new(
        cache: &StateCache,
        request: &Request,
        hash: Option<&str>,
        id: ReceiptId,
        now: Timestamp,
    ) -> Self {
        // Before the state, see `StateCache::epoch`.
        let epoch = cache.epoch();
        let policy = cache.policy();
        let unit = cache.unit(&request.unit);
        let state = unit.as_ref().map_or_else(
            || Arc::new(UnitState::UNKNOWN),
            |unit| unit.state.load_full(),
        );
        let (level, pinned) = state.level_at(now);
        let view = UnitView {
            level,
            risky: state.risky_at(now),
            mode: state.mode,
            known: state.configured,
        };
        let verdict = evaluate(
            &Question::new(&request.action, &request.unit),
            &policy,
            &view,
        );
        let meta = Meta {
            lambda_est: state.lambda,
            mu_est: state.mu,
            rho: state.rho,
            change_point: state.rho.map(|_| state.change_point),
            features_ts: state.observed_at,
            protection_level: Some(level),
            pinned: Some(pinned),
            risky: Some(view.risky),
            known: Some(view.known),
            mode: Some(view.mode),
            would_be: verdict.would_be,
            grant: Some(verdict.grant),
            approval_saturated: Some(false),
            context_hash: hash.map(str::to_owned),
            ..Meta::default()
        };
        let draft = Draft {
            id,
            kind: ReceiptKind::Decision,
            subject: request.subject.clone(),
            action: Some(request.action.clone()),
            unit: Some(request.unit.clone()),
            decision: Some(verdict.decision),
            grounds: verdict.grounds,
            reason: verdict.reason.clone(),
            code: verdict.code,
            payload_hash: request.payload_hash.clone(),
            meta,
            policy: policy.reference().clone(),
        };
        let makes_unit = unit.is_none() && policy.unknown_units() == UnknownUnits::Allow;
        Self {
            draft,
            verdict,
            level,
            epoch,
            valid_until: state.next_change(),
            makes_unit,
        }
    }
}

struct DecideJob {
    cache: Arc<StateCache>,
    request: Request,
    asker: Option<Asker>,
    prepared: Prepared,
    input: Option<StoredInput>,
    max_units: usize,
    refusal: Option<AppError>,
    reply: oneshot::Sender<Result<Answer, AppError>>,
}

impl DecideJob {
    /// Evaluates again when the state is not the one that the draft was evaluated under. Inside a job the cache
    /// holds the transaction's state: the journal has reloaded it, and no decision runs behind a change.
    fn refresh(&mut self, tx: &Tx<'_>) -> Result<(), AppError> {
        if let Some(asker) = &self.asker {
            asker.check(&self.cache, &self.request, tx)?;
        }
        let over = self
            .prepared
            .valid_until
            .is_some_and(|until| until <= tx.now());
        if self.prepared.epoch == tx.epoch() && !over {
            return Ok(());
        }
        let hash = self.input.as_ref().map(|input| input.digest.as_str());
        let effects = self.prepared.makes_unit;
        self.prepared = Prepared::new(
            &self.cache,
            &self.request,
            hash,
            self.prepared.draft.id,
            tx.now(),
        );
        // Whether there is a savepoint was settled before. A unit that has to be made is there in the next request.
        self.prepared.makes_unit &= effects;
        Ok(())
    }

    fn effects(&self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        if self.prepared.makes_unit && units::find(tx.db(), self.request.unit.as_str())?.is_none() {
            make_room(tx.db(), self.max_units)?;
            let row = new_row(self.request.unit.as_str(), tx.now(), tx.epoch());
            units::insert(tx.db(), &row)?;
        }
        if let Some(input) = &self.input {
            inputs::insert(tx.db(), &input.row(self.prepared.draft.id))?;
        }
        Ok(())
    }
}

impl Job for DecideJob {
    fn class(&self) -> Class {
        Class::Decision
    }

    fn has_effects(&self) -> bool {
        self.prepared.makes_unit || self.input.is_some()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), JobError> {
        self.refusal = None;
        self.refresh(tx)
            .map_err(|error| refuse(error, &mut self.refusal))?;
        if !self.has_effects() {
            return Ok(());
        }
        self.effects(tx)
            .map_err(|error| refuse(error, &mut self.refusal))
    }

    fn drafts(&self) -> &[Draft] {
        std::slice::from_ref(&self.prepared.draft)
    }

    fn publish(&mut self) {
        if self.prepared.makes_unit {
            self.cache.add_unit(&self.request.unit);
        }
    }

    fn answer(self: Box<Self>, outcome: Result<Vec<Receipt>, JournalError>) {
        let Self {
            cache,
            request,
            asker,
            prepared,
            refusal,
            reply,
            ..
        } = *self;
        // Given back before the answer, so that whoever asks one by one never waits for a place.
        drop(asker);
        let answer = match (outcome, refusal) {
            (Ok(receipts), _) => finish(&cache, &request, prepared, receipts),
            (Err(JournalError::Refused), Some(refusal)) => Err(refusal),
            (Err(error), _) => Err(error.into()),
        };
        // Whoever asked may have gone; the receipt is written all the same.
        let _ = reply.send(answer);
    }
}

fn finish(
    cache: &StateCache,
    request: &Request,
    prepared: Prepared,
    receipts: Vec<Receipt>,
) -> Result<Answer, AppError> {
    let receipt = receipts.into_iter().next();
    let receipt = receipt
        .ok_or_else(|| AppError::Internal("a decision was committed without a receipt".into()))?;
    let Verdict {
        decision,
        would_be,
        code,
        grounds,
        grant: _,
        reason,
    } = prepared.verdict;
    if would_be.unwrap_or(decision) != Decision::Deny
        && let Some(unit) = cache.unit(&request.unit)
    {
        unit.arrivals.count(receipt.ts);
    }
    Ok(Answer {
        decision,
        would_be,
        code,
        grounds,
        reason,
        protection_level: prepared.level,
        receipt_id: receipt.id,
        seq: receipt.seq,
        receipt: receipt.jws,
    })
}
