//! The predictive controller: forecasts that earned it tighten early, and nothing that happens to a server loosens.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use utc_app::engine::{Gate, Predictor};
use utc_app::{
    AppError, Console, Controller, GateRequest, Options, PinRequest, Report, SystemClock,
    UnitConfig, UnitView,
};
use utc_domain::ProtectionLevel::{self, Permissive, ReadOnly, RequireApproval};
use utc_domain::{Clock, LevelCause, Timestamp, UnitName};

use crate::approvals::stage::{Database, postgres, sqlite};
use crate::support::{actor, local};

const CAPACITY: f64 = 100.0;
/// A quiet half day, and then a load that rises within a quarter of an hour to more than there is room for.
const QUIET_STEPS: i64 = 156;
const RISE: [f64; 4] = [1.1, 1.2, 1.2, 1.2];

fn unit() -> UnitName {
    "orders".parse().unwrap()
}

fn with(database: &Database, controller: Controller) -> Console {
    Console::with(Options {
        controller,
        ..database.options()
    })
    .unwrap()
}

fn predictive(database: &Database) -> Console {
    with(database, Controller::Predictive)
}

/// Four weeks ago: every report of a test lies before the present.
fn start() -> Timestamp {
    SystemClock.now().plus_minutes(-28 * 24 * 60)
}

fn report(rho: f64, at: Timestamp) -> Report {
    Report {
        arrival_rate: rho * CAPACITY,
        service_rate: CAPACITY,
        at: Some(at),
    }
}

/// Quiet and rise, so many times, every five minutes.
fn days(count: usize, from: Timestamp) -> Vec<Report> {
    let quiet = (0..QUIET_STEPS).map(|_| 0.3);
    let loads: Vec<f64> = quiet.chain(RISE).collect();
    let loads = std::iter::repeat_n(loads, count).flatten();
    let times = (0..).map(|step| from.plus_minutes(5 * step));
    loads
        .zip(times)
        .map(|(load, at)| report(load, at))
        .collect()
}

fn observe(console: &Console, reports: Vec<Report>) -> UnitView {
    console.observe(&unit(), reports).wait().unwrap();
    console.unit(&unit()).unwrap()
}

/// What the receipt of the newest change of this cause says of it.
fn newest_change(console: &Console, cause: LevelCause) -> Value {
    let history = console.unit_history(&unit(), i64::MAX, 1_000).unwrap();
    let mut changes = history.level_changes.iter();
    let change = changes.find(|change| change.cause == cause).unwrap();
    let stored = console.receipt(&local(), change.receipt_id).unwrap();
    let verified = console.verify(stored.receipt.as_bytes()).unwrap();
    verified.payload.unwrap()["meta"].clone()
}

/// Feeds quiet and then the first step of a rise after `days_before` such days.
fn first_step_of_a_rise(console: &Console, days_before: usize) -> UnitView {
    let mut reports = days(days_before + 1, start());
    reports.truncate(reports.len() - RISE.len() + 1);
    observe(console, reports)
}

#[test]
fn a_forecast_that_was_right_often_enough_tightens_before_the_threshold_and_its_receipt_says_why() {
    let database = sqlite();
    let console = predictive(&database);
    let view = first_step_of_a_rise(&console, 7);
    assert_eq!(
        (view.level, view.level_cause),
        (ReadOnly, Some(LevelCause::Forecast))
    );
    let forecast = view.forecast.unwrap();
    assert!(forecast.signal_rho < 0.9, "{forecast:?}");
    let fast = forecast.forecasts.fast_ewma;
    assert!(
        fast.open && fast.rho >= Some(0.9) && fast.precision >= 0.4,
        "{fast:?}"
    );
    assert!(
        view.recommendation.contains("`fast_ewma` forecast"),
        "{}",
        view.recommendation
    );
    let meta = newest_change(&console, LevelCause::Forecast);
    assert_eq!(
        (&meta["cause"], &meta["signal_rho"]),
        (&json!("forecast"), &json!(forecast.signal_rho)),
        "{meta}"
    );
    let said = &meta["forecast"];
    assert_eq!(
        (&said["predictor"], &said["rho"], &said["horizon_minutes"]),
        (&json!("fast_ewma"), &json!(fast.rho), &json!(15)),
        "{meta}"
    );
    assert_eq!(said["precision"], json!(fast.precision), "{meta}");
    let card = console.scorecard(&unit()).unwrap().cards.fast_ewma;
    assert!(card.open && card.grades.episodes == 7, "{card:?}");
}

#[test]
fn a_forecast_that_proved_nothing_yet_changes_nothing() {
    let database = sqlite();
    let console = predictive(&database);
    let view = first_step_of_a_rise(&console, 0);
    assert_eq!(
        (view.level, view.level_cause),
        (RequireApproval, Some(LevelCause::Measured))
    );
    let fast = view.forecast.unwrap().forecasts.fast_ewma;
    assert!(!fast.open && fast.rho >= Some(0.9), "{fast:?}");
    let meta = newest_change(&console, LevelCause::Measured);
    assert_eq!(meta["forecast"], Value::Null, "{meta}");
}

/// What must not depend on which server saw which report, nor on restarts.
fn outcome(console: &Console) -> (UnitView, String) {
    let mut view = console.unit(&unit()).unwrap();
    view.arrivals = utc_app::ArrivalCounts::default();
    (view, format!("{:?}", console.scorecard(&unit()).unwrap()))
}

#[test]
fn a_restart_after_every_few_reports_changes_nothing() {
    let (database, other) = (sqlite(), sqlite());
    let reports = days(2, start());
    let undisturbed = predictive(&other);
    observe(&undisturbed, reports.clone());
    for part in reports.chunks(60) {
        observe(&predictive(&database), part.to_vec());
    }
    assert_eq!(outcome(&predictive(&database)), outcome(&undisturbed));
}

#[test]
fn two_servers_on_one_database_share_what_is_learned() {
    let (database, other) = (postgres(), sqlite());
    let reports = days(1, start());
    let alone = predictive(&other);
    observe(&alone, reports.clone());
    let servers = [predictive(&database), predictive(&database)];
    for (part, server) in reports.chunks(20).zip(servers.iter().cycle()) {
        observe(server, part.to_vec());
    }
    for server in &servers {
        assert_eq!(outcome(server), outcome(&alone));
    }
}

#[test]
fn a_pin_wins_over_forecasts_and_what_they_ask_for_holds_when_it_ends() {
    let database = sqlite();
    let console = predictive(&database);
    observe(&console, vec![report(0.1, start())]);
    let pin = PinRequest {
        level: RequireApproval,
        reason: "a release".parse().unwrap(),
        expires_at: None,
    };
    console.pin(&unit(), local(), pin).wait().unwrap();
    let view = first_step_of_a_rise(&console, 7);
    assert_eq!(
        (view.level, view.level_cause),
        (RequireApproval, Some(LevelCause::Pinned))
    );
    let meta = newest_change(&console, LevelCause::Forecast);
    assert_eq!(meta["pinned"], json!(true), "{meta}");
    console.unpin(&unit(), actor()).wait().unwrap();
    assert_eq!(console.unit(&unit()).unwrap().level, ReadOnly);
}

/// A clock that a test turns.
#[derive(Default)]
struct TurnedClock(AtomicI64);

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::SeqCst);
        SystemClock.now().plus_seconds(ahead)
    }
}

#[test]
fn while_the_clock_has_just_jumped_nothing_relaxes() {
    let database = sqlite();
    let clock = Arc::new(TurnedClock::default());
    let console = Console::with(Options {
        controller: Controller::Predictive,
        clock: clock.clone(),
        ..database.options()
    })
    .unwrap();
    let from = clock.now();
    let level = |minutes: i64| {
        let report = report(0.0, from.plus_minutes(minutes));
        observe(&console, vec![report]).level
    };
    observe(&console, vec![report(0.95, from)]);
    assert_eq!(level(5), ReadOnly);
    clock.0.store(2 * 3_600, Ordering::SeqCst);
    for minutes in (10..=90).step_by(5) {
        assert_eq!(level(minutes), ReadOnly, "{minutes}");
    }
    assert!(console.clock_trouble().is_some());
}

#[test]
fn of_two_reports_of_one_time_the_second_loosens_nothing() {
    let database = sqlite();
    let console = predictive(&database);
    let at = start();
    let reports = vec![report(0.95, at), report(0.0, at)];
    assert_eq!(observe(&console, reports).level, ReadOnly);
    assert_eq!(observe(&console, vec![report(0.0, at)]).level, ReadOnly);
}

#[track_caller]
fn check_switch(from: Controller, to: Controller, learned: bool) {
    let database = sqlite();
    let at = start();
    if learned {
        // The one that comes back remembers an hour without load.
        let quiet = (-12..0).map(|step| report(0.1, at.plus_minutes(5 * step)));
        observe(&with(&database, to), quiet.collect());
    }
    observe(&with(&database, from), vec![report(20.0, at)]);
    let console = with(&database, to);
    let level = |minutes: i64| observe(&console, vec![report(0.0, at.plus_minutes(minutes))]).level;
    let held: Vec<ProtectionLevel> = (1..=14).map(level).collect();
    assert_eq!(held, [ReadOnly; 14], "{from:?} to {to:?}");
    // Nor is anything latched.
    let later: Vec<ProtectionLevel> = (2..=40).map(|step| level(15 * step)).collect();
    assert_eq!(later.last(), Some(&Permissive), "{from:?} to {to:?}");
}

#[test]
fn another_controller_goes_on_from_the_level_that_holds_and_begins_its_own_window() {
    for learned in [false, true] {
        check_switch(Controller::Classic, Controller::Predictive, learned);
        check_switch(Controller::Predictive, Controller::Classic, learned);
    }
}

fn set_gate(console: &Console, gate: Gate) -> Value {
    let request = GateRequest {
        predictor: Predictor::FastEwma,
        gate,
        reason: "the release of today".parse().unwrap(),
    };
    let marked = console.set_gate(&unit(), actor(), request).wait().unwrap();
    let stored = console.receipt(&local(), marked.receipt_id).unwrap();
    let verified = console.verify(stored.receipt.as_bytes()).unwrap();
    verified.payload.unwrap()
}

#[test]
fn a_person_opens_and_closes_a_gate_and_receipts_say_who() {
    for database in [sqlite(), postgres()] {
        let console = predictive(&database);
        observe(&console, vec![report(0.1, start().plus_minutes(-60))]);
        let opened = set_gate(&console, Gate::Opened);
        assert_eq!(
            (
                &opened["kind"],
                &opened["code"],
                &opened["sub"],
                &opened["meta"]["loosens"]
            ),
            (
                &json!("config_change"),
                &json!("gate_set"),
                &json!("user:alice"),
                &Value::Null
            )
        );
        assert_eq!(
            opened["reason"],
            "user:alice opened the gate of the `fast_ewma` forecast of orders: the release of today"
        );
        // It has proved nothing yet, and may act all the same.
        let view = first_step_of_a_rise(&console, 0);
        assert_eq!(
            (view.level, view.level_cause),
            (ReadOnly, Some(LevelCause::Forecast))
        );
        let closed = set_gate(&console, Gate::Closed);
        assert_eq!(closed["meta"]["loosens"], true, "{closed}");
        let card = console.scorecard(&unit()).unwrap().cards.fast_ewma;
        assert_eq!((card.gate, card.open), (Gate::Closed, false));
        set_gate(&console, Gate::Earned);
        assert!(!console.scorecard(&unit()).unwrap().cards.fast_ewma.open);
    }
}

#[test]
fn a_gate_of_no_unit_is_not_set() {
    let database = sqlite();
    let request = GateRequest {
        predictor: Predictor::Holt,
        gate: Gate::Opened,
        reason: "why not".parse().unwrap(),
    };
    let refused = predictive(&database)
        .set_gate(&unit(), actor(), request)
        .wait();
    assert!(
        matches!(refused, Err(AppError::NotFound { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_unit_with_a_controller_of_its_own_is_not_under_the_other() {
    let database = sqlite();
    let console = predictive(&database);
    let classic = |before: Option<&UnitConfig>| {
        let mut config = before.cloned().unwrap_or_else(UnitConfig::unconfigured);
        config.controller = Some(Controller::Classic);
        Ok(config)
    };
    let ticket = console.configure_unit(unit(), actor(), Box::new(classic));
    ticket.wait().unwrap();
    let view = first_step_of_a_rise(&console, 7);
    assert_eq!(
        (view.controller, view.forecast),
        (Controller::Classic, None)
    );
    assert_ne!(view.level_cause, Some(LevelCause::Forecast));
    drop(console);
    // What is stored is what counts after a restart.
    let console = with(&database, Controller::Predictive);
    assert_eq!(
        console.unit(&unit()).unwrap().controller,
        Controller::Classic
    );
}
