//! Time, second thoughts, restarts.

use std::time::{Duration, Instant};

use utc_app::engine::RatePrior;
use utc_app::{AppError, ApprovalOptions, Refusal};
use utc_domain::{ApprovalId, ApprovalStatus, Code, Role, VoteChoice};

use super::stage::{Stage, check_conflict, check_unseen, postgres, sqlite, token};
use crate::support::{actor, local};

const SHORT: Duration = Duration::from_millis(300);

/// Until the ticker has done its work.
#[track_caller]
fn wait_for(stage: &Stage, id: ApprovalId, status: ApprovalStatus) {
    let patience = Instant::now();
    while stage.status(id) != status {
        assert!(patience.elapsed() < Duration::from_secs(20), "{status}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_request_that_nobody_decides_expires_with_a_receipt() {
    let stage = Stage::with(ApprovalOptions {
        ttl: SHORT,
        prior: RatePrior::new(1_000.0).unwrap(),
        ..ApprovalOptions::STANDARD
    });
    let id = stage.hold("write:x");
    let bob = stage.approver("bob");
    wait_for(&stage, id, ApprovalStatus::Expired);
    check_conflict(stage.vote(&bob, id, VoteChoice::Approve), "approval_closed");
    let answer = stage.present("write:x", id);
    assert_eq!(answer.code, Code::GrantInvalid);
    assert!(answer.reason.contains("expired"), "{}", answer.reason);
    let receipt = stage.view(id).last_receipt_id.parse().unwrap();
    let receipt = stage.console.receipt(&local(), receipt).unwrap();
    let claims = stage.console.verify(receipt.receipt.as_bytes()).unwrap();
    let claims = claims.payload.unwrap();
    assert_eq!(claims["code"], "approval_expired");
    assert_eq!(claims["sub"], "system:clock");
}

#[test]
fn a_grant_that_nobody_uses_expires() {
    let stage = Stage::with(ApprovalOptions {
        grant_ttl: SHORT,
        ..ApprovalOptions::STANDARD
    });
    let id = stage.approved("write:x");
    wait_for(&stage, id, ApprovalStatus::Expired);
    assert_eq!(stage.present("write:x", id).code, Code::GrantInvalid);
    stage.check_log();
}

#[test]
fn whoever_asked_may_take_it_back_and_others_may_not() {
    let stage = Stage::new(sqlite());
    let id = stage.hold("write:x");
    let console = &stage.console;
    let other = token(console, "other", "decider", None);
    check_unseen(console.cancel_approval(&other, id, None).wait());
    let viewer = token(console, "viewer", "viewer", None);
    let refused = console.cancel_approval(&viewer, id, None).wait();
    assert!(matches!(
        refused,
        Err(AppError::Forbidden(Refusal::Role(Role::Admin)))
    ));
    let withdrawn = console
        .cancel_approval(&stage.agent, id, None)
        .wait()
        .unwrap();
    assert_eq!(withdrawn.status, ApprovalStatus::Cancelled);
    check_conflict(
        console.cancel_approval(&stage.agent, id, None).wait(),
        "approval_closed",
    );
    let id = stage.hold("write:y");
    console.cancel_approval(local(), id, None).wait().unwrap();
    assert_eq!(stage.status(id), ApprovalStatus::Cancelled);
}

#[test]
fn an_operator_or_whoever_voted_may_take_an_approval_back_before_it_is_used() {
    let stage = Stage::new(sqlite());
    let console = &stage.console;
    let bob = stage.approver("bob");
    let waiting = stage.hold("write:0");
    let operator = token(console, "operator", "operator", None);
    check_conflict(
        console.revoke_approval(&operator, waiting, None).wait(),
        "approval_closed",
    );
    console
        .cancel_approval(&stage.agent, waiting, None)
        .wait()
        .unwrap();
    for by in [&bob, &operator] {
        let id = stage.hold("write:x");
        stage.vote(&bob, id, VoteChoice::Approve).unwrap();
        let stranger = token(console, &format!("stranger {id}"), "approver", None);
        let refused = console.revoke_approval(&stranger, id, None).wait();
        assert!(matches!(
            refused,
            Err(AppError::Forbidden(Refusal::Role(Role::Operator)))
        ));
        let agents = console.revoke_approval(&stage.agent, id, None).wait();
        assert!(matches!(agents, Err(AppError::Forbidden(_))));
        let comment = Some("not today".parse().unwrap());
        let revoked = console.revoke_approval(by, id, comment).wait().unwrap();
        assert_eq!(revoked.status, ApprovalStatus::Revoked);
        let answer = stage.present("write:x", id);
        assert!(answer.reason.contains("revoked"), "{}", answer.reason);
    }
    let id = stage.approved("write:y");
    stage.present("write:y", id);
    check_conflict(
        console.revoke_approval(&operator, id, None).wait(),
        "approval_closed",
    );
}

#[test]
fn everything_is_there_after_a_restart() {
    for database in [sqlite(), postgres()] {
        let mut stage = Stage::new(database);
        let (approved, waiting) = (stage.approved("write:x"), stage.hold("write:y"));
        let bob = stage.approver("bob");
        stage.console.close();
        stage.console = stage.database.open();
        assert_eq!(stage.status(waiting), ApprovalStatus::Pending);
        assert!(stage.view(waiting).expected_wait_minutes.is_some());
        assert_eq!(stage.present("write:x", approved).code, Code::Approved);
        let voted = stage.vote(&bob, waiting, VoteChoice::Approve).unwrap();
        assert_eq!(voted.status, ApprovalStatus::Approved);
        stage.check_log();
    }
}

#[test]
fn after_a_restore_nothing_that_was_open_counts() {
    let stage = Stage::new(sqlite());
    let (approved, waiting) = (stage.approved("write:x"), stage.hold("write:y"));
    assert_eq!(stage.console.void_approvals(actor()).wait().unwrap(), 2);
    for id in [approved, waiting] {
        assert_eq!(stage.status(id), ApprovalStatus::Void);
    }
    assert_eq!(stage.console.void_approvals(actor()).wait().unwrap(), 0);
}
