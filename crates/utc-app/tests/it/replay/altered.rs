//! Another evaluator is found out, by exactly the decisions that it answers otherwise.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use serde_json::Value;
use utc_app::replay::{Evaluator, ReplayReport, ReplayRequest};
use utc_domain::{Code, Decision};
use utc_policy::{Field, PolicySet, Question, UnitView, Verdict, evaluate};

use super::history::History;
use super::{decisions, faithful};
use crate::approvals::stage::sqlite;
use crate::support::local;

fn compared(history: &History, evaluator: &Evaluator<'_>) -> ReplayReport {
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let report = history
        .console
        .compare(&local(), &ReplayRequest::ALL, evaluator, go_on);
    report.unwrap().unwrap()
}

/// The altered evaluator is found by exactly the decisions that `fits`, and by nothing but these parts.
#[track_caller]
fn check(
    history: &History,
    evaluator: &Evaluator<'_>,
    fields: &[Field],
    fits: impl Fn(&Value) -> bool,
) {
    let all = decisions(&history.console);
    let expected: BTreeSet<String> = all
        .iter()
        .filter(|claims| fits(claims))
        .map(|claims| claims["jti"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        expected.len() > 3 && expected.len() < all.len(),
        "{}",
        expected.len()
    );
    let report = compared(history, evaluator);
    let totals = report.totals;
    assert_eq!(totals.total, all.len() as u64);
    assert_eq!(totals.different, expected.len() as u64);
    assert_eq!(totals.equal, totals.total - totals.different);
    let found = faithful(&report);
    let shown: BTreeSet<String> = found
        .examples
        .iter()
        .map(|finding| finding.receipt_id.clone())
        .collect();
    assert_eq!(shown.len(), expected.len().min(100));
    assert!(shown.is_subset(&expected));
    let counted: Vec<Field> = found.by_field.iter().map(|(field, _)| *field).collect();
    assert_eq!(counted, fields);
    assert!(
        found
            .by_field
            .iter()
            .all(|(_, count)| *count == totals.different)
    );
    for finding in &found.examples {
        let differing: Vec<Field> = finding.differences.iter().map(|one| one.field).collect();
        assert_eq!(differing, fields);
    }
}

#[test]
fn a_deliberately_altered_evaluator_is_found_by_every_decision_that_it_changes() {
    let mut history = History::new(sqlite(), 4);
    history.run(1_500, 25);
    // What was allowed and touches some targets is denied.
    let strict = |question: &Question<'_>, policy: &PolicySet, unit: &UnitView| {
        let verdict = evaluate(question, policy, unit);
        let hit = question.action.as_str().ends_with('7') && verdict.decision == Decision::Allow;
        Verdict {
            decision: if hit {
                Decision::Deny
            } else {
                verdict.decision
            },
            ..verdict
        }
    };
    check(&history, &strict, &[Field::Decision], |claims| {
        claims["action"].as_str().unwrap().ends_with('7') && claims["decision"] == "ALLOW"
    });
    // One word of one reason.
    let wordy = |question: &Question<'_>, policy: &PolicySet, unit: &UnitView| {
        let mut verdict = evaluate(question, policy, unit);
        if verdict.code == Code::ProtectionReadOnly {
            verdict.reason = verdict.reason.replace("refused", "denied");
        }
        verdict
    };
    check(&history, &wordy, &[Field::Reason], |claims| {
        claims["code"] == "protection_read_only"
    });
    // The real one finds nothing.
    assert_eq!(compared(&history, &evaluate).totals.different, 0);
}
