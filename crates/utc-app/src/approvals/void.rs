//! Approvals that are void because what they were given for is no longer what would happen.

use std::collections::HashMap;

use utc_domain::{ApprovalEvent, Decision, Draft, GrantUse, Subject, UnitName};
use utc_policy::{PolicySet, Question, UnitView, evaluate};
use utc_storage::journal::Tx;
use utc_storage::rows::approvals::{self, ApprovalRow};
use utc_storage::rows::units;

use super::record;
use super::transition::{self, Change, waited};
use crate::cache::{StateCache, UnitState};
use crate::console::Console;
use crate::task::Plan;
use crate::units::state_of;
use crate::units::stored::{parse, policy_in};
use crate::{AppError, Ticket};

/// What makes approvals void.
pub(crate) enum Void<'a> {
    /// The unit's upstream, overrides or quorum changed.
    Unit(&'a UnitName),
    /// The policy changed: what it forbids now, whatever people said.
    Policy(&'a PolicySet),
    /// Everything that is open.
    All,
}

impl Void<'_> {
    fn why(&self) -> &'static str {
        match self {
            Self::Unit(_) => "the unit's upstream, overrides or quorum changed",
            Self::Policy(_) => "the policy forbids it now",
            Self::All => "the database was restored",
        }
    }
}

impl Console {
    /// Voids everything that waits or could be used; for a database that was restored. Gives how many.
    pub fn void_approvals(&self, actor: Subject) -> Ticket<usize> {
        let cache = std::sync::Arc::clone(self.cache());
        self.control(move |tx| {
            let (drafts, change) = void(tx, &cache, &Void::All, &actor)?;
            Ok(Plan {
                answer: drafts.len(),
                drafts,
                publish: Some(Box::new(move |cache| change.publish(cache))),
            })
        })
    }
}

/// Voids what `void` is about, each with a receipt. Part of the transaction that makes the change.
pub(crate) fn void(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    void: &Void<'_>,
    actor: &Subject,
) -> Result<(Vec<Draft>, Change), AppError> {
    let rows = affected(tx, void)?;
    if rows.is_empty() {
        return Ok((Vec::new(), Change::default()));
    }
    tx.change_state();
    let people = cache.identities().approvers();
    let counted = record::count(tx, &people, None)?;
    let policy = match void {
        Void::Policy(policy) => policy.reference().clone(),
        Void::Unit(_) | Void::All => policy_in(tx)?,
    };
    let mut drafts = Vec::with_capacity(rows.len());
    for row in &rows {
        let reason = format!("Void: {}: {}.", transition::words(row), void.why());
        let event = ApprovalEvent::Voided;
        let draft = transition::draft(row, event.code(), actor.clone(), reason, policy.clone())?;
        transition::apply(tx, row, event, draft.id, None)?;
        drafts.push(draft);
    }
    let change = Change {
        added: None,
        removed: waited(&rows)?,
        counted: Some(counted),
    };
    Ok((drafts, change))
}

fn affected(tx: &mut Tx<'_>, void: &Void<'_>) -> Result<Vec<ApprovalRow>, AppError> {
    match void {
        Void::All => Ok(approvals::open(tx.db(), None)?),
        Void::Unit(unit) => Ok(approvals::open(tx.db(), Some(unit.as_str()))?),
        Void::Policy(policy) => forbidden(tx, policy),
    }
}

/// Open approvals that could not be used any more. A level or a risk mark that forbids for a while is no reason while the
/// policy stays: it may be over before the grant is.
fn forbidden(tx: &mut Tx<'_>, policy: &PolicySet) -> Result<Vec<ApprovalRow>, AppError> {
    let mut views: HashMap<String, UnitView> = HashMap::new();
    let mut found = Vec::new();
    for row in approvals::open(tx.db(), None)? {
        let view = match views.get(&row.unit) {
            Some(view) => *view,
            None => unit_view(tx, &row.unit)?,
        };
        views.insert(row.unit.clone(), view);
        if is_forbidden(&row, policy, view)? {
            found.push(row);
        }
    }
    Ok(found)
}

fn unit_view(tx: &mut Tx<'_>, unit: &str) -> Result<UnitView, AppError> {
    let now = tx.now();
    let state = match units::find(tx.db(), unit)? {
        Some(row) => state_of(tx.db(), &row)?,
        None => UnitState::UNKNOWN,
    };
    Ok(state.view_at(now))
}

fn is_forbidden(row: &ApprovalRow, policy: &PolicySet, view: UnitView) -> Result<bool, AppError> {
    let action = parse("approvals.action", &row.action)?;
    let unit = parse("approvals.unit", &row.unit)?;
    let question = Question {
        grant: GrantUse::Valid,
        ..Question::new(&action, &unit)
    };
    // The level is left out: the policy alone counts here.
    let view = UnitView {
        level: utc_domain::ProtectionLevel::Permissive,
        ..view
    };
    Ok(evaluate(&question, policy, &view).decision == Decision::Deny)
}
