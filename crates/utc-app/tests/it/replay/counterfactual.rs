//! What other rules and thresholds would have answered.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use utc_app::replay::{
    Alternative, Counterfactual, Matrix, ReplayMode, ReplayOutcome, ReplayReport, ReplayRequest,
};
use utc_app::{AppError, Console, PinRequest, Report};
use utc_domain::{Decision, Ground, Mode, ProtectionLevel, Rule};

use super::{claims, computed};
use crate::support::{Installation, actor, ask, local, switch};

pub(super) fn alternative(rules: &[(Rule, bool)], thresholds: Option<(f64, f64)>) -> Alternative {
    let rules: BTreeMap<Rule, bool> = rules.iter().copied().collect();
    Alternative::new(rules, thresholds).unwrap()
}

pub(super) fn request(alternative: Alternative) -> ReplayRequest {
    ReplayRequest {
        mode: ReplayMode::Counterfactual(alternative),
        ..ReplayRequest::ALL
    }
}

#[track_caller]
fn found(report: &ReplayReport) -> &Counterfactual {
    match &report.outcome {
        ReplayOutcome::Counterfactual(found) => found,
        ReplayOutcome::Faithful(_) => panic!("{report:?}"),
    }
}

fn cells(matrix: &Matrix) -> Vec<(&'static str, &'static str, u64)> {
    let cells = matrix.cells();
    cells
        .map(|(old, new, count)| (old.as_str(), new.as_str(), count))
        .collect()
}

fn asked(console: &Console, subject: &str, action: &str, unit: &str, times: usize) {
    for _ in 0..times {
        let mut request = ask(action, unit);
        request.subject = subject.parse().unwrap();
        console.decide(request).unwrap();
    }
}

fn pin(console: &Console, unit: &str, level: ProtectionLevel) {
    let request = PinRequest {
        level,
        reason: "a test".parse().unwrap(),
        expires_at: None,
    };
    let unit = unit.parse().unwrap();
    console.pin(&unit, local(), request).wait().unwrap();
}

fn observe(console: &Console, unit: &str, arrival_rate: f64) {
    let report = Report {
        arrival_rate,
        service_rate: 100.0,
        at: None,
    };
    let unit = unit.parse().unwrap();
    console.observe(&unit, vec![report]).wait().unwrap();
}

/// Writes and reads under no rule, one unit that is locked, and one that is only observed.
pub(super) fn plain() -> (Installation, Console) {
    let installation = Installation::new();
    let console = installation.open();
    asked(&console, "agent-1", "write:/x", "open", 5);
    asked(&console, "agent-2", "read:/x", "open", 3);
    pin(&console, "locked", ProtectionLevel::ReadOnly);
    asked(&console, "agent-2", "write:/x", "locked", 2);
    let update = |_: Option<&utc_app::UnitConfig>| {
        let mut config = utc_app::UnitConfig::unconfigured();
        config.mode = Mode::Observe;
        Ok(config)
    };
    let unit = "watched".parse().unwrap();
    let update = Box::new(update);
    console
        .configure_unit(unit, actor(), update)
        .wait()
        .unwrap();
    asked(&console, "agent-3", "write:/x", "watched", 1);
    (installation, console)
}

#[test]
fn a_rule_that_was_off_would_have_held_every_write_that_was_allowed() {
    let (_installation, console) = plain();
    let on = alternative(&[(Rule::WritesRequireApproval, true)], None);
    let report = computed(&console, &request(on));
    let totals = report.totals;
    assert_eq!((totals.total, totals.equal, totals.different), (11, 5, 6));
    let found = found(&report);
    assert_eq!(
        cells(&found.matrix),
        [
            ("ALLOW", "ALLOW", 3),
            ("ALLOW", "REQUIRE_APPROVAL", 6),
            ("DENY", "DENY", 2)
        ]
    );
    assert_eq!(found.observed, 1);
    let rules: Vec<_> = found
        .by_rule
        .iter()
        .map(|share| {
            (
                share.ground,
                share.before,
                share.after,
                share.matrix.changed(),
            )
        })
        .collect();
    assert_eq!(
        rules,
        [
            (Ground::ProtectionReadOnly, 2, 2, 0),
            (Ground::WritesRequireApproval, 0, 8, 6)
        ]
    );
    let never = [
        Ground::ReadOnlyForRisky,
        Ground::UnknownUnit,
        Ground::ProtectionRequireApproval,
        Ground::SubjectShare,
    ];
    assert_eq!(found.never_matched, never);
    let names = |listed: &[utc_app::replay::Share]| -> Vec<(String, u64, u64)> {
        let shares = listed.iter();
        shares
            .map(|share| {
                (
                    share.name.clone(),
                    share.matrix.changed(),
                    share.matrix.total(),
                )
            })
            .collect()
    };
    let of = |name: &str, changed, total| (name.to_owned(), changed, total);
    let units = [of("open", 5, 8), of("watched", 1, 1), of("locked", 0, 2)];
    assert_eq!(names(&found.by_unit.listed), units);
    let subjects = [
        of("agent-1", 5, 5),
        of("agent-3", 1, 1),
        of("agent-2", 0, 5),
    ];
    assert_eq!(names(&found.by_subject.listed), subjects);
    assert_eq!((found.by_unit.others, found.by_unit.rest.total()), (0, 0));
    assert_eq!(found.examples.len(), 6);
    let first = &found.examples[0];
    assert_eq!(
        (first.seq, first.unit.as_str(), first.subject.as_str()),
        (1, "open", "agent-1")
    );
    assert_eq!(
        (first.old, first.new),
        (Decision::Allow, Decision::RequireApproval)
    );
    assert_eq!(
        first.new_reason,
        "Writes to open need approval: rule writes_require_approval is on."
    );
    assert_eq!(found.notes.len(), 1);
}

#[test]
fn a_rule_that_was_on_would_have_let_through_what_nothing_else_held() {
    let installation = Installation::new();
    let console = installation.open();
    console
        .set_rule(switch(Rule::WritesRequireApproval, true))
        .wait()
        .unwrap();
    asked(&console, "agent-1", "write:/x", "open", 4);
    let off = alternative(&[(Rule::WritesRequireApproval, false)], None);
    let report = computed(&console, &request(off));
    // The fourth met the limit of its subject.
    assert_eq!(
        cells(&found(&report).matrix),
        [("REQUIRE_APPROVAL", "ALLOW", 3), ("DENY", "ALLOW", 1)]
    );
    let nothing = alternative(&[(Rule::ReadOnlyForRisky, true)], None);
    assert_eq!(computed(&console, &request(nothing)).totals.different, 0);
}

#[test]
fn other_thresholds_move_measured_levels_and_neither_pins_nor_units_without_data() {
    let installation = Installation::new();
    let console = installation.open();
    observe(&console, "busy", 70.0);
    asked(&console, "agent-1", "write:/x", "busy", 1);
    observe(&console, "pinned", 70.0);
    pin(&console, "pinned", ProtectionLevel::ReadOnly);
    asked(&console, "agent-1", "write:/x", "pinned", 1);
    asked(&console, "agent-1", "write:/x", "silent", 1);
    let judged = |low, high| {
        let report = computed(&console, &request(alternative(&[], Some((low, high)))));
        let found = found(&report);
        assert_eq!(found.notes.len(), 2);
        let changes: Vec<_> = found
            .examples
            .iter()
            .map(|change| (change.unit.clone(), change.new))
            .collect();
        changes
    };
    assert_eq!(judged(0.8, 0.9), [("busy".to_owned(), Decision::Allow)]);
    assert_eq!(judged(0.5, 0.7), [("busy".to_owned(), Decision::Deny)]);
    assert_eq!(judged(0.7, 0.71), []);
    for (low, high, pointer) in [
        (0.9, 0.6, "/thresholds/low"),
        (0.0, 0.6, "/thresholds/low"),
        (0.5, 1_001.0, "/thresholds/high"),
    ] {
        let refused = Alternative::new(BTreeMap::new(), Some((low, high)));
        let Err(AppError::Invalid(fields)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(fields[0].pointer, pointer);
    }
}

#[test]
fn its_receipt_says_what_it_came_to_and_each_question_has_a_digest_of_its_own() {
    let (_installation, console) = plain();
    let run = |rules: &[(Rule, bool)], thresholds| {
        let request = request(alternative(rules, thresholds));
        let done = console.replay(&local(), &request, &mut |_, _| ControlFlow::Continue(()));
        let (_, receipt) = done.unwrap().unwrap();
        claims(&console.receipt(&local(), receipt).unwrap().receipt)
    };
    let first = run(&[(Rule::WritesRequireApproval, true)], None);
    assert_eq!(first["code"], "replay_counterfactual");
    assert_eq!(
        first["reason"],
        "user:alice judged 11 decisions by other rules: 5 would have been answered the same, 6 otherwise, 0 could not be computed again."
    );
    assert_eq!(first["meta"]["replay"]["different"], 6);
    let others = [
        run(&[(Rule::WritesRequireApproval, false)], None),
        run(&[(Rule::WritesRequireApproval, true)], Some((0.5, 0.6))),
        run(&[(Rule::WritesRequireApproval, true)], None),
    ];
    for other in &others {
        let digest = |claims: &serde_json::Value| claims["link"]["filter"]["digest"].clone();
        // The last asks for the same; the log is longer.
        assert_ne!(digest(&first), digest(other));
    }
}

#[test]
fn an_alternative_that_changes_nothing_is_refused() {
    let (_installation, console) = plain();
    let request = request(alternative(&[], None));
    let refused = console.replay(&local(), &request, &mut |_, _| ControlFlow::Continue(()));
    assert!(matches!(refused, Err(AppError::Invalid(_))));
}
