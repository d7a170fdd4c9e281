//! Voting: one function for both choices, one job, one receipt.

use std::sync::Arc;
use std::time::Duration;

use utc_domain::{
    ApprovalEvent, ApprovalId, ApprovalStatus, Code, Draft, Quorum, Reason, ReceiptId, ReceiptKind,
    Role, Timestamp, VoteChoice,
};
use utc_policy::{Ballot, Change as Act, Tally, Vote, VoteRefusal, Voter, may_vote};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::ApprovalRow;
use utc_storage::rows::receipts;
use utc_storage::rows::votes::{self, VoteRow};

use super::transition::{self, Change};
use super::{list, record, stored};
use crate::cache::StateCache;
use crate::console::Console;
use crate::identity::Actor;
use crate::options::after;
use crate::task::Plan;
use crate::units::stored::{parse, policy_in};
use crate::{AppError, By, Refusal, Ticket};

/// Somebody who changed what a request is judged by does not vote on it for so long, in minutes.
const COOLING_MINUTES: i64 = 24 * 60;

/// A vote was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voted {
    /// On which approval.
    pub id: ApprovalId,
    /// Where it stands now.
    pub status: ApprovalStatus,
    /// How many different people have approved.
    pub approvals: u32,
    /// How many have to.
    pub quorum: Quorum,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

/// What somebody says to an approval.
struct Said {
    id: ApprovalId,
    choice: VoteChoice,
    comment: Option<Reason>,
    grant_ttl: Duration,
}

impl Console {
    /// Votes on an approval. Exactly one vote decides it, however many come at once.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what the caller may not know of; [`AppError::Forbidden`] for whoever may not vote on
    /// this unit, or not on this request; [`AppError::Conflict`] when it is decided, or the person has voted.
    pub fn vote(
        &self,
        by: impl Into<By>,
        id: ApprovalId,
        choice: VoteChoice,
        comment: Option<Reason>,
    ) -> Ticket<Voted> {
        let by = by.into();
        let cache = Arc::clone(self.cache());
        let said = Said {
            id,
            choice,
            comment,
            grant_ttl: self.options().approvals.grant_ttl,
        };
        self.control(move |tx| cast(tx, &cache, &by, &said))
    }
}

fn cast(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    by: &By,
    said: &Said,
) -> Result<Plan<Voted>, AppError> {
    let actor = by.actor(tx)?;
    let row = list::visible(tx.db(), said.id, &actor.principal, &actor.requester)?;
    let unit = parse("approvals.unit", &row.unit)?;
    actor.principal.may(Role::Approver, &unit)?;
    let mut votes = stored::votes(&votes::of(tx.db(), &row.id)?)?;
    let now = tx.now();
    let changes = acts(tx.db(), now, &actor, &row.unit)?;
    check(now, &actor, &row, &votes, &changes)?;
    votes.push(Vote {
        person: actor.requester.person.clone(),
        choice: said.choice,
    });
    let tally = Tally::of(&votes, stored::quorum(&row)?);
    tx.change_state();
    let people = cache.identities().approvers();
    let counted = record::count(tx, &people, Some(said.choice))?;
    let draft = receipt(tx, &actor, &row, said, tally)?;
    let vote = vote_row(&actor, &row, said, &draft, tx.now());
    votes::insert(tx.db(), &vote)?;
    let status = decide(tx, &row, tally.event(), &draft)?;
    let answer = Voted {
        id: said.id,
        status,
        approvals: approvals(&votes),
        quorum: stored::quorum(&row)?,
        receipt_id: draft.id,
    };
    Ok(plan(answer, draft, counted))
}

/// What the transaction answers and publishes.
fn plan(answer: Voted, draft: Draft, counted: record::Counted) -> Plan<Voted> {
    let decided = answer.status != ApprovalStatus::Pending;
    let change = Change {
        added: None,
        removed: decided.then_some(answer.id).into_iter().collect(),
        counted: Some(counted),
    };
    Plan {
        answer,
        drafts: vec![draft],
        publish: Some(Box::new(move |cache| change.publish(cache))),
    }
}

/// Nobody votes on their own request, twice, or on what they changed the rules for: `changes`, by [`acts`].
pub(super) fn check(
    now: Timestamp,
    actor: &Actor,
    row: &ApprovalRow,
    votes: &[Vote],
    changes: &[Act],
) -> Result<(), AppError> {
    let requester = parse("approvals.subject", &row.subject)?;
    let owner = parse("approvals.owner", &row.owner)?;
    let ballot = Ballot {
        status: stored::status(row)?,
        expires_at: stored::expires_at(row),
        requester: &requester,
        token_owner: &owner,
        votes,
        changes,
    };
    let person = &actor.requester.person;
    may_vote(&Voter { person }, &ballot, now).map_err(refused)
}

/// Changes of rules, and of this unit by hand, that this person made lately under whatever name.
pub(super) fn acts(
    db: &mut Db,
    now: Timestamp,
    actor: &Actor,
    unit: &str,
) -> Result<Vec<Act>, AppError> {
    let kinds = [
        ReceiptKind::PolicyChange.as_str(),
        ReceiptKind::ConfigChange.as_str(),
        ReceiptKind::ProtectionChange.as_str(),
        ReceiptKind::RiskChange.as_str(),
    ];
    let since = now.plus_minutes(-COOLING_MINUTES).as_micros();
    let acts = receipts::acts_since(db, since, &actor.names, &kinds, unit)?;
    let acts = acts.into_iter().map(|at| Act {
        by: actor.requester.person.clone(),
        at: Timestamp::from_micros(at),
    });
    Ok(acts.collect())
}

fn refused(refusal: VoteRefusal) -> AppError {
    let conflict = |code| AppError::Conflict {
        code,
        message: refusal.to_string(),
    };
    match refusal {
        VoteRefusal::Closed { .. } => conflict("approval_closed"),
        VoteRefusal::AlreadyVoted => conflict("already_voted"),
        VoteRefusal::Requester | VoteRefusal::TokenOwner | VoteRefusal::RecentChange { .. } => {
            AppError::Forbidden(Refusal::Duties(refusal))
        }
        other => AppError::Forbidden(Refusal::Duties(other)),
    }
}

fn approvals(votes: &[Vote]) -> u32 {
    let approving = votes
        .iter()
        .filter(|vote| vote.choice == VoteChoice::Approve);
    u32::try_from(approving.count()).unwrap_or(u32::MAX)
}

fn receipt(
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &ApprovalRow,
    said: &Said,
    tally: Tally,
) -> Result<Draft, AppError> {
    let quorum = stored::quorum(row)?;
    let count = match tally {
        Tally::Waiting { approvals, .. } => Some(approvals),
        Tally::Approved => Some(quorum.people()),
        Tally::Rejected => None,
    };
    let ends = after(tx.now(), said.grant_ttl);
    let name = &actor.requester.name;
    let words = sentence(name.as_str(), row, said, count, quorum);
    let code = tally
        .event()
        .map_or(Code::VoteRecorded, ApprovalEvent::code);
    let mut draft = transition::draft(row, code, name.clone(), words, policy_in(tx)?)?;
    draft.meta.vote = Some(said.choice);
    draft.meta.votes = count;
    draft.meta.expires_at = (tally == Tally::Approved).then_some(ends);
    Ok(draft)
}

fn sentence(
    name: &str,
    row: &ApprovalRow,
    said: &Said,
    count: Option<u32>,
    quorum: Quorum,
) -> String {
    let what = transition::words(row);
    let why = said
        .comment
        .as_ref()
        .map_or_else(|| ".".to_owned(), |comment| format!(": {comment}"));
    match count {
        Some(count) => format!("{name} approved {what} ({count} of {quorum}){why}"),
        None => format!("{name} rejected {what}{why}"),
    }
}

fn vote_row(
    actor: &Actor,
    row: &ApprovalRow,
    said: &Said,
    draft: &Draft,
    now: Timestamp,
) -> VoteRow {
    VoteRow {
        approval_id: row.id.clone(),
        person: actor.requester.person.to_string(),
        voter: actor.requester.name.to_string(),
        choice: said.choice.to_string(),
        comment: said.comment.as_ref().map(ToString::to_string),
        at: now.as_micros(),
        receipt_id: draft.id.to_string(),
    }
}

/// What the votes come to becomes the approval's status. A vote that leaves it waiting is its last receipt all the same.
fn decide(
    tx: &mut Tx<'_>,
    row: &ApprovalRow,
    event: Option<ApprovalEvent>,
    draft: &Draft,
) -> Result<ApprovalStatus, AppError> {
    let Some(event) = event else {
        let voted = ApprovalRow {
            last_receipt_id: draft.id.to_string(),
            ..row.clone()
        };
        utc_storage::rows::approvals::update(tx.db(), &voted, &row.status)?;
        return Ok(stored::status(row)?);
    };
    let decided = transition::apply(tx, row, event, draft.id, draft.meta.expires_at)?;
    Ok(stored::status(&decided)?)
}
