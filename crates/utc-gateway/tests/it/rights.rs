//! Who may do what through the gateway of a real console, and what an agent may try.

use std::thread;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use utc_app::{AppError, CreatedToken, NewToken, Request, SystemClock};
use utc_domain::{
    ApprovalId, ApprovalStatus, Clock as _, Code, Decision, ExecutionStatus, PayloadHash, Role,
    Scope, VoteChoice,
};
use utc_test_support::{Answer, Upstream};

use crate::installation::{Installation, UNIT, actor, new_token, sqlite};
use crate::support::{eventually, request_as};

/// Every method that is treated in a way of its own.
const METHODS: [&str; 3] = ["GET", "OPTIONS", "POST"];

fn call(all: &Installation, token: &str, method: &str) -> Answer {
    let target = format!("/gateway/{UNIT}/v1/transfers");
    let request = request_as(token, method, &target, &[], b"");
    all.gateway.raw(request).unwrap()
}

#[track_caller]
fn check_all(all: &Installation, token: &str, status: u16, code: &str) {
    for method in METHODS {
        call(all, token, method).problem(status, code);
    }
}

/// A token like an agent's, but for what `change` says.
fn token(all: &Installation, name: &str, change: impl FnOnce(&mut NewToken)) -> CreatedToken {
    let mut new = NewToken {
        name: name.parse().unwrap(),
        roles: "decider".parse().unwrap(),
        subjects: Scope::of(vec!["agent-7".parse().unwrap()]).unwrap(),
        units: Scope::All,
        owner: None,
        expires_at: None,
    };
    change(&mut new);
    all.console.create_token(actor(), new).wait().unwrap()
}

#[test]
fn each_role_alone_passes_or_is_refused_as_the_table_says() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    all.switch(false);
    for role in Role::ALL {
        let token = new_token(&all.console, &format!("a {role}"), role.as_str());
        let before = upstream.received().len();
        match role {
            Role::Decider | Role::Admin => {
                for method in METHODS {
                    assert_eq!(call(&all, &token, method).status, 200, "{role} {method}");
                }
                assert_eq!(upstream.received().len(), before + METHODS.len());
            }
            Role::Viewer | Role::Auditor | Role::Signal | Role::Approver | Role::Operator => {
                check_all(&all, &token, 403, "forbidden");
                assert_eq!(upstream.received().len(), before, "{role}");
            }
        }
    }
}

#[test]
fn expired_revoked_suspended_and_foreign_tokens_are_no_credentials() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let revoked = token(&all, "revoked", |_| {});
    let gone = all.console.revoke_token(actor(), revoked.view.id);
    gone.wait().unwrap();
    let soon = SystemClock.now().plus_micros(50_000);
    let expired = token(&all, "expired", |new| new.expires_at = Some(soon));
    let suspended = token(&all, "suspended", |_| {});
    all.console.suspend_access(actor()).wait().unwrap();
    let elsewhere = Installation::new(sqlite(), &upstream);
    while SystemClock.now() <= soon {
        thread::sleep(Duration::from_millis(10));
    }
    let tokens = [revoked, expired, suspended].map(|created| created.token.to_string());
    for token in tokens.iter().chain([&elsewhere.token]) {
        check_all(&all, token, 401, "unauthenticated");
    }
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn units_of_others_are_not_there() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let elsewhere = token(&all, "elsewhere", |new| {
        new.units = Scope::of(vec!["orders*".parse().unwrap()]).unwrap();
    });
    check_all(&all, &elsewhere.token, 404, "no_such_unit");
    assert_eq!(upstream.connections(), 0);
}

/// A question with the approval of a held request, asked where no gateway takes part.
fn presenting(id: ApprovalId, body: Option<&[u8]>) -> Request {
    Request {
        approval_id: Some(id),
        payload_hash: body.map(|body| PayloadHash::from_sha256(&Sha256::digest(body).into())),
        ..Request::new(
            "agent-7".parse().unwrap(),
            "write:/v1/transfers".parse().unwrap(),
            UNIT.parse().unwrap(),
        )
    }
}

#[test]
fn the_approval_of_a_held_request_lets_nothing_else_through() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    let agent = all.agent();
    for body in [
        None,
        Some(&b"{\"amount\":7}"[..]),
        Some(b"{\"amount\":700}"),
    ] {
        let asked = all.console.submit_as(&agent, presenting(id, body));
        let answer = asked.wait().unwrap();
        assert_eq!(
            (answer.decision, answer.code),
            (Decision::Deny, Code::GrantInvalid)
        );
    }
    // The same request once more is another request, and waits.
    assert_ne!(all.hold(), id);
    assert_eq!(all.view(id).status, ApprovalStatus::Approved);
    all.while_running(|| {
        eventually("it is done", || {
            all.view(id).execution == ExecutionStatus::Done
        });
    });
    let sent = upstream.only();
    assert_eq!(sent.body, b"{\"amount\":7}");
}

#[test]
fn an_agent_neither_approves_nor_settles_its_own_request() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let id = all.hold();
    let second = token(&all, "second", |_| {}).token.to_string();
    let second = all.console.token(&second).unwrap().unwrap();
    for by in [&all.agent(), &second] {
        let voted = all.console.vote(by, id, VoteChoice::Approve, None).wait();
        let settled = all.console.settle_execution(by, id, true, None).wait();
        for refused in [voted.map(drop), settled.map(drop)] {
            assert!(
                matches!(
                    refused,
                    Err(AppError::Forbidden(_) | AppError::NotFound { .. })
                ),
                "{refused:?}"
            );
        }
    }
    assert_eq!(all.view(id).status, ApprovalStatus::Pending);
    assert!(!all.execute_again(id));
    assert_eq!(upstream.connections(), 0);
}
