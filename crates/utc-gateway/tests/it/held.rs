//! Held, approved, sent once, fetched: through a gateway on a real console, on both databases.

use std::sync::Arc;

use tokio::runtime::Runtime;
use utc_app::{AppError, PinRequest, Principal};
use utc_domain::{ApprovalStatus, ExecutionStatus, ProtectionLevel, VoteChoice};
use utc_test_support::Upstream;

use crate::installation::{Database, Installation, UNIT, new_token, postgres, sqlite};
use crate::support::eventually;

#[test]
fn a_write_waits_is_approved_is_sent_once_and_its_answer_is_fetched() {
    for database in [sqlite(), postgres()] {
        let upstream = Upstream::answering(
            "HTTP/1.1 201 Created\r\nX-Own: 1\r\nContent-Length: 4\r\n\r\ndone",
        );
        let all = Installation::new(database, &upstream);
        assert_eq!(all.call("GET", "/v1/transfers", &[], b"").status, 201);
        let id = all.hold();
        assert_eq!(upstream.received().len(), 1, "only the read has arrived");
        all.while_running(|| {
            all.vote(id, VoteChoice::Approve);
            eventually("it is done", || {
                all.view(id).execution == ExecutionStatus::Done
            });
        });
        assert_eq!(all.view(id).status, ApprovalStatus::Used);
        let sent = &upstream.received()[1..];
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].line, "POST /v1/transfers?dry=0 HTTP/1.1");
        assert_eq!(sent[0].body, b"{\"amount\":7}");
        assert_eq!(sent[0].all("authorization"), ["Bearer upstream-secret"]);
        assert_eq!(sent[0].all("utc-approval"), [id.to_string()]);
        let answer = all.console.kept_answer(&all.agent(), id).unwrap();
        assert_eq!(
            (answer.status, &answer.body[..], answer.whole),
            (201, &b"done"[..], true)
        );
        assert_eq!(answer.headers, [("x-own".to_owned(), b"1".to_vec())]);
        let codes = all.codes();
        let last: Vec<&str> = codes
            .iter()
            .rev()
            .take(5)
            .rev()
            .map(String::as_str)
            .collect();
        assert_eq!(
            last,
            [
                "approval_required",
                "token_created",
                "approval_approved",
                "approved",
                "execution_done"
            ]
        );
        all.check_log();
    }
}

#[test]
fn nothing_that_is_held_or_kept_can_be_read_in_the_database() {
    let upstream =
        Upstream::answering("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\nanswer-of-upstream!");
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    let contains = |text: &str| {
        let bytes = all.database.bytes();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(contains("payments-api"), "the search finds what is there");
    assert!(!contains("upstream-secret") && !contains("\"amount\":7"));
    assert!(all.execute(id));
    assert!(!contains("upstream-secret") && !contains("answer-of-upstream"));
}

#[test]
fn nobody_else_fetches_the_answer() {
    let all = Installation::new(sqlite(), &Upstream::echo());
    let id = all.approved();
    let unseen = |by: &Arc<Principal>| {
        let answer = all.console.kept_answer(by, id);
        assert!(
            matches!(answer, Err(AppError::NotFound { .. })),
            "{answer:?}"
        );
    };
    let early = all.console.kept_answer(&all.agent(), id);
    assert!(
        matches!(
            early,
            Err(AppError::Absent {
                code: "not_executed_yet",
                ..
            })
        ),
        "{early:?}"
    );
    assert!(all.execute(id));
    let other = new_token(&all.console, "other", "decider");
    unseen(&all.console.token(&other).unwrap().unwrap());
    let admin = new_token(&all.console, "admin", "admin");
    unseen(&all.console.token(&admin).unwrap().unwrap());
    all.console.kept_answer(&all.agent(), id).unwrap();
}

#[test]
fn what_is_not_approved_is_not_sent() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let pending = all.hold();
    assert!(!all.execute(pending));
    all.vote(pending, VoteChoice::Reject);
    let runtime = Runtime::new().unwrap();
    assert!(
        runtime.block_on(all.executor().execute(pending)).is_err(),
        "it is erased"
    );
    assert_eq!(upstream.connections(), 0);
    assert_eq!(all.view(pending).execution, ExecutionStatus::None);
}

#[test]
fn of_a_thousand_that_send_at_once_one_does() {
    for database in [sqlite(), postgres()] {
        let upstream = Upstream::echo();
        let all = Installation::new(database, &upstream);
        let id = all.approved();
        let executor = all.executor();
        let sent: Vec<bool> = Runtime::new().unwrap().block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..1_000 {
                let executor = executor.clone();
                tasks.spawn(async move { executor.execute(id).await.unwrap_or(false) });
            }
            tasks.join_all().await
        });
        assert_eq!(sent.into_iter().filter(|sent| *sent).count(), 1);
        assert_eq!(upstream.received().len(), 1);
        assert_eq!(all.view(id).execution, ExecutionStatus::Done);
        all.check_log();
    }
}

#[test]
fn an_approval_does_not_lift_what_forbids_it_now() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    let pin = PinRequest {
        level: ProtectionLevel::ReadOnly,
        reason: "an incident".parse().unwrap(),
        expires_at: None,
    };
    let admin = Principal::local("user:alice".parse().unwrap());
    all.console
        .pin(&UNIT.parse().unwrap(), admin, pin)
        .wait()
        .unwrap();
    assert!(!all.execute(id));
    assert_eq!(upstream.connections(), 0);
    assert_eq!(all.view(id).status, ApprovalStatus::Approved);
    assert_eq!(all.codes().last().unwrap(), "protection_read_only");
    // It is left alone for a while, so that it does not fill the log.
    assert!(all.console.ready_to_execute(10).unwrap().is_empty());
}

#[test]
fn what_nothing_restricts_any_more_is_sent_and_used_up() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    all.switch(false);
    assert!(all.execute(id));
    assert!(!all.execute_again(id));
    assert_eq!(upstream.received().len(), 1);
    assert_eq!(all.view(id).status, ApprovalStatus::Used);
}

#[test]
fn another_upstream_ends_what_waits_and_erases_it() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    all.configure(|config| config.upstream = Some("http://127.0.0.1:9".to_owned()));
    assert_eq!(all.view(id).status, ApprovalStatus::Void);
    assert!(!all.execute_again(id));
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn whoever_may_ask_no_more_has_nothing_sent() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    let utc_app::Who::Token(token, _) = all.agent().who() else {
        panic!("not a token");
    };
    let revoked = all
        .console
        .revoke_token("user:alice".parse::<utc_domain::Subject>().unwrap(), token);
    revoked.wait().unwrap();
    assert!(!all.execute(id));
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn a_repeated_key_joins_what_waits_and_other_content_is_refused() {
    let all = Installation::new(sqlite(), &Upstream::echo());
    let key = [("Idempotency-Key", "k-1")];
    let send = |body: &[u8]| all.call("POST", "/v1/x", &key, body);
    let first = send(b"one").problem(409, "approval_required");
    let again = send(b"one").problem(409, "approval_required");
    assert_eq!(first["approval_id"], again["approval_id"]);
    assert_eq!(first["receipt_id"], again["receipt_id"]);
    send(b"two").problem(422, "idempotency_key_reused");
}

#[test]
fn what_became_of_an_allowed_write_has_a_receipt() {
    for (answer, code) in [
        (
            "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
            "execution_done",
        ),
        ("nonsense\r\n\r\n", "execution_outcome_unknown"),
    ] {
        let all = Installation::new(sqlite(), &Upstream::answering(answer));
        all.switch(false);
        all.call("POST", "/v1/x", &[], b"body");
        eventually("it is recorded", || all.codes().last().unwrap() == code);
        let codes = all.codes();
        assert_eq!(codes[codes.len() - 2], "no_restriction");
        all.check_log();
    }
}

#[test]
fn callers_are_those_of_the_console() {
    let upstream = Upstream::echo();
    let all = Installation::new(sqlite(), &upstream);
    let call = |token: &str, headers: &[(&str, &str)]| {
        let target = format!("/gateway/{UNIT}/");
        let request = crate::support::request_as(token, "GET", &target, headers, b"");
        all.gateway.raw(request).unwrap()
    };
    call("utc_nonsense", &[]).problem(401, "unauthenticated");
    let (begin, last) = all.token.split_at(all.token.len() - 1);
    let other = if last == "b" { "c" } else { "b" };
    call(&format!("{begin}{other}"), &[]).problem(401, "unauthenticated");
    let viewer = new_token(&all.console, "viewer", "viewer");
    call(&viewer, &[]).problem(403, "forbidden");
    call(&all.token, &[("UTC-Subject", "user:alice")]).problem(403, "forbidden");
    assert_eq!(call(&all.token, &[("UTC-Subject", "agent-7")]).status, 200);
    assert_eq!(call(&all.token, &[]).status, 200);
    assert_eq!(upstream.received().len(), 2);
}

fn only_so_much_is_held(mut database: Database) {
    database.approvals.held_bytes_per_token = 2_500;
    let upstream = Upstream::echo();
    let all = Installation::new(database, &upstream);
    let post = |body: &[u8]| all.call("POST", "/v1/transfers", &[], body);
    let first = post(&[b'a'; 1_000]).problem(409, "approval_required");
    let before = all.codes();
    post(&[b'b'; 2_000]).problem(429, "too_much_held");
    assert_eq!(all.codes(), before);
    post(&[b'c'; 10]).problem(409, "approval_required");
    let first = first["approval_id"].as_str().unwrap().parse().unwrap();
    all.vote(first, VoteChoice::Reject);
    post(&[b'b'; 1_500]).problem(409, "approval_required");
    assert_eq!(upstream.connections(), 0);
    all.check_log();
}

#[test]
fn one_token_cannot_fill_the_database_with_what_waits() {
    only_so_much_is_held(sqlite());
    only_so_much_is_held(postgres());
}
