//! Many units in one look, what is remembered between two of them, and what a locked unit turned away.

use utc_app::{
    Console, Controller, GateRequest, NeverRelaxes, Options, PinRequest, Report, Request,
    SystemClock, UnitConfig, UnitView,
};
use utc_domain::ProtectionLevel::{Permissive, ReadOnly, RequireApproval};
use utc_domain::{Clock, Decision, UnitName};
use utc_queueing::predictive::{Gate, Predictor};

use crate::approvals::stage::{Database, postgres, sqlite};
use crate::support::{actor, local};

fn on_both(check: impl Fn(&Database)) {
    check(&sqlite());
    check(&postgres());
}

fn named(number: usize) -> UnitName {
    format!("unit-{number}").parse().unwrap()
}

fn configure(console: &Console, unit: &UnitName) {
    let update = |_: Option<&UnitConfig>| {
        Ok(UnitConfig {
            capacity_per_hour: Some(100.0),
            ..UnitConfig::unconfigured()
        })
    };
    let configured = console.configure_unit(unit.clone(), actor(), Box::new(update));
    configured.wait().unwrap();
}

/// So many people write once each.
fn write(console: &Console, unit: &UnitName, people: usize) -> Vec<Decision> {
    let asked = (0..people).map(|person| {
        let subject = format!("agent-{person}").parse().unwrap();
        let request = Request::new(subject, "write:/order".parse().unwrap(), unit.clone());
        console.submit(request)
    });
    let asked: Vec<_> = asked.collect();
    let answers = asked.into_iter().map(|ticket| ticket.wait().unwrap());
    answers.map(|answer| answer.decision).collect()
}

#[test]
fn more_units_than_one_transaction_takes_are_all_looked_at() {
    const UNITS: usize = 230;
    on_both(|database| {
        let console = database.open();
        for number in 0..UNITS {
            configure(&console, &named(number));
            write(&console, &named(number), 12 + number % 3);
        }
        for look in 1..=2 {
            console.look_at_queues().unwrap();
            for number in 0..UNITS {
                let view = console.unit(&named(number)).unwrap();
                let queue = view.queue.unwrap();
                assert!(queue.lambda > 20.0, "{number}: {}", queue.lambda);
                assert_eq!(queue.level, view.level);
                assert!(view.forecast.is_some());
                let history = console.unit_history(&named(number), i64::MAX, 9).unwrap();
                assert_eq!(history.features.len(), look);
            }
        }
    });
}

#[test]
fn units_that_are_pressed_most_are_looked_at_first() {
    const UNITS: usize = 120;
    on_both(|database| {
        let console = database.open();
        for number in 0..UNITS {
            configure(&console, &named(number));
            write(&console, &named(number), 30);
        }
        // By name it comes last.
        let pressed: UnitName = "zoo".parse().unwrap();
        configure(&console, &pressed);
        write(&console, &pressed, 60);
        console.look_at_queues().unwrap();
        let locked_at = |unit: &UnitName| {
            let history = console.unit_history(unit, i64::MAX, 9).unwrap();
            let change = history.level_changes.first().unwrap().clone();
            assert_eq!(change.to, ReadOnly);
            let id = change.receipt_id;
            console.receipt(&local(), id).unwrap().seq
        };
        let first = locked_at(&pressed);
        let others: Vec<u64> = (0..UNITS).map(|number| locked_at(&named(number))).collect();
        assert!(others.iter().all(|seq| first < *seq), "{first}, {others:?}");
    });
}

#[test]
fn what_a_person_sets_between_two_looks_is_not_overwritten() {
    on_both(|database| {
        let console = database.open();
        let unit = named(0);
        configure(&console, &unit);
        write(&console, &unit, 12);
        console.look_at_queues().unwrap();
        let opened = GateRequest {
            predictor: Predictor::Holt,
            gate: Gate::Opened,
            reason: "trusted by experience".parse().unwrap(),
        };
        console.set_gate(&unit, local(), opened).wait().unwrap();
        console.look_at_queues().unwrap();
        let cards = console.scorecard(&unit).unwrap().cards;
        assert_eq!(cards.of(Predictor::Holt).gate, Gate::Opened);
        // Nor is what another process remembers, after this one has ended.
        drop(console);
        let console = database.open();
        console.look_at_queues().unwrap();
        let cards = console.scorecard(&unit).unwrap().cards;
        assert_eq!(cards.of(Predictor::Holt).gate, Gate::Opened);
        let history = console.unit_history(&unit, i64::MAX, 9).unwrap();
        assert_eq!(history.features.len(), 3);
    });
}

#[test]
fn the_receipt_of_a_gate_tells_what_the_forecast_is_worth() {
    let database = sqlite();
    let console = database.open();
    let unit = named(0);
    configure(&console, &unit);
    let opened = GateRequest {
        predictor: Predictor::Seasonal,
        gate: Gate::Opened,
        reason: "trusted by experience".parse().unwrap(),
    };
    let meta = |console: &Console| {
        let marked = console
            .set_gate(&unit, local(), opened.clone())
            .wait()
            .unwrap();
        let stored = console.receipt(&local(), marked.receipt_id).unwrap();
        let verified = console.verify(stored.receipt.as_bytes()).unwrap();
        verified.payload.unwrap()["meta"].clone()
    };
    let before = meta(&console);
    assert_eq!(before["forecast"]["predictor"], "seasonal", "{before}");
    assert_eq!(before["forecast"]["precision"], 0.5, "{before}");
    assert_eq!(before["protection_level"], "permissive", "{before}");
    write(&console, &unit, 12);
    console.look_at_queues().unwrap();
    let after = meta(&console);
    assert_eq!(after["forecast"]["horizon_minutes"], 15.0, "{after}");
    assert!(after["rho"].is_number(), "{after}");
}

#[test]
fn what_a_locked_unit_turns_away_is_seen_by_its_forecasts_and_by_no_level() {
    on_both(|database| {
        let console = database.open();
        let unit = named(0);
        configure(&console, &unit);
        write(&console, &unit, 12);
        console.look_at_queues().unwrap();
        let before = console.unit(&unit).unwrap();
        let pin = PinRequest {
            level: ReadOnly,
            reason: "stock-taking".parse().unwrap(),
            expires_at: None,
        };
        console.pin(&unit, local(), pin).wait().unwrap();
        let answers = write(&console, &unit, 60);
        assert!(answers.iter().all(|answer| *answer == Decision::Deny));
        console.look_at_queues().unwrap();
        let after = console.unit(&unit).unwrap();
        let expected = |view: &UnitView| {
            let forecasts = view.forecast.as_ref().unwrap().forecasts;
            forecasts.fast_ewma.rho.unwrap()
        };
        assert!(
            expected(&after) > expected(&before) + 1.0,
            "{} after {}",
            expected(&after),
            expected(&before)
        );
        let queue = after.queue.unwrap();
        assert!(queue.rho <= before.queue.unwrap().rho, "{}", queue.rho);
        assert_eq!(queue.level, Permissive);
    });
}

fn reported(console: &Console, unit: &UnitName, loads: impl Iterator<Item = f64>) -> UnitView {
    let loads: Vec<f64> = loads.collect();
    let from = SystemClock
        .now()
        .plus_minutes(-10 * i64::try_from(loads.len()).unwrap());
    let reports = (0..).zip(loads).map(|(step, load)| Report {
        arrival_rate: load,
        service_rate: 100.0,
        at: Some(from.plus_minutes(10 * step)),
    });
    console.observe(unit, reports.collect()).wait().unwrap();
    console.unit(unit).unwrap()
}

#[test]
fn a_unit_whose_usual_load_would_not_let_it_relax_is_told_of() {
    // Fourteen hours of a usual load, after a burst.
    let loads = |usual: f64| (0..84).map(move |step| if step < 6 { 130.0 } else { usual });
    for (controller, usual, level, threshold) in [
        (Controller::Classic, 70.0, ReadOnly, 0.5),
        (Controller::Predictive, 70.0, RequireApproval, 0.6),
    ] {
        let database = sqlite();
        let console = Console::with(Options {
            controller,
            ..database.options()
        })
        .unwrap();
        let view = reported(&console, &named(0), loads(usual));
        assert_eq!(view.level, level);
        let NeverRelaxes {
            usual_rho,
            relaxes_below,
        } = view.never_relaxes.unwrap();
        assert!((0.69..0.8).contains(&usual_rho), "{usual_rho}");
        assert!((relaxes_below - threshold).abs() < 1e-9, "{relaxes_below}");
        assert!(
            view.recommendation.contains("never relax"),
            "{}",
            view.recommendation
        );
        let calm = reported(&console, &named(1), loads(20.0));
        assert_eq!(calm.never_relaxes, None, "{}", calm.recommendation);
    }
}
