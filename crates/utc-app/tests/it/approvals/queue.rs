//! The people who approve are a queue: what fits in, and how it clears.

use std::time::Duration;

use utc_app::engine::RatePrior;
use utc_app::{ApprovalOptions, Request};
use utc_domain::{ApprovalId, ApprovalStatus, Code, Decision, VoteChoice};

use super::stage::{Stage, scope, sqlite, token_on};
use crate::support::ask;

fn by(subject: u32, action: &str) -> Request {
    Request {
        subject: format!("agent-{subject}").parse().unwrap(),
        ..ask(action, "payments")
    }
}

#[test]
fn one_subject_has_so_many_waiting_and_room_again_when_one_is_decided() {
    let stage = Stage::new(sqlite());
    let ids: Vec<ApprovalId> = (0..3).map(|n| stage.hold(&format!("write:{n}"))).collect();
    let refused = stage.ask(ask("write:3", "payments")).unwrap();
    assert_eq!(
        (refused.decision, refused.code),
        (Decision::Deny, Code::ApprovalSaturated)
    );
    assert!(refused.reason.contains("3 at a time"), "{}", refused.reason);
    assert_eq!(
        stage.ask(by(7, "write:3")).unwrap().decision,
        Decision::RequireApproval
    );
    let bob = stage.approver("bob");
    stage.vote(&bob, ids[0], VoteChoice::Reject).unwrap();
    stage.hold("write:3");
}

#[test]
fn requests_that_meet_in_one_batch_are_counted_one_by_one() {
    let stage = Stage::new(sqlite());
    let tickets: Vec<_> = (0..20)
        .map(|n| {
            let request = ask(&format!("write:{n}"), "payments");
            stage.console.submit_as(&stage.agent, request)
        })
        .collect();
    let held = tickets.into_iter().map(|ticket| ticket.wait().unwrap());
    let held = held.filter(|answer| answer.decision == Decision::RequireApproval);
    assert_eq!(held.count(), 3);
}

#[test]
fn one_token_has_ten_waiting_whatever_its_subjects() {
    let stage = Stage::with(ApprovalOptions {
        prior: RatePrior::new(1_000.0).unwrap(),
        ..ApprovalOptions::STANDARD
    });
    for subject in 0..10 {
        let answer = stage.ask(by(subject, "write:x")).unwrap();
        assert_eq!(answer.decision, Decision::RequireApproval);
    }
    let refused = stage.ask(by(10, "write:x")).unwrap();
    assert_eq!(refused.code, Code::ApprovalSaturated);
    assert!(refused.reason.contains("token"), "{}", refused.reason);
}

#[test]
fn a_saturated_queue_refuses_with_its_numbers_and_clears_by_itself() {
    // One person, one vote in an hour, two hours of patience: two fit in.
    let stage = Stage::with(ApprovalOptions {
        ttl: Duration::from_hours(2),
        prior: RatePrior::new(1.0).unwrap(),
        ..ApprovalOptions::STANDARD
    });
    let first = stage.ask(by(1, "write:x")).unwrap().approval.unwrap();
    assert_eq!(first.expected_wait_minutes, Some(60.0));
    stage.ask(by(2, "write:x")).unwrap();
    let refused = stage.ask(by(3, "write:x")).unwrap();
    assert_eq!(
        (refused.decision, refused.code),
        (Decision::Deny, Code::ApprovalSaturated)
    );
    let claims = stage.console.verify(refused.receipt.as_bytes()).unwrap();
    let claims = claims.payload.unwrap();
    assert_eq!(claims["meta"]["approval_saturated"], true);
    assert_eq!(claims["meta"]["approval_backlog"], 2);
    assert!(claims["meta"]["expected_wait_minutes"].as_f64().unwrap() > 120.0);
    let bob = stage.approver("bob");
    stage.vote(&bob, first.id, VoteChoice::Approve).unwrap();
    let answer = stage.ask(by(3, "write:x")).unwrap();
    assert_eq!(answer.decision, Decision::RequireApproval);
}

#[test]
fn the_wait_counts_what_the_same_people_vote_on_and_all_of_them() {
    let stage = Stage::with(ApprovalOptions {
        prior: RatePrior::new(1.0).unwrap(),
        ..ApprovalOptions::STANDARD
    });
    token_on(
        &stage.console,
        "pay",
        "approver",
        None,
        scope(&["payments"]),
    );
    token_on(
        &stage.console,
        "books",
        "approver",
        None,
        scope(&["ledger", "books"]),
    );
    token_on(&stage.console, "more", "approver", None, scope(&["books"]));
    let hours = |subject: u32, unit: &str| {
        let request = Request {
            unit: unit.parse().unwrap(),
            ..by(subject, "write:x")
        };
        let held = stage.ask(request).unwrap().approval.unwrap();
        format!("{:.2}", held.expected_wait_minutes.unwrap() / 60.0)
    };
    assert_eq!(hours(1, "payments"), "1.00");
    assert_eq!(hours(2, "ledger"), "1.00", "other people");
    assert_eq!(hours(3, "books"), "1.00", "one before it, two people");
    assert_eq!(hours(4, "payments"), "2.00");
}

#[test]
fn people_who_vote_fast_are_learned_to_be_fast() {
    let stage = Stage::new(sqlite());
    let bob = stage.approver("bob");
    let first = stage.ask(by(0, "write:x")).unwrap().approval.unwrap();
    let mut last = first.clone();
    for subject in 1..30 {
        stage.vote(&bob, last.id, VoteChoice::Approve).unwrap();
        last = stage.ask(by(subject, "write:x")).unwrap().approval.unwrap();
    }
    let (slow, fast) = (first.expected_wait_minutes, last.expected_wait_minutes);
    assert!(fast.unwrap() < slow.unwrap() / 4.0, "{slow:?} {fast:?}");
    assert_eq!(stage.status(last.id), ApprovalStatus::Pending);
}
