//! A draft of the answer, evaluated against the cached state.

use std::sync::Arc;

use utc_domain::{
    ApprovalQueue, Decision, Draft, GrantUse, Meta, ProtectionLevel, ReceiptId, ReceiptKind,
    RequestDigest, SubjectShare, Timestamp,
};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, Verdict, evaluate};

use super::Request;
use crate::AppError;
use crate::approvals::{Bound, Hold, Newcomer, Room, digest};
use crate::cache::{StateCache, UnitState};
use crate::identity::Requester;
use crate::options::ApprovalOptions;

/// How long an `ALLOW` may be acted on, in seconds.
const ACT_WITHIN_SECONDS: i64 = 60;

/// A draft together with what it was evaluated under.
pub(super) struct Prepared {
    pub(super) draft: Draft,
    pub(super) verdict: Verdict,
    pub(super) level: ProtectionLevel,
    pub(super) epoch: u64,
    /// From here on the unit's level or risk differs by itself.
    pub(super) valid_until: Option<Timestamp>,
    pub(super) makes_unit: bool,
    /// The request that will wait for people.
    pub(super) hold: Option<Hold>,
}

/// What is asked, by whom, with what.
pub(super) struct Asked<'a> {
    pub(super) id: ReceiptId,
    pub(super) request: &'a Request,
    pub(super) requester: &'a Requester,
    pub(super) context_hash: Option<&'a str>,
    pub(super) options: &'a ApprovalOptions,
}

impl Prepared {
    pub(super) fn new(
        cache: &StateCache,
        asked: &Asked<'_>,
        grant: GrantUse,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        // Before the state, see `StateCache::epoch`.
        let epoch = cache.epoch();
        let policy = cache.policy();
        let request = asked.request;
        let unit = cache.unit(&request.unit);
        let state = unit.as_ref().map_or_else(
            || Arc::new(UnitState::UNKNOWN),
            |unit| unit.state.load_full(),
        );
        let under = Under {
            view: state.view_at(now),
            state: &state,
            policy: &policy,
            share: state.share_of(&request.subject),
            now,
        };
        let Judged {
            verdict,
            queue,
            hold,
        } = judge(cache, asked, grant, &under)?;
        let mut meta = seen(&under, &verdict);
        meta.context_hash = asked.context_hash.map(str::to_owned);
        meta.credential.clone_from(&asked.requester.credential);
        queue.record_in(&mut meta);
        if let Some(hold) = &hold {
            record(hold, &mut meta);
        }
        let makes_unit = unit.is_none() && policy.unknown_units() == UnknownUnits::Allow;
        Ok(Self {
            draft: draft(asked, &verdict, &policy, meta),
            verdict,
            level: under.view.level,
            epoch,
            valid_until: state.next_change(),
            makes_unit,
            hold,
        })
    }

    /// Writes down what depends on when it is recorded.
    pub(super) fn date(&mut self, now: Timestamp) {
        let allowed = self.verdict.decision == Decision::Allow;
        let meta = &mut self.draft.meta;
        meta.act_before = allowed.then(|| now.plus_seconds(ACT_WITHIN_SECONDS));
        meta.expires_at = self.hold.as_ref().map(|hold| hold.expires_at(now));
    }
}

/// What a question is judged by.
struct Under<'a> {
    state: &'a UnitState,
    view: UnitView,
    policy: &'a PolicySet,
    share: SubjectShare,
    now: Timestamp,
}

/// A verdict, and what a request that has to wait would find.
struct Judged {
    verdict: Verdict,
    queue: ApprovalQueue,
    hold: Option<Hold>,
}

/// Only where people have to decide does it matter whether they can: reads and plain writes end at the first step.
fn judge(
    cache: &StateCache,
    asked: &Asked<'_>,
    grant: GrantUse,
    under: &Under<'_>,
) -> Result<Judged, AppError> {
    let request = asked.request;
    let question = Question {
        grant,
        share: under.share,
        ..Question::new(&request.action, &request.unit)
    };
    let verdict = evaluate(&question, under.policy, &under.view);
    if verdict.would_be.unwrap_or(verdict.decision) != Decision::RequireApproval {
        return Ok(Judged {
            verdict,
            queue: ApprovalQueue::Open,
            hold: None,
        });
    }
    let (room, digest) = room(cache, asked, under)?;
    let queue = room.queue;
    let question = Question {
        approval_queue: queue,
        ..question
    };
    let verdict = evaluate(&question, under.policy, &under.view);
    let waits = verdict.decision == Decision::RequireApproval;
    let hold = waits.then(|| Hold::new(digest, under.state, room, asked.options.ttl));
    Ok(Judged {
        verdict,
        queue,
        hold,
    })
}

fn room(
    cache: &StateCache,
    asked: &Asked<'_>,
    under: &Under<'_>,
) -> Result<(Room, RequestDigest), AppError> {
    let request = asked.request;
    let digest = digest(&Bound {
        subject: &request.subject,
        token: &asked.requester.token,
        action: &request.action,
        unit: &request.unit,
        config_version: under.state.config_version,
        payload_hash: request.payload_hash.as_ref(),
        forwarded: request.forwarded.as_ref(),
    })?;
    let newcomer = Newcomer {
        subject: &request.subject,
        unit: &request.unit,
        requester: asked.requester,
        digest: &digest,
        quorum: under.state.quorum,
    };
    let people = cache.identities().approvers();
    let waiting = cache.waiting();
    let room = waiting.room(&newcomer, &people, asked.options, under.now);
    Ok((room, digest))
}

/// What the evaluator saw.
fn seen(under: &Under<'_>, verdict: &Verdict) -> Meta {
    let (state, view) = (under.state, under.view);
    Meta {
        lambda_est: state.lambda,
        mu_est: state.mu,
        rho: state.rho,
        change_point: state.rho.map(|_| state.change_point),
        features_ts: state.observed_at,
        protection_level: Some(view.level),
        pinned: Some(state.level_at(under.now).1),
        risk_score: state.scored.map(|scored| scored.score),
        risky: Some(view.risky),
        known: Some(view.known),
        over_share: match under.share {
            SubjectShare::Fair => None,
            SubjectShare::Beyond => Some(true),
        },
        mode: Some(view.mode),
        would_be: verdict.would_be,
        grant: Some(verdict.grant),
        ..Meta::default()
    }
}

/// What is bound, and what the request that waits will find.
fn record(hold: &Hold, meta: &mut Meta) {
    meta.approval = Some(hold.id);
    meta.request_digest = Some(hold.digest.clone());
    meta.quorum = Some(hold.quorum);
    meta.approval_backlog = Some(hold.room.ahead);
    meta.expected_wait_minutes = Some(hold.room.expected_wait_minutes);
}

fn draft(asked: &Asked<'_>, verdict: &Verdict, policy: &PolicySet, meta: Meta) -> Draft {
    let request = asked.request;
    Draft {
        id: asked.id,
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
    }
}
