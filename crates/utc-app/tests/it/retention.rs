//! How long observations are kept, and how far that is remembered.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use utc_app::engine::Observer;
use utc_app::{Console, Options, Report, SystemClock};
use utc_domain::{Clock, Timestamp, UnitName};
use utc_storage::connection::{Purpose, connect};
use utc_storage::rows::history::{self, FeatureRow};

use crate::approvals::stage::{Database, postgres, sqlite};

/// A clock that stands in the middle of an hour, and that a test turns ahead, in minutes.
#[derive(Default)]
struct TurnedClock(AtomicI64);

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        hours_ago(0).plus_minutes(30 + self.0.load(Ordering::SeqCst))
    }
}

/// The begin of the clock hour so many hours before the one in which the tests began.
fn hours_ago(hours: i64) -> Timestamp {
    static BEGUN: OnceLock<i64> = OnceLock::new();
    let begun = BEGUN.get_or_init(|| SystemClock.now().hour());
    Timestamp::from_micros((begun - hours) * 3_600_000_000)
}

/// Counts transactions.
#[derive(Default)]
struct Transactions(AtomicUsize);

impl Observer for Transactions {
    fn committed(&self, _jobs: usize, _took: Duration) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Watched {
    console: Console,
    clock: Arc<TurnedClock>,
    transactions: Arc<Transactions>,
}

impl Watched {
    /// Nothing else is written meanwhile.
    fn open(database: &Database) -> Self {
        let (clock, transactions) = (Arc::default(), Arc::default());
        let console = Console::with(Options {
            clock: Arc::<TurnedClock>::clone(&clock),
            observer: Arc::<Transactions>::clone(&transactions),
            tick: Duration::from_hours(1),
            ..database.options()
        });
        Self {
            console: console.unwrap(),
            clock,
            transactions,
        }
    }

    /// How many transactions a look takes.
    fn look(&self) -> usize {
        let before = self.transactions.0.load(Ordering::SeqCst);
        self.console.look_at_queues().unwrap();
        self.transactions.0.load(Ordering::SeqCst) - before
    }

    /// Reports so many moments, a second after each other.
    fn report(&self, unit: &str, from: Timestamp, moments: i64) {
        let reports = (0..moments).map(|second| Report {
            arrival_rate: 10.0,
            service_rate: 100.0,
            at: Some(from.plus_seconds(second)),
        });
        let observed = self.console.observe(&named(unit), reports.collect());
        observed.wait().unwrap();
    }

    fn moments(&self, unit: &str) -> usize {
        let history = self
            .console
            .unit_history(&named(unit), i64::MAX, 10_000)
            .unwrap();
        history.features.len()
    }
}

fn named(unit: &str) -> UnitName {
    unit.parse().unwrap()
}

fn on_both(check: impl Fn(&Database)) {
    check(&sqlite());
    check(&postgres());
}

/// Who leads, the units, and that they are done.
const SHORT_ROUND: usize = 3;

#[test]
fn many_observations_go_in_several_transactions() {
    on_both(|database| {
        let watched = Watched::open(database);
        watched.report("orders", hours_ago(60), 2_500);
        watched.report("payments", hours_ago(60), 2);
        let took = watched.look();
        assert!(took >= SHORT_ROUND + 2, "{took} transactions");
        assert_eq!(watched.moments("orders"), 1);
        assert_eq!(watched.moments("payments"), 1);
    });
}

#[test]
fn where_nothing_is_due_nothing_is_written() {
    on_both(|database| {
        let watched = Watched::open(database);
        watched.report("orders", hours_ago(60), 9);
        assert_eq!(watched.look(), SHORT_ROUND);
        assert_eq!(watched.look(), 0);
        watched.clock.0.fetch_add(60, Ordering::SeqCst);
        assert_eq!(watched.look(), SHORT_ROUND);
        assert_eq!(watched.look(), 0);
    });
}

#[test]
fn a_restart_goes_on_from_the_last_hour_that_was_done() {
    on_both(|database| {
        let watched = Watched::open(database);
        // Of the hour that is due next, and of one that is done after the first look.
        watched.report("orders", hours_ago(48), 9);
        watched.report("payments", hours_ago(60), 9);
        assert_eq!(watched.look(), SHORT_ROUND);
        let moments = ["orders", "payments"].map(|unit| watched.moments(unit));
        assert_eq!(moments, [9, 1]);
        drop(watched);
        let again = Watched::open(database);
        // It only finds that another one has done it.
        assert_eq!(again.look(), 1);
        // What is told of hours that are done is not looked for again.
        again.report("late", hours_ago(60), 9);
        again.clock.0.fetch_add(60, Ordering::SeqCst);
        assert_eq!(again.look(), SHORT_ROUND);
        let moments = ["orders", "payments", "late"].map(|unit| again.moments(unit));
        assert_eq!(moments, [1, 1, 9]);
    });
}

#[test]
fn a_long_round_goes_on_at_the_next_look() {
    let database = sqlite();
    let watched = Watched::open(&database);
    let units: Vec<String> = (0..35).map(|number| format!("unit-{number:03}")).collect();
    let begin = hours_ago(60);
    let mut rows = Vec::new();
    for unit in &units {
        watched.report(unit, begin, 1);
        rows.extend((1..1_500).map(|second| FeatureRow {
            unit: unit.clone(),
            ts: begin.plus_seconds(second).as_micros(),
            lambda_est: 10.0,
            mu_est: 100.0,
            rho: 0.1,
            level: "permissive".to_owned(),
            change_point: false,
            matched_count: 0,
            trend: "stable".to_owned(),
        }));
    }
    let mut db = connect(&database.options().location, Purpose::Maintain).unwrap();
    db.batch_execute("BEGIN").unwrap();
    history::put_features(&mut db, &rows).unwrap();
    db.batch_execute("COMMIT").unwrap();
    let sum = || {
        units
            .iter()
            .map(|unit| watched.moments(unit))
            .sum::<usize>()
    };
    // At most 1,000 rows in a transaction, and 50 transactions at a look, beside that of who leads.
    assert_eq!(watched.look(), 1 + 50);
    assert!((1_500..3_500).contains(&sum()), "{}", sum());
    assert!((2..7).contains(&watched.look()));
    assert_eq!(sum(), units.len());
    assert_eq!(watched.look(), 0);
}
