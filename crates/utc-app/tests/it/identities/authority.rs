//! Changes are made on an authority that is asked again when they are made.

use std::sync::Arc;
use std::thread;

use utc_app::{AppError, By, Console, Principal, RuleChange, SignedIn, UserChange};
use utc_domain::{ReceiptId, Rule, VoteChoice};

use super::{PASSWORD, accepted, check_unknown, new_token, person, token};
use crate::approvals::stage::{self, Database, Stage, check_conflict, postgres, sqlite};
use crate::support::{actor, local};

fn on_behalf(by: impl Into<By>) -> RuleChange {
    RuleChange {
        rule: Rule::ReadOnlyForRisky,
        enabled: true,
        reason: None,
        actor: by.into(),
    }
}

fn seq(console: &Console, id: ReceiptId) -> u64 {
    console.receipt(&local(), id).unwrap().seq
}

/// Submits one after the other without waiting, so that they may share a transaction.
#[track_caller]
fn check_refused_behind(console: &Console, by: By, end: impl FnOnce() -> Box<dyn FnOnce() + Send>) {
    let before = console.set_rule(on_behalf(by.clone()));
    let ended = end();
    let after = console.set_rule(on_behalf(by));
    before.wait().unwrap();
    ended();
    check_unknown(after.wait());
}

fn signed_in(console: &Console, name: &str) -> SignedIn {
    person(console, name, "admin");
    console.sign_in(name, PASSWORD).unwrap().signed_in
}

fn nothing_is_done_behind_the_end(database: &Database) {
    let console = database.open();
    let (text, id) = token(&console, new_token("ci", "operator"));
    let by = By::from(accepted(&console, &text));
    check_refused_behind(&console, by, || {
        let ticket = console.revoke_token(actor(), id);
        Box::new(|| assert!(ticket.wait().is_ok()))
    });
    let ann = signed_in(&console, "ann");
    let by = By::from(&ann);
    check_refused_behind(&console, by, || {
        let ticket = console.revoke_session(local(), ann.session);
        Box::new(|| assert!(ticket.wait().is_ok()))
    });
    let bob = signed_in(&console, "bob");
    let by = By::from(&bob);
    check_refused_behind(&console, by, || {
        let change = UserChange {
            disabled: Some(true),
            ..UserChange::default()
        };
        let ticket = console.change_user(actor(), "bob".parse().unwrap(), change);
        Box::new(|| assert!(ticket.wait().is_ok()))
    });
}

#[test]
fn nothing_is_done_behind_a_revocation_a_session_s_end_or_a_person_s() {
    nothing_is_done_behind_the_end(&sqlite());
    nothing_is_done_behind_the_end(&postgres());
}

/// One token changes a rule again and again while it is revoked.
fn races_with_its_revocation(database: &Database) {
    let console = Arc::new(database.open());
    for round in 0..5 {
        let (text, id) = token(&console, new_token(&format!("ci-{round}"), "operator"));
        let by = accepted(&console, &text);
        let acts: Vec<_> = (0..4)
            .map(|_| thread::spawn(acting(&console, &by)))
            .collect();
        let revoked = console.revoke_token(actor(), id).wait().unwrap();
        let end = seq(&console, revoked.receipt_id);
        for act in acts {
            for receipt in act.join().unwrap() {
                let at = seq(&console, receipt);
                assert!(at < end, "{at} behind the revocation at {end}");
            }
        }
    }
}

/// Changes a rule until that is refused, and gives the receipts.
fn acting(
    console: &Arc<Console>,
    by: &Arc<Principal>,
) -> impl FnOnce() -> Vec<ReceiptId> + Send + 'static {
    let (console, by) = (Arc::clone(console), Arc::clone(by));
    move || {
        let mut receipts = Vec::new();
        loop {
            match console.set_rule(on_behalf(&by)).wait() {
                Ok(changed) => receipts.push(changed.receipt_id),
                Err(AppError::Unauthenticated) => return receipts,
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn whoever_is_revoked_while_acting_has_no_receipt_behind_the_revocation() {
    races_with_its_revocation(&sqlite());
    races_with_its_revocation(&postgres());
}

#[test]
fn rights_that_became_others_are_asked_for_again() {
    let console = sqlite().open();
    person(&console, "root", "admin");
    let ann = signed_in(&console, "ann");
    let change = UserChange {
        roles: Some("viewer".parse().unwrap()),
        ..UserChange::default()
    };
    let lowered = console.change_user(actor(), "ann".parse().unwrap(), change);
    let acted = console.set_rule(on_behalf(&ann));
    lowered.wait().unwrap();
    check_conflict(acted.wait(), "rights_changed");
}

fn no_vote_behind_the_end(database: Database) {
    let stage = Stage::new(database);
    let id = stage.hold("write:x");
    stage::person(&stage.console, "ann", "approver");
    let ann = stage.console.sign_in("ann", PASSWORD).unwrap().signed_in;
    let ended = stage.console.revoke_session(local(), ann.session);
    let vote = stage.console.vote(&ann, id, VoteChoice::Approve, None);
    ended.wait().unwrap();
    check_unknown(vote.wait());
    let again = stage.console.sign_in("ann", PASSWORD).unwrap().signed_in;
    let vote = stage.console.vote(&again, id, VoteChoice::Approve, None);
    vote.wait().unwrap();
}

#[test]
fn nobody_votes_with_a_session_that_has_ended() {
    no_vote_behind_the_end(sqlite());
    no_vote_behind_the_end(postgres());
}
