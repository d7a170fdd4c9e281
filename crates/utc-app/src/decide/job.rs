//! A decision in the journal: evaluated under the state of its transaction, recorded with all that follows from it.

use std::sync::Arc;

use tokio::sync::oneshot;
use utc_domain::{Decision, Draft, GrantProblem, GrantUse, Ground, ReceiptId, Timestamp};
use utc_policy::Verdict;
use utc_storage::JournalError;
use utc_storage::journal::{Class, Job, JobError, Receipt, Tx};
use utc_storage::rows::{inputs, units};

use super::asker::Asker;
use super::once::{Once, Repeat};
use super::prepare::{Asked, Prepared};
use super::{Answer, Outcome, Request};
use crate::approvals::{Change, Known, Presented, use_up};
use crate::cache::StateCache;
use crate::gateway::Errand;
use crate::identity::Requester;
use crate::input::StoredInput;
use crate::options::ApprovalOptions;
use crate::signals::appeared;
use crate::task::refuse;
use crate::units::make_room;
use crate::units::stored::new_row;
use crate::webhooks::announce;
use crate::{AppError, Ticket};

/// Everything that a decision needs beside the state.
pub(super) struct Parts {
    pub(super) request: Request,
    pub(super) requester: Requester,
    pub(super) asker: Option<Asker>,
    pub(super) once: Option<Once>,
    pub(super) errand: Errand,
    pub(super) input: Option<StoredInput>,
    pub(super) options: ApprovalOptions,
    pub(super) max_units: usize,
    /// Whether the clock can be trusted; asked where an approval came with the question.
    pub(super) settled: Box<dyn Fn() -> bool + Send>,
}

impl Parts {
    fn asked(&self, id: ReceiptId) -> Asked<'_> {
        Asked {
            id,
            request: &self.request,
            requester: &self.requester,
            context_hash: self.input.as_ref().map(|input| input.digest.as_str()),
            options: &self.options,
        }
    }
}

pub(super) struct DecideJob {
    cache: Arc<StateCache>,
    parts: Parts,
    prepared: Prepared,
    /// What changed in what waits for people.
    change: Option<Change>,
    /// The receipt that answered the same question before.
    repeated: Option<ReceiptId>,
    refusal: Option<AppError>,
    reply: oneshot::Sender<Result<Outcome, AppError>>,
}

/// Evaluates outside the transaction: what takes time is done here, and mostly it holds.
const UNCHECKED: GrantUse = GrantUse::Invalid(GrantProblem::Unknown);

impl DecideJob {
    pub(super) fn new(
        cache: Arc<StateCache>,
        mut parts: Parts,
        id: ReceiptId,
        now: Timestamp,
    ) -> Result<(Box<Self>, Ticket<Outcome>), AppError> {
        // What an approval is worth is known inside the transaction only.
        let grant = parts
            .request
            .approval_id
            .map_or(GrantUse::None, |_| UNCHECKED);
        let prepared = Prepared::new(&cache, &parts.asked(id), grant, now)?;
        parts
            .errand
            .prepare(prepared.hold.as_ref(), &parts.request.unit)?;
        let (reply, ticket) = Ticket::new();
        let job = Self {
            cache,
            parts,
            prepared,
            change: None,
            repeated: None,
            refusal: None,
            reply,
        };
        Ok((Box::new(job), ticket))
    }

    fn work(&mut self, tx: &mut Tx<'_>) -> Result<Step, AppError> {
        let savepoint = self.has_effects();
        if let Some(asker) = &self.parts.asker {
            asker.check(&self.cache, &self.parts.request, tx)?;
        }
        let repeat = match &self.parts.once {
            Some(once) => once.find(tx, &self.parts.requester.token)?,
            None => None,
        };
        let (errand, unit) = (&self.parts.errand, &self.parts.request.unit);
        errand.check_unit(&self.cache, unit)?;
        let presented = self.presented(tx, repeat.as_ref())?;
        self.parts.errand.check_grant(presented.as_ref())?;
        self.refresh(tx, presented.as_ref())?;
        if let Some(repeat) = repeat {
            self.repeated = Some(repeat.answer(self.prepared.verdict.decision)?);
            return Ok(Step::Done);
        }
        if self.has_effects() && !savepoint {
            return Ok(Step::Again);
        }
        self.prepared.date(tx.now());
        self.effects(tx, presented)?;
        Ok(Step::Done)
    }

    /// The approval that came with the question, as this transaction has it.
    fn presented(
        &self,
        tx: &mut Tx<'_>,
        repeat: Option<&Repeat>,
    ) -> Result<Option<Presented>, AppError> {
        let Some(id) = self.parts.request.approval_id else {
            return Ok(None);
        };
        let presented = Presented::find(tx, id, &self.parts.request, &self.parts.requester)?;
        Ok(Some(match repeat {
            Some(repeat) => presented.before(repeat.receipt()),
            None => presented.at((self.parts.settled)()),
        }))
    }

    /// Evaluates again when the state is not the one that the draft was evaluated under. Inside a job the cache
    /// holds the transaction's state: the journal has reloaded it, and no decision runs behind a change.
    fn refresh(&mut self, tx: &Tx<'_>, presented: Option<&Presented>) -> Result<(), AppError> {
        let over = self
            .prepared
            .valid_until
            .is_some_and(|until| until <= tx.now());
        if self.prepared.epoch == tx.epoch() && !over && presented.is_none() {
            return Ok(());
        }
        let grant = presented.map_or(GrantUse::None, |presented| presented.worth);
        let asked = self.parts.asked(self.prepared.draft.id);
        self.prepared = Prepared::new(&self.cache, &asked, grant, tx.now())?;
        if let Some(known) = presented.and_then(|presented| presented.known.as_ref()) {
            let meta = &mut self.prepared.draft.meta;
            meta.approval = self.parts.request.approval_id;
            meta.request_digest = Some(known.asked.clone());
        }
        Ok(())
    }

    fn effects(&mut self, tx: &mut Tx<'_>, presented: Option<Presented>) -> Result<(), AppError> {
        let id = self.prepared.draft.id;
        self.make_unit(tx)?;
        if let Some(input) = &self.parts.input {
            inputs::insert(tx.db(), &input.row(id))?;
        }
        if let Some(known) = presented.and_then(|presented| presented.known) {
            self.use_grant(tx, &known)?;
        }
        if let Some(hold) = &self.prepared.hold {
            let (request, requester) = (&self.parts.request, &self.parts.requester);
            let change = hold.store(tx, &self.cache, request, requester, &self.prepared.draft)?;
            self.change = Some(change);
            let (errand, token) = (&mut self.parts.errand, &requester.token);
            errand.keep(tx, hold, &request.unit, token)?;
        }
        if let Some(once) = &self.parts.once {
            let decision = self.prepared.verdict.decision;
            once.remember(tx, &self.parts.requester.token, decision, id)?;
        }
        let draft = std::slice::from_ref(&self.prepared.draft);
        announce(tx, self.cache.links(), draft)
    }

    /// A held request uses its grant up also where nothing restricts it any more: it is sent once.
    fn use_grant(&self, tx: &mut Tx<'_>, known: &Known) -> Result<(), AppError> {
        let (errand, id) = (&self.parts.errand, self.prepared.draft.id);
        let sends = errand.is_execution() && self.prepared.verdict.decision == Decision::Allow;
        if self.prepared.verdict.uses_grant() || sends {
            use_up(tx, known, id)?;
        }
        match self.parts.request.approval_id {
            Some(approval) => errand.follow(tx, approval, sends.then_some(id)),
            None => Ok(()),
        }
    }

    fn make_unit(&self, tx: &mut Tx<'_>) -> Result<(), AppError> {
        let unit = self.parts.request.unit.as_str();
        if self.prepared.makes_unit && units::find(tx.db(), unit)?.is_none() {
            make_room(tx.db(), self.parts.max_units)?;
            let row = new_row(unit, tx.now(), tx.epoch());
            units::insert(tx.db(), &row)?;
            appeared(tx, unit)?;
        }
        Ok(())
    }
}

/// Whether a job is done.
enum Step {
    Done,
    /// It has effects now and had none before: it needs a savepoint.
    Again,
}

impl Job for DecideJob {
    fn class(&self) -> Class {
        Class::Decision
    }

    fn has_effects(&self) -> bool {
        let request = &self.parts.request;
        self.prepared.makes_unit
            || self.prepared.hold.is_some()
            || self.parts.input.is_some()
            || self.parts.once.is_some()
            || request.approval_id.is_some()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), JobError> {
        (self.refusal, self.change, self.repeated) = (None, None, None);
        match self.work(tx) {
            Ok(Step::Done) => Ok(()),
            Ok(Step::Again) => Err(JobError::LostRace),
            Err(error) => Err(refuse(error, &mut self.refusal)),
        }
    }

    fn drafts(&self) -> &[Draft] {
        match self.repeated {
            Some(_) => &[],
            None => std::slice::from_ref(&self.prepared.draft),
        }
    }

    fn publish(&mut self) {
        if self.repeated.is_some() {
            return;
        }
        if self.prepared.makes_unit {
            self.cache.add_unit(&self.parts.request.unit);
        }
        if let Some(change) = &self.change {
            change.publish(&self.cache);
        }
    }

    fn answer(self: Box<Self>, outcome: Result<Vec<Receipt>, JournalError>) {
        let Self {
            cache,
            parts,
            prepared,
            repeated,
            refusal,
            reply,
            ..
        } = *self;
        // Given back before the answer, so that whoever asks one by one never waits for a place.
        drop(parts.asker);
        let answer = match (outcome, repeated, refusal) {
            (Ok(_), Some(receipt), _) => Ok(Outcome::Repeated(receipt)),
            (Ok(receipts), None, _) => finish(&cache, &parts.request, prepared, receipts),
            (Err(JournalError::Refused), _, Some(refusal)) => Err(refusal),
            (Err(error), _, _) => Err(error.into()),
        };
        // Whoever asked may have gone; the receipt is written all the same.
        let _ = reply.send(answer);
    }
}

/// Counts what was asked as load, or as what the level turned away. What was denied for another reason is neither.
fn count(cache: &StateCache, request: &Request, verdict: &Verdict, at: Timestamp) {
    let Some(unit) = cache.unit(&request.unit) else {
        return;
    };
    if verdict.would_be.unwrap_or(verdict.decision) == Decision::Deny {
        if verdict
            .grounds
            .iter()
            .any(|ground| ground == Ground::ProtectionReadOnly)
        {
            unit.asked.count_refused(&request.subject);
        }
    } else if !verdict.uses_grant() {
        unit.arrivals.count(at);
        unit.asked.count(&request.subject, &request.action);
    }
}

fn finish(
    cache: &StateCache,
    request: &Request,
    prepared: Prepared,
    receipts: Vec<Receipt>,
) -> Result<Outcome, AppError> {
    let receipt = receipts.into_iter().next();
    let receipt = receipt
        .ok_or_else(|| AppError::Internal("a decision was committed without a receipt".into()))?;
    let verdict = prepared.verdict;
    count(cache, request, &verdict, receipt.ts);
    Ok(Outcome::New(Box::new(Answer {
        decision: verdict.decision,
        would_be: verdict.would_be,
        code: verdict.code,
        grounds: verdict.grounds,
        reason: verdict.reason,
        protection_level: prepared.level,
        act_before: prepared.draft.meta.act_before,
        approval: prepared.hold.as_ref().map(|hold| hold.held(receipt.ts)),
        receipt_id: receipt.id,
        seq: receipt.seq,
        receipt: receipt.jws,
    })))
}
