//! What was decided comes out again, word for word.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::Value;
use utc_app::replay::{ReplayMode, ReplayRequest};
use utc_app::{AppError, Refusal};
use utc_domain::{Code, GrantUse, Role, Timestamp};

use super::history::History;
use super::{check_equal, claims, computed, decisions};
use crate::approvals::stage::{postgres, scope, sqlite, token, token_on};
use crate::support::{Installation, ask, local};

fn words<'a>(decisions: &'a [Value], pointer: &str) -> BTreeSet<&'a str> {
    let found = decisions
        .iter()
        .filter_map(|claims| claims.pointer(pointer));
    found.filter_map(Value::as_str).collect()
}

/// The history was as mixed as it was meant to be: every answer, every room for approvals, every grant.
fn check_mixed(decisions: &[Value]) {
    let codes: BTreeSet<&str> = Code::DECISIONS.into_iter().map(Code::as_str).collect();
    assert_eq!(words(decisions, "/code"), codes);
    let grants = GrantUse::ALL.into_iter().map(GrantUse::as_str);
    // The clock did not jump.
    let grants: BTreeSet<&str> = grants.filter(|grant| *grant != "clock_unsettled").collect();
    assert_eq!(words(decisions, "/meta/grant"), grants);
    assert_eq!(words(decisions, "/meta/protection_level").len(), 3);
    assert_eq!(words(decisions, "/meta/would_be").len(), 3);
    let has = |pointer: &str| {
        decisions
            .iter()
            .any(|claims| claims.pointer(pointer).is_some())
    };
    assert!(has("/meta/subject_limit") && has("/meta/token_limit"));
    let saturated = |claims: &Value| {
        claims["meta"]["approval_saturated"] == true
            && claims.pointer("/meta/expected_wait_minutes").is_some()
    };
    assert!(decisions.iter().any(saturated));
    let is = |pointer: &str, value: bool| {
        let wanted = Some(&Value::Bool(value));
        decisions
            .iter()
            .any(|claims| claims.pointer(pointer) == wanted)
    };
    for pointer in ["/meta/known", "/meta/risky", "/meta/pinned"] {
        assert!(is(pointer, true) && is(pointer, false), "{pointer}");
    }
    let policies: BTreeSet<&str> = words(decisions, "/policy/digest");
    assert!(policies.len() >= 6, "{policies:?}");
}

#[test]
fn a_long_mixed_history_comes_out_as_it_was_recorded() {
    let mut history = History::new(sqlite(), 1);
    history.run(5_000, 50);
    let all = decisions(&history.console);
    assert_eq!(all.len(), history.decisions);
    check_mixed(&all);
    check_equal(&computed(&history.console, &ReplayRequest::ALL), all.len());
}

#[test]
fn on_postgresql_too() {
    let mut history = History::new(postgres(), 2);
    history.run(900, 60);
    let all = decisions(&history.console);
    assert_eq!(all.len(), history.decisions);
    check_equal(&computed(&history.console, &ReplayRequest::ALL), all.len());
}

/// Whether the longer tests run too: `tests/run --deep`.
fn deep() -> bool {
    std::env::vars_os().any(|(name, value)| name == "UTC_TEST_DEEP" && value == "1")
}

#[test]
fn a_hundred_thousand_mixed_decisions_come_out_as_they_were_recorded() {
    if !deep() {
        return;
    }
    let mut history = History::new(sqlite(), 3);
    history.run(100_000, 500);
    check_equal(
        &computed(&history.console, &ReplayRequest::ALL),
        history.decisions,
    );
    assert!(history.decisions >= 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_comes_out_as_it_was_recorded(seed in any::<u64>()) {
        let mut history = History::new(sqlite(), seed);
        for _ in 0..25 {
            history.something(8);
        }
        check_equal(&computed(&history.console, &ReplayRequest::ALL), history.decisions);
    }
}

#[test]
fn a_window_and_a_unit_choose_what_is_computed() {
    let installation = Installation::new();
    let console = installation.open();
    let mut at = Vec::new();
    for n in 0..12 {
        let unit = if n % 3 == 0 { "a" } else { "b" };
        let answer = console.decide(ask("write:/x", unit)).unwrap();
        let ts: Timestamp = claims(&answer.receipt)["ts"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        at.push(ts);
    }
    let request = |from: Option<usize>, to: Option<usize>, unit: Option<&str>| ReplayRequest {
        from: from.map(|n| at[n]),
        to: to.map(|n| at[n]),
        unit: unit.map(|unit| unit.parse().unwrap()),
        mode: ReplayMode::Faithful,
    };
    check_equal(&computed(&console, &request(None, None, None)), 12);
    check_equal(&computed(&console, &request(Some(2), Some(7), None)), 5);
    check_equal(&computed(&console, &request(Some(2), None, Some("a"))), 3);
    check_equal(&computed(&console, &request(None, Some(4), Some("b"))), 2);
    check_equal(&computed(&console, &request(None, None, Some("never"))), 0);
    let window = computed(&console, &request(Some(2), Some(7), None)).window;
    assert_eq!(
        (window.first_seq, window.end_seq, window.log_size),
        (3, 8, 13)
    );
    let backwards = request(Some(7), Some(2), None);
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let refused = console.replay(&local(), &backwards, go_on);
    assert!(matches!(refused, Err(AppError::Invalid(_))));
}

#[test]
fn a_run_leaves_one_receipt_and_a_cancelled_one_none() {
    let installation = Installation::new();
    let console = installation.open();
    for n in 0..5 {
        console.decide(ask(&format!("write:/{n}"), "a")).unwrap();
    }
    let size = || console.head().unwrap().unwrap().size;
    let before = size();
    let cancelled = console.replay(&local(), &ReplayRequest::ALL, &mut |_, _| {
        ControlFlow::Break(())
    });
    assert!(cancelled.unwrap().is_none());
    assert_eq!(size(), before);
    let mut told = Vec::new();
    let done = console.replay(&local(), &ReplayRequest::ALL, &mut |done, total| {
        told.push((done, total));
        ControlFlow::Continue(())
    });
    let (report, receipt) = done.unwrap().unwrap();
    assert_eq!(told, [(before, before)]);
    assert_eq!(size(), before + 1);
    let receipt = console.receipt(&local(), receipt).unwrap();
    assert!(console.verify(receipt.receipt.as_bytes()).unwrap().valid());
    let claims = claims(&receipt.receipt);
    assert_eq!(
        (&claims["kind"], &claims["code"]),
        (&"replay".into(), &"replay_equal".into())
    );
    assert_eq!(claims["sub"], "user:alice");
    assert_eq!(claims["link"]["filter"]["log_size"], before);
    assert!(
        claims["link"]["filter"]["digest"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    let totals = &claims["meta"]["replay"];
    assert_eq!((&totals["total"], &totals["equal"]), (&5.into(), &5.into()));
    let reason = "user:alice computed 5 decisions again: 5 came out as recorded, 0 otherwise, 0 could not be computed again.";
    assert_eq!(claims["reason"], reason);
    check_equal(&report, 5);
    assert!(console.audit_log(|_, _| {}).unwrap().valid());
}

#[test]
fn it_takes_the_right_of_an_auditor_on_what_is_looked_at() {
    let installation = Installation::new();
    let console = installation.open();
    let viewer = token(&console, "viewer", "viewer", None);
    let some = token_on(&console, "some", "auditor", None, scope(&["pay*"]));
    let unit = |name: &str| ReplayRequest {
        unit: Some(name.parse().unwrap()),
        ..ReplayRequest::ALL
    };
    let run = |by, request: &ReplayRequest| {
        console.replay(by, request, &mut |_, _| ControlFlow::Continue(()))
    };
    assert!(matches!(
        run(&viewer, &ReplayRequest::ALL),
        Err(AppError::Forbidden(Refusal::Role(Role::Auditor)))
    ));
    assert!(matches!(
        run(&some, &ReplayRequest::ALL),
        Err(AppError::Forbidden(Refusal::NotEverywhere))
    ));
    assert!(matches!(
        run(&some, &unit("ledger")),
        Err(AppError::Forbidden(Refusal::Unit(_)))
    ));
    assert!(run(&some, &unit("payments")).unwrap().is_some());
}
