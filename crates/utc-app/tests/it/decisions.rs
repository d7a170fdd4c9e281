//! Decisions and what they leave behind.

use std::collections::HashSet;

use serde_json::json;
use utc_app::{AppError, Filter, Options};
use utc_domain::{Code, Decision, Rule};

use crate::support::{Installation, actor, ask, local, switch};

#[test]
fn an_answers_receipt_is_in_the_log_and_verifies() {
    let installation = Installation::new();
    let console = installation.open();
    let answer = console.decide(ask("write:/x", "payments-api")).unwrap();
    assert_eq!(
        (answer.decision, answer.code, answer.seq),
        (Decision::Allow, Code::NoRestriction, 1)
    );
    assert_eq!(
        console
            .receipt(&local(), answer.receipt_id)
            .unwrap()
            .receipt,
        answer.receipt
    );
    let verification = console.verify(answer.receipt.as_bytes()).unwrap();
    assert!(verification.valid(), "{:?}", verification.checks);
    assert!(console.audit_log(|_, _| {}).unwrap().valid());
}

#[test]
fn a_rule_binds_the_next_answer_and_everything_survives_a_restart() {
    let installation = Installation::new();
    let console = installation.open();
    console
        .set_rule(switch(Rule::WritesRequireApproval, true))
        .wait()
        .unwrap();
    let held = console.decide(ask("write:/x", "a")).unwrap();
    assert_eq!(held.decision, Decision::RequireApproval);
    drop(console);
    let console = installation.open();
    assert!(console.policy().is_on(Rule::WritesRequireApproval));
    let again = console.decide(ask("write:/x", "a")).unwrap();
    assert_eq!(
        (again.decision, again.seq),
        (Decision::RequireApproval, held.seq + 1)
    );
    assert!(console.audit_log(|_, _| {}).unwrap().valid());
}

#[test]
fn rule_changes_that_meet_in_one_batch_each_get_a_version_of_their_own() {
    let installation = Installation::new();
    let console = installation.open();
    let tickets: Vec<_> = (0..20)
        .map(|n| console.set_rule(switch(Rule::ALL[n % 2], n % 3 == 0)))
        .collect();
    let mut versions: Vec<u64> = tickets
        .into_iter()
        .map(|ticket| ticket.wait().unwrap().policy_version)
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..22).collect::<Vec<_>>());
    let last = console.rule_history(None, 1).unwrap();
    assert_eq!(last.first().map(|row| row.version), Some(21));
}

#[test]
fn context_and_reason_are_kept_apart_and_can_be_erased_with_a_receipt() {
    let installation = Installation::new();
    let console = installation.open();
    let mut request = ask("write:/x", "a");
    request.reason = Some("because".parse().unwrap());
    request.context = Some(json!({ "order": 7, "note": "a secret note" }));
    let answer = console.decide(request).unwrap();
    let claims = console
        .verify(answer.receipt.as_bytes())
        .unwrap()
        .payload
        .unwrap();
    assert!(claims.pointer("/meta/context_hash").is_some());
    assert!(!claims.to_string().contains("secret note") && !claims.to_string().contains("because"));
    console
        .erase_input(answer.receipt_id, actor())
        .wait()
        .unwrap();
    let twice = console.erase_input(answer.receipt_id, actor()).wait();
    assert!(matches!(twice, Err(AppError::NotFound { .. })));
    assert!(console.audit_log(|_, _| {}).unwrap().valid());
}

#[test]
fn a_context_that_is_too_large_or_too_deep_is_refused_and_leaves_no_receipt() {
    let installation = Installation::new();
    let console = installation.open();
    let deep = (0..33).fold(json!(1), |inner, _| json!([inner]));
    for context in [json!("x".repeat(17_000)), deep] {
        let request = utc_app::Request {
            context: Some(context),
            ..ask("write:/x", "a")
        };
        assert!(matches!(console.decide(request), Err(AppError::Invalid(_))));
    }
    assert_eq!(console.head().unwrap().unwrap().size, 1);
}

#[test]
fn decisions_make_units_only_up_to_the_limit() {
    let installation = Installation::new();
    let console = utc_app::Console::with(Options {
        max_units: 2,
        ..installation.options()
    })
    .unwrap();
    console.decide(ask("write:/x", "one")).unwrap();
    console.decide(ask("write:/x", "two")).unwrap();
    let third = console.decide(ask("write:/x", "three"));
    assert!(matches!(
        third,
        Err(AppError::Conflict {
            code: "unit_limit",
            ..
        })
    ));
    assert!(console.decide(ask("read:/x", "one")).is_ok());
}

#[test]
fn a_tampered_receipt_is_not_valid_and_the_failed_check_is_named() {
    let installation = Installation::new();
    let console = installation.open();
    let answer = console.decide(ask("write:/x", "a")).unwrap();
    let tampered = answer.receipt.replacen('A', "B", 1);
    let verification = console.verify(tampered.as_bytes()).unwrap();
    assert!(!verification.valid());
    assert!(
        verification
            .checks
            .iter()
            .any(|check| check.outcome == utc_attestation::Outcome::Failed)
    );
}

#[test]
fn receipts_are_found_by_every_condition() {
    let installation = Installation::new();
    let console = installation.open();
    for n in 0..30 {
        let unit = if n % 3 == 0 { "a" } else { "b" };
        console
            .decide(ask(if n % 2 == 0 { "read:/x" } else { "write:/x" }, unit))
            .unwrap();
    }
    let count = |filter: Filter| {
        console
            .receipts(&local(), &filter, 200)
            .unwrap()
            .items
            .len()
    };
    assert_eq!(
        count(Filter {
            unit: Some("a".into()),
            ..Filter::default()
        }),
        10
    );
    assert_eq!(
        count(Filter {
            unit: Some("a".into()),
            action: Some("read:/x".into()),
            ..Filter::default()
        }),
        5
    );
    assert_eq!(
        count(Filter {
            kind: Some("key_change".into()),
            ..Filter::default()
        }),
        1
    );
    assert_eq!(
        count(Filter {
            subject: Some("nobody".into()),
            ..Filter::default()
        }),
        0
    );
}

#[test]
fn whoever_blocks_in_a_task_of_a_runtime_is_answered_every_time() {
    let installation = Installation::new();
    let console = installation.open();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    // More than a task may have handed out in one turn.
    let answers: Vec<_> = runtime.block_on(async {
        let asked = (0..200).map(|_| console.decide(ask("write:/x", "payments-api")));
        asked.collect()
    });
    let receipts: HashSet<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().receipt_id)
        .collect();
    assert_eq!(receipts.len(), 200);
}
