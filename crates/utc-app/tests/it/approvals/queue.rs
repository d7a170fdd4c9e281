//! The people who approve are a queue: what fits in, and how it clears.

use std::time::Duration;

use utc_app::engine::RatePrior;
use utc_app::{AppError, ApprovalOptions, Request, Weight};
use utc_domain::{ApprovalId, ApprovalStatus, Code, Decision, VoteChoice};

use super::stage::{Stage, scope, sqlite, token_on};
use crate::support::{ask, local};

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
fn with_little_patience_the_first_request_waits_all_the_same_and_the_second_does_not() {
    let stage = Stage::with(ApprovalOptions {
        ttl: Duration::from_mins(30),
        ..ApprovalOptions::STANDARD
    });
    let first = stage.ask(by(1, "write:x")).unwrap();
    assert_eq!(first.decision, Decision::RequireApproval);
    let wait = first.approval.unwrap().expected_wait_minutes;
    assert_eq!(wait, Some(150.0), "what is expected is said as it is");
    let second = stage.ask(by(2, "write:x")).unwrap();
    assert_eq!(second.code, Code::ApprovalSaturated);
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
    // Whoever looks at the unit is told the same, and what makes room.
    let looked_at = || {
        stage
            .console
            .unit_detail(&"payments".parse().unwrap())
            .unwrap()
            .writes
    };
    let full = looked_at();
    assert_eq!(full.decision, Decision::Deny);
    let crowded = &full.hindrances[0];
    assert_eq!(crowded.weight, Weight::Refuses);
    assert!(
        crowded.cause.starts_with("2 requests wait for"),
        "{crowded:?}"
    );
    assert!(
        crowded.way_out.starts_with("Each vote makes room"),
        "{crowded:?}"
    );
    let bob = stage.approver("bob");
    stage.vote(&bob, first.id, VoteChoice::Approve).unwrap();
    assert_eq!(looked_at().decision, Decision::RequireApproval);
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

/// An approver of these units alone.
fn approver_of(stage: &Stage, name: &str, units: &[&str]) -> std::sync::Arc<utc_app::Principal> {
    token_on(&stage.console, name, "approver", None, scope(units))
}

fn hold_on(stage: &Stage, subject: u32, unit: &str) {
    let request = Request {
        unit: unit.parse().unwrap(),
        ..by(subject, "write:x")
    };
    assert_eq!(
        stage.ask(request).unwrap().decision,
        Decision::RequireApproval
    );
}

#[test]
fn the_figures_have_a_queue_for_each_set_of_people_and_count_what_they_share() {
    let stage = Stage::new(sqlite());
    approver_of(&stage, "pay", &["payments"]);
    let both = approver_of(&stage, "both", &["ledger", "books"]);
    approver_of(&stage, "books", &["books"]);
    for (subject, unit) in [(1, "payments"), (2, "ledger"), (3, "books"), (4, "books")] {
        hold_on(&stage, subject, unit);
    }
    let figures = stage
        .console
        .approval_figures(&local(), None, None)
        .unwrap();
    assert_eq!(figures.sla_minutes, 24 * 60);
    assert!((figures.prior_rate_per_hour - 0.4).abs() < 1e-9);
    let queues = figures.queues.iter().map(|queue| {
        let units: Vec<&str> = queue
            .units
            .iter()
            .map(utc_domain::UnitName::as_str)
            .collect();
        (
            units.join(" "),
            queue.people,
            queue.backlog,
            format!("{:.4}", queue.arrival_rate),
        )
    });
    let expected = |units: &str, people, backlog, rate: &str| {
        (units.to_owned(), people, backlog, rate.to_owned())
    };
    let mut queues: Vec<_> = queues.collect();
    queues.sort();
    assert_eq!(
        queues,
        [
            expected("books", 2, 3, "0.1250"),
            expected("ledger", 1, 3, "0.1250"),
            expected("payments", 1, 1, "0.0417"),
        ]
    );
    let own = stage.console.approval_figures(&both, None, None).unwrap();
    let seen = own.queues.iter().flat_map(|queue| &queue.units);
    assert_eq!(
        seen.count(),
        2,
        "an approver sees the queues of their units"
    );
}

#[test]
fn the_figures_of_one_queue_fit_together() {
    let stage = Stage::with(ApprovalOptions {
        prior: RatePrior::new(1.0).unwrap(),
        ..ApprovalOptions::STANDARD
    });
    for subject in 0..6 {
        hold_on(&stage, subject, "payments");
    }
    let unit = "payments".parse().unwrap();
    let figures = stage
        .console
        .approval_figures(&local(), Some(&unit), Some(60))
        .unwrap();
    let [queue] = figures.queues.as_slice() else {
        panic!("{figures:?}");
    };
    assert_eq!(
        (queue.people, queue.backlog),
        (0, 6),
        "nobody, taken for one"
    );
    assert!((queue.arrival_rate - 0.25).abs() < 1e-9);
    assert!((queue.utilisation - 0.25 / queue.capacity).abs() < 1e-6);
    let wait = queue.expected_wait_minutes;
    assert!((wait - 7.0 * 60.0 / queue.capacity).abs() < 0.01, "{wait}");
    // Erlang C with one server is ρ·exp(−(μ−λ)·t).
    let p = queue.utilisation * (-(queue.capacity - 0.25)).exp();
    assert!((queue.p_wait_longer - p).abs() < 1e-4, "{queue:?}");
}

#[test]
fn the_queue_of_a_unit_is_there_before_anything_waits_and_only_for_those_who_see_it() {
    let stage = Stage::new(sqlite());
    let pay = approver_of(&stage, "pay", &["payments"]);
    let ledger = "ledger".parse().unwrap();
    let figures = |by: &utc_app::Principal, unit| stage.console.approval_figures(by, unit, None);
    assert!(figures(&local(), None).unwrap().queues.is_empty());
    let one = figures(&local(), Some(&ledger)).unwrap().queues;
    assert_eq!((one.len(), one[0].backlog), (1, 0));
    assert!(matches!(
        figures(&pay, Some(&ledger)),
        Err(AppError::NotFound { what: "unit", .. })
    ));
}

#[test]
fn time_counts_for_those_alone_who_could_have_voted() {
    let stage = Stage::new(sqlite());
    let exposure = || {
        let figures = stage.console.approval_figures(&local(), None, None);
        figures.unwrap().exposure_hours
    };
    approver_of(&stage, "pay", &["payments"]);
    hold_on(&stage, 1, "ledger");
    std::thread::sleep(Duration::from_millis(20));
    assert!(exposure() <= 0.0, "nobody may vote on what waits");
    approver_of(&stage, "ledger", &["ledger"]);
    std::thread::sleep(Duration::from_millis(20));
    assert!(exposure() > 0.0);
}
