//! One run in an interval, whoever runs it.

use std::time::Duration;

use utc_app::signals::{RunOccasion, Scoring, SignalOptions};
use utc_app::{Console, Options};
use utc_domain::Decision;
use utc_tdx::Standing;

use super::{Signals, UNIT, event, options};
use crate::approvals::stage::{Database, postgres, sqlite};
use crate::support::ask;

fn background(database: &Database, interval: Duration) -> Options {
    Options {
        signals: SignalOptions {
            scoring: Scoring::Background,
            interval,
            ..SignalOptions::STANDARD
        },
        ..database.options()
    }
}

pub(super) fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come to that within half a minute");
}

fn owners(console: &Console) -> Vec<(String, RunOccasion, bool)> {
    let runs = console.runs(None, 100).unwrap().items;
    let run = runs.into_iter();
    run.map(|run| (run.owner, run.occasion, run.finished_at.is_some()))
        .collect()
}

#[test]
fn two_servers_on_one_database_run_once_in_an_interval() {
    let database = postgres();
    let day = Duration::from_hours(24 * 365);
    let one = Console::with(background(&database, day)).unwrap();
    let other = Console::with(background(&database, day)).unwrap();
    until(|| owners(&one).first().is_some_and(|(_, _, done)| *done));
    // Both have looked often enough by then.
    std::thread::sleep(Duration::from_millis(2_500));
    let runs = owners(&other);
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert_eq!(runs[0].1, RunOccasion::Schedule);
}

#[test]
fn what_a_dead_leader_left_is_taken_over_when_its_lease_ends() {
    let database = postgres();
    let year = Duration::from_hours(24 * 365);
    let console = Console::with(options(&database)).unwrap();
    // A process that began the run of this interval and ended in it.
    let now = console.options().clock.now().as_micros();
    let slot = now / i64::try_from(year.as_micros()).unwrap();
    let lease = now + 1_500_000;
    database.execute(&format!(
        "INSERT INTO jobs (job, slot, owner, lease_until) VALUES ('tdx', {slot}, 'dead', {lease})"
    ));
    drop(console);
    let console = Console::with(background(&database, year)).unwrap();
    assert_eq!(owners(&console), []);
    until(|| owners(&console).first().is_some_and(|(_, _, done)| *done));
    assert_eq!(owners(&console).len(), 1);
}

#[test]
fn the_next_interval_is_run_by_whoever_is_there() {
    let database = sqlite();
    let console = Console::with(background(&database, Duration::from_secs(1))).unwrap();
    until(|| owners(&console).iter().filter(|run| run.2).count() >= 2);
}

#[test]
fn a_run_on_demand_waits_for_none_that_is_under_way() {
    let signals = Signals::new(postgres());
    let now = signals.console.options().clock.now().as_micros();
    let lease = now + 60_000_000;
    signals.database.execute(&format!(
        "INSERT INTO jobs (job, slot, owner, lease_until) VALUES ('tdx', 7, 'other', {lease})"
    ));
    let refused = signals.console.run_scorer().unwrap_err();
    assert!(
        matches!(
            &refused,
            utc_app::AppError::Conflict {
                code: "run_under_way",
                ..
            }
        ),
        "{refused}"
    );
}

#[test]
fn an_event_of_an_authoritative_source_changes_decisions_by_itself() {
    for database in [sqlite(), postgres()] {
        let options = background(&database, Duration::from_hours(1));
        let signals = Signals::with(database, options.clone());
        signals.source("siem", Standing::Authoritative);
        // On another server, too.
        let other = (options.location.sqlite_path().is_none())
            .then(|| Console::with(options.clone()).unwrap());
        let event = event("siem", "critical", signals.console.options().clock.now());
        signals.send(&event).unwrap();
        until(|| signals.write() == Decision::Deny);
        if let Some(other) = other {
            let answer = other.decide(ask("write:/orders", UNIT)).unwrap();
            assert_eq!(answer.decision, Decision::Deny);
        }
    }
}
