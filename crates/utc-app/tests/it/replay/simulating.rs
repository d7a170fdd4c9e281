//! A change of rules tried on recent decisions.

use utc_app::replay::{ReplayRequest, SIMULATED_MOST, Simulation};
use utc_app::{AppError, Refusal};
use utc_domain::{Clock as _, Role, Rule};

use super::computed;
use super::counterfactual::{alternative, plain, request};
use crate::approvals::stage::{scope, token, token_on};
use crate::support::local;

fn simulation() -> Simulation {
    Simulation {
        alternative: alternative(&[(Rule::WritesRequireApproval, true)], None),
        from: None,
        to: None,
        unit: None,
        limit: SIMULATED_MOST,
    }
}

#[test]
fn a_simulation_finds_what_a_counterfactual_replay_finds_and_leaves_no_receipt() {
    let (_installation, console) = plain();
    let size = || console.head().unwrap().unwrap().size;
    let before = size();
    let simulated = console.simulate(&local(), simulation()).unwrap();
    assert!(!simulated.cut);
    assert_eq!(
        (
            simulated.report.totals.total,
            simulated.report.totals.different
        ),
        (11, 6)
    );
    assert_eq!(size(), before);
    let same = ReplayRequest {
        from: simulated.report.window.from,
        ..request(simulation().alternative)
    };
    assert_eq!(simulated.report, computed(&console, &same));
}

#[test]
fn it_looks_back_a_day_unless_told_otherwise() {
    let (_installation, console) = plain();
    let now = utc_app::SystemClock.now();
    let old = Simulation {
        to: Some(now.plus_minutes(-24 * 60)),
        ..simulation()
    };
    assert_eq!(
        console.simulate(&local(), old).unwrap().report.totals.total,
        0
    );
    let simulated = console.simulate(&local(), simulation()).unwrap();
    let from = simulated.report.window.from.unwrap();
    assert!(
        from <= now.plus_minutes(-24 * 60).plus_seconds(60),
        "{from}"
    );
    assert!(
        from >= now.plus_minutes(-24 * 60).plus_seconds(-60),
        "{from}"
    );
}

#[test]
fn of_too_many_decisions_the_newest_are_judged_and_it_says_so() {
    let (_installation, console) = plain();
    let cut = |limit, unit: Option<&str>| {
        let asked = Simulation {
            limit,
            unit: unit.map(|unit| unit.parse().unwrap()),
            ..simulation()
        };
        let simulated = console.simulate(&local(), asked).unwrap();
        (
            simulated.cut,
            simulated.report.totals.total,
            simulated.report.totals.different,
        )
    };
    // The last three are two of the locked unit and one of the watched one.
    assert_eq!(cut(3, None), (true, 3, 1));
    assert_eq!(cut(11, None), (false, 11, 6));
    assert_eq!(cut(10, None), (true, 10, 5));
    assert_eq!(cut(4, Some("open")), (true, 4, 1));
    assert_eq!(cut(8, Some("open")), (false, 8, 5));
}

#[test]
fn it_takes_the_right_to_change_the_rule() {
    let (_installation, console) = plain();
    let viewer = token(&console, "viewer", "auditor", None);
    let some = token_on(&console, "some", "operator", None, scope(&["op*"]));
    let refused = console.simulate(&viewer, simulation());
    assert!(matches!(
        refused,
        Err(AppError::Forbidden(Refusal::Role(Role::Operator)))
    ));
    let refused = console.simulate(&some, simulation());
    assert!(matches!(
        refused,
        Err(AppError::Forbidden(Refusal::NotEverywhere))
    ));
    let own = Simulation {
        unit: Some("open".parse().unwrap()),
        ..simulation()
    };
    assert_eq!(console.simulate(&some, own).unwrap().report.totals.total, 8);
}
