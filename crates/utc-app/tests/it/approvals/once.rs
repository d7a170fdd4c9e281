//! A request that is sent twice is asked once.

use utc_app::{Answer, AppError, Once, Outcome, Request, Ticket};
use utc_domain::{Code, Decision, ReceiptId, Rule, VoteChoice};

use super::stage::{Stage, check_conflict, postgres, sqlite, token, with};
use crate::support::{ask, switch};

fn once(key: &str, digest: char) -> Once {
    let digest = format!("sha256:{}", digest.to_string().repeat(64));
    Once {
        key: key.parse().unwrap(),
        digest: digest.parse().unwrap(),
    }
}

fn send(stage: &Stage, request: Request, once: Once) -> Result<Outcome, AppError> {
    stage
        .console
        .submit_once(&stage.agent, request, once)
        .wait()
}

#[track_caller]
fn new(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::New(answer) => *answer,
        Outcome::Repeated(id) => panic!("repeated: {id}"),
    }
}

#[track_caller]
fn repeated(outcome: Outcome) -> ReceiptId {
    match outcome {
        Outcome::Repeated(id) => id,
        Outcome::New(answer) => panic!("answered anew: {answer:?}"),
    }
}

#[test]
fn a_repeat_gets_the_same_answer_and_no_second_receipt() {
    for database in [sqlite(), postgres()] {
        let stage = Stage::new(database);
        for (number, action) in ["read:x", "write:x"].into_iter().enumerate() {
            let key = format!("k{number}");
            let first = new(send(&stage, ask(action, "payments"), once(&key, 'a')).unwrap());
            let size = stage.size();
            let again = send(&stage, ask(action, "payments"), once(&key, 'a')).unwrap();
            let stored = stage.console.stored_answer(repeated(again)).unwrap();
            assert_eq!(stored, first);
            assert_eq!(stage.size(), size);
        }
    }
}

#[test]
fn a_held_request_that_is_repeated_is_joined() {
    let stage = Stage::new(sqlite());
    let tickets: Vec<Ticket<Outcome>> = (0..50)
        .map(|_| {
            let request = ask("write:x", "payments");
            stage
                .console
                .submit_once(&stage.agent, request, once("k", 'a'))
        })
        .collect();
    let outcomes: Vec<Outcome> = tickets.into_iter().map(|t| t.wait().unwrap()).collect();
    let first = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::New(_)));
    assert_eq!(first.count(), 1);
    let page = stage
        .console
        .approvals(&stage.agent, &utc_app::ApprovalFilter::default(), 10)
        .unwrap();
    assert_eq!(page.items.len(), 1);
}

#[test]
fn a_key_is_for_one_request_and_for_one_token() {
    let stage = Stage::new(sqlite());
    send(&stage, ask("read:x", "payments"), once("k", 'a')).unwrap();
    let other = send(&stage, ask("read:y", "payments"), once("k", 'b'));
    assert!(matches!(other, Err(AppError::KeyReused)), "{other:?}");
    let second = token(&stage.console, "second", "decider", None);
    let asked = stage
        .console
        .submit_once(&second, ask("read:y", "payments"), once("k", 'b'));
    new(asked.wait().unwrap());
}

#[test]
fn what_was_allowed_and_would_not_be_now_is_superseded() {
    let stage = Stage::new(sqlite());
    let rule = |on| switch(Rule::WritesRequireApproval, on);
    stage.console.set_rule(rule(false)).wait().unwrap();
    let first = new(send(&stage, ask("write:x", "payments"), once("k", 'a')).unwrap());
    assert_eq!(first.decision, Decision::Allow);
    stage.console.set_rule(rule(true)).wait().unwrap();
    let size = stage.size();
    let again = send(&stage, ask("write:x", "payments"), once("k", 'a'));
    check_conflict(again, "superseded");
    assert_eq!(stage.size(), size);
    stage.console.set_rule(rule(false)).wait().unwrap();
    let again = send(&stage, ask("write:x", "payments"), once("k", 'a')).unwrap();
    assert_eq!(repeated(again), first.receipt_id);
}

#[test]
fn a_used_grant_repeats_for_whoever_used_it_and_for_nobody_else() {
    let stage = Stage::new(sqlite());
    let id = stage.hold("write:x");
    let bob = stage.approver("bob");
    stage.vote(&bob, id, VoteChoice::Approve).unwrap();
    let request = || with(id, ask("write:x", "payments"));
    let first = new(send(&stage, request(), once("k", 'a')).unwrap());
    assert_eq!(first.code, Code::Approved);
    let again = send(&stage, request(), once("k", 'a')).unwrap();
    assert_eq!(repeated(again), first.receipt_id);
    let other = new(send(&stage, request(), once("other", 'a')).unwrap());
    assert_eq!(other.code, Code::GrantInvalid);
}
