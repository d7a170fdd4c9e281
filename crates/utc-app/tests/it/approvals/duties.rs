//! Who may vote: nobody on what is their own doing.

use std::sync::Arc;

use utc_app::{AppError, Principal, Refusal};
use utc_domain::{ApprovalId, ApprovalStatus, Role, Rule, VoteChoice};
use utc_policy::VoteRefusal;

use super::stage::{Stage, check_conflict, check_unseen, person, scope, sqlite, token, token_on};
use crate::support::{ask, switch};

#[track_caller]
fn check_duty(stage: &Stage, by: &Arc<Principal>, id: ApprovalId, expected: VoteRefusal) {
    match stage.vote(by, id, VoteChoice::Approve) {
        Err(AppError::Forbidden(Refusal::Duties(refusal))) => {
            assert_eq!(
                std::mem::discriminant(&refusal),
                std::mem::discriminant(&expected)
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(stage.status(id), ApprovalStatus::Pending);
}

/// A request that was asked with a token of `ann`.
fn asked_by_anns_token(stage: &Stage) -> ApprovalId {
    let agent = token(&stage.console, "anns agent", "decider", Some("ann"));
    let answer = stage.console.submit_as(&agent, ask("write:x", "payments"));
    answer.wait().unwrap().approval.unwrap().id
}

#[test]
fn an_agent_does_not_approve_its_own_request_by_its_token_its_person_or_a_second_token() {
    let stage = Stage::new(sqlite());
    let ann = person(&stage.console, "ann", "approver");
    let id = asked_by_anns_token(&stage);
    check_duty(&stage, &ann, id, VoteRefusal::TokenOwner);
    let second = token(&stage.console, "anns second", "approver", Some("ann"));
    check_duty(&stage, &second, id, VoteRefusal::TokenOwner);
    // Its own token holds no right to vote, and no token holds both.
    let own = stage.vote(&stage.agent, id, VoteChoice::Approve);
    check_unseen(own);
    let own = stage.hold("write:y");
    match stage.vote(&stage.agent, own, VoteChoice::Approve) {
        Err(AppError::Forbidden(Refusal::Role(Role::Approver))) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_administrator_who_also_approves_does_not_approve_what_they_asked() {
    let stage = Stage::new(sqlite());
    let root = person(&stage.console, "root", "admin approver");
    let asked = stage.console.submit_as(&root, ask("write:x", "payments"));
    let id = asked.wait().unwrap().approval.unwrap().id;
    check_duty(&stage, &root, id, VoteRefusal::TokenOwner);
    let same = token(&stage.console, "roots", "admin approver", Some("root"));
    check_duty(&stage, &same, id, VoteRefusal::TokenOwner);
    let alone = token(&stage.console, "alone", "admin approver", None);
    let asked = stage.console.submit_as(&alone, ask("write:y", "payments"));
    let id = asked.wait().unwrap().approval.unwrap().id;
    check_duty(&stage, &alone, id, VoteRefusal::TokenOwner);
}

#[test]
fn whoever_is_spoken_for_does_not_vote() {
    let stage = Stage::new(sqlite());
    let ann = person(&stage.console, "ann", "approver");
    let mut request = ask("write:x", "payments");
    request.subject = "user:ann".parse().unwrap();
    let id = stage.console.decide(request).unwrap().approval.unwrap().id;
    check_duty(&stage, &ann, id, VoteRefusal::Requester);
}

#[test]
fn a_person_counts_once_whichever_token_the_vote_comes_with() {
    let stage = Stage::new(sqlite());
    stage.configure("payments", |config| config.approvals_required = 2);
    let id = stage.hold("write:x");
    let bob = person(&stage.console, "bob", "approver");
    let phone = token(&stage.console, "bobs phone", "approver", Some("bob"));
    stage.vote(&phone, id, VoteChoice::Approve).unwrap();
    check_conflict(stage.vote(&bob, id, VoteChoice::Approve), "already_voted");
    check_conflict(stage.vote(&phone, id, VoteChoice::Reject), "already_voted");
    assert_eq!(stage.status(id), ApprovalStatus::Pending);
}

#[test]
fn who_changed_the_rule_or_the_unit_lately_does_not_vote_under_whatever_name() {
    let stage = Stage::new(sqlite());
    let eve = person(&stage.console, "eve", "approver");
    let phone = token(&stage.console, "eves phone", "operator", Some("eve"));
    let mut rule = switch(Rule::ReadOnlyForRisky, true);
    rule.actor = phone.name().clone().into();
    stage.console.set_rule(rule).wait().unwrap();
    let id = stage.hold("write:x");
    let at = utc_domain::Timestamp::EPOCH;
    check_duty(&stage, &eve, id, VoteRefusal::RecentChange { at });
    let max = person(&stage.console, "max", "approver");
    let pin = utc_app::RiskRequest {
        reason: "strange".parse().unwrap(),
        expires_at: None,
    };
    let unit = "ledger".parse().unwrap();
    let marked = stage.console.mark_risky(&unit, max.name().clone(), pin);
    marked.wait().unwrap();
    // Another unit: no matter.
    stage.vote(&max, id, VoteChoice::Approve).unwrap();
}

#[test]
fn who_erased_what_a_caller_said_has_changed_no_unit() {
    let stage = Stage::new(sqlite());
    let eve = person(&stage.console, "eve", "approver");
    let answer = stage.ask(utc_app::Request {
        reason: Some("a secret".parse().unwrap()),
        ..ask("write:x", "payments")
    });
    let answer = answer.unwrap();
    let erased = stage
        .console
        .erase_input(answer.receipt_id, eve.name().clone());
    erased.wait().unwrap();
    let id = answer.approval.unwrap().id;
    stage.vote(&eve, id, VoteChoice::Approve).unwrap();
}

#[test]
fn a_right_on_other_units_is_no_right_here_and_ends_with_the_token() {
    let stage = Stage::new(sqlite());
    let id = stage.hold("write:x");
    let ledgers = scope(&["ledger*"]);
    let elsewhere = token_on(
        &stage.console,
        "elsewhere",
        "approver",
        None,
        ledgers.clone(),
    );
    check_unseen(stage.vote(&elsewhere, id, VoteChoice::Approve));
    let viewer = token_on(&stage.console, "mixed", "viewer", None, scope(&["**"]));
    let refused = stage.vote(&viewer, id, VoteChoice::Approve);
    assert!(matches!(
        refused,
        Err(AppError::Forbidden(Refusal::Role(Role::Approver)))
    ));
    let gone = stage.approver("gone");
    let token_id = stage.console.find_token("gone").unwrap();
    let revoked = stage
        .console
        .revoke_token(crate::support::actor(), token_id);
    let vote = stage.console.vote(&gone, id, VoteChoice::Approve, None);
    revoked.wait().unwrap();
    assert!(matches!(vote.wait(), Err(AppError::Unauthenticated)));
    assert_eq!(stage.status(id), ApprovalStatus::Pending);
}
