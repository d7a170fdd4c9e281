//! What an approval is worth: exactly what it was given for, under the policy of the moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use utc_app::{PinRequest, Request, RiskRequest, SystemClock};
use utc_domain::{
    ApprovalStatus, Clock, Code, Decision, ProtectionLevel, Rule, Timestamp, VoteChoice,
};

use super::stage::{Stage, person, sqlite, token, with};
use crate::support::{actor, ask, local, switch};

fn request() -> Request {
    let hash = format!("sha256:{}", "a".repeat(64));
    Request {
        payload_hash: Some(hash.parse().unwrap()),
        ..ask("write:x", "payments")
    }
}

#[test]
fn an_approval_fits_only_the_request_that_it_was_given_for() {
    let stage = Stage::new(sqlite());
    let id = stage.ask(request()).unwrap().approval.unwrap().id;
    let bob = stage.approver("bob");
    stage.vote(&bob, id, VoteChoice::Approve).unwrap();
    let hash = format!("sha256:{}", "b".repeat(64));
    let changed = [
        Request {
            payload_hash: Some(hash.parse().unwrap()),
            ..request()
        },
        Request {
            payload_hash: None,
            ..request()
        },
        Request {
            action: "write:y".parse().unwrap(),
            ..request()
        },
        Request {
            unit: "ledger".parse().unwrap(),
            ..request()
        },
        Request {
            subject: "agent-7".parse().unwrap(),
            ..request()
        },
    ];
    for request in changed {
        let answer = stage.ask(with(id, request)).unwrap();
        assert_eq!(
            (answer.decision, answer.code),
            (Decision::Deny, Code::GrantInvalid)
        );
        assert!(
            answer.reason.contains("another request"),
            "{}",
            answer.reason
        );
    }
    // None of that used it up.
    assert_eq!(stage.ask(with(id, request())).unwrap().code, Code::Approved);
}

#[test]
fn an_approval_is_of_no_use_to_another_token() {
    let stage = Stage::new(sqlite());
    let id = stage.approved("write:x");
    let other = token(&stage.console, "other", "decider", None);
    let asked = stage
        .console
        .submit_as(&other, with(id, ask("write:x", "payments")));
    let answer = asked.wait().unwrap();
    assert_eq!(answer.code, Code::GrantInvalid);
    assert!(
        answer.reason.contains("none with this id"),
        "{}",
        answer.reason
    );
    person(&stage.console, "ann", "viewer");
    let one = token(&stage.console, "one", "decider", Some("ann"));
    let second = token(&stage.console, "second", "decider", Some("ann"));
    let asked = stage.console.submit_as(&one, ask("write:z", "payments"));
    let id = asked.wait().unwrap().approval.unwrap().id;
    let asked = stage
        .console
        .submit_as(&second, with(id, ask("write:z", "payments")));
    let answer = asked.wait().unwrap();
    assert!(
        answer.reason.contains("another request"),
        "{}",
        answer.reason
    );
}

#[test]
fn an_approval_is_not_used_where_nothing_restricts() {
    let stage = Stage::new(sqlite());
    let id = stage.approved("write:x");
    let off = switch(Rule::WritesRequireApproval, false);
    stage.console.set_rule(off).wait().unwrap();
    assert_eq!(stage.present("write:x", id).code, Code::NoRestriction);
    assert_eq!(stage.status(id), ApprovalStatus::Approved);
}

#[test]
fn an_approval_never_lifts_a_denial() {
    let stage = Stage::new(sqlite());
    let id = stage.approved("write:x");
    let unit = "payments".parse().unwrap();
    let pin = PinRequest {
        level: ProtectionLevel::ReadOnly,
        reason: "incident".parse().unwrap(),
        expires_at: None,
    };
    stage.console.pin(&unit, local(), pin).wait().unwrap();
    let refused = stage.present("write:x", id);
    assert_eq!(
        (refused.decision, refused.code),
        (Decision::Deny, Code::ProtectionReadOnly)
    );
    // The level may be over before the grant is: it was not used.
    stage.console.unpin(&unit, actor()).wait().unwrap();
    assert_eq!(stage.present("write:x", id).code, Code::Approved);
}

#[test]
fn a_policy_that_forbids_a_request_voids_what_people_said_to_it() {
    let stage = Stage::new(sqlite());
    let (approved, waiting) = (stage.approved("write:x"), stage.hold("write:y"));
    let elsewhere = stage
        .ask(ask("write:z", "ledger"))
        .unwrap()
        .approval
        .unwrap()
        .id;
    let unit = "payments".parse().unwrap();
    let mark = RiskRequest {
        reason: "strange".parse().unwrap(),
        expires_at: None,
    };
    stage
        .console
        .mark_risky(&unit, actor(), mark)
        .wait()
        .unwrap();
    assert_eq!(stage.status(approved), ApprovalStatus::Approved);
    let rule = switch(Rule::ReadOnlyForRisky, true);
    stage.console.set_rule(rule).wait().unwrap();
    assert_eq!(stage.status(approved), ApprovalStatus::Void);
    assert_eq!(stage.status(waiting), ApprovalStatus::Void);
    assert_eq!(stage.status(elsewhere), ApprovalStatus::Pending);
    let off = switch(Rule::ReadOnlyForRisky, false);
    stage.console.set_rule(off).wait().unwrap();
    assert_eq!(stage.present("write:x", approved).code, Code::GrantInvalid);
    stage.check_log();
}

#[test]
fn another_upstream_or_quorum_voids_and_another_label_does_not() {
    let stage = Stage::new(sqlite());
    let id = stage.approved("write:x");
    stage.configure("payments", |config| {
        config.labels.insert("team".to_owned(), "money".to_owned());
    });
    assert_eq!(stage.status(id), ApprovalStatus::Approved);
    assert_eq!(stage.present("write:x", id).code, Code::Approved);
    for (number, change) in [
        (
            1,
            (|config| config.approvals_required = 2) as fn(&mut utc_app::UnitConfig),
        ),
        (2, |config| {
            config.upstream = Some("http://127.0.0.1:9".to_owned());
        }),
    ] {
        let id = stage.hold(&format!("write:{number}"));
        stage.configure("payments", change);
        assert_eq!(stage.status(id), ApprovalStatus::Void);
        assert_eq!(
            stage.present(&format!("write:{number}"), id).code,
            Code::GrantInvalid
        );
    }
}

#[test]
fn an_approval_that_nobody_knows_is_refused() {
    let stage = Stage::new(sqlite());
    let id = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
    let answer = stage.present("write:x", id);
    assert_eq!(
        (answer.decision, answer.code),
        (Decision::Deny, Code::GrantInvalid)
    );
    let read = stage.ask(with(id, ask("read:x", "payments"))).unwrap();
    assert_eq!(read.decision, Decision::Allow);
}

/// A clock that a test turns.
#[derive(Default)]
struct TurnedClock(AtomicI64);

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::SeqCst);
        SystemClock.now().plus_seconds(ahead)
    }
}

#[test]
fn while_the_clock_has_just_jumped_nothing_is_used() {
    let database = sqlite();
    let clock = Arc::new(TurnedClock::default());
    let mut options = database.options();
    options.clock = clock.clone();
    let console = utc_app::Console::with(options).unwrap();
    let stage = Stage::on(database, console);
    let id = stage.approved("write:x");
    assert_eq!(stage.console.clock_trouble(), None);
    clock.0.store(-120, Ordering::SeqCst);
    let refused = stage.present("write:x", id);
    assert_eq!(
        (refused.decision, refused.code),
        (Decision::Deny, Code::GrantInvalid)
    );
    assert!(refused.reason.contains("clock"), "{}", refused.reason);
    assert_eq!(stage.status(id), ApprovalStatus::Approved);
}

#[test]
fn in_observe_mode_nothing_waits() {
    let stage = Stage::new(sqlite());
    stage.configure("payments", |config| config.mode = utc_domain::Mode::Observe);
    let answer = stage.ask(ask("write:x", "payments")).unwrap();
    assert_eq!(answer.decision, Decision::Allow);
    assert_eq!(answer.would_be, Some(Decision::RequireApproval));
    assert!(answer.approval.is_none());
}
