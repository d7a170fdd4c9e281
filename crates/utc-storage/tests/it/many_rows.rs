//! Many rows at once: what is stored comes back, and a statement is prepared once for all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::forecasts::{self, ForecastRow};
use utc_storage::rows::history::{self, FeatureRow};
use utc_storage::rows::measured_units::{self, MeasuredRow};
use utc_storage::rows::units::{self, UnitRow};
use utc_storage::{StorageError, migrate};

use crate::support::{Database, postgres, sqlite};

const UNITS: usize = 1_203;

fn open(database: &Database) -> Db {
    migrate::run(&database.location).unwrap();
    connect(&database.location, Purpose::Write).unwrap()
}

fn named(number: usize) -> String {
    format!("unit-{number:04}")
}

fn unit(number: usize) -> UnitRow {
    UnitRow {
        configured: true,
        config: "{\"mine\": true}".to_owned(),
        config_version: 3,
        ..UnitRow::new(&named(number), 1, 1)
    }
}

/// The unit as an observation leaves it: each value is another one.
fn observed(number: usize) -> UnitRow {
    UnitRow {
        lambda_est: Some(1.5),
        mu_est: Some(2.5),
        rho: Some(0.6),
        level: "read_only".to_owned(),
        level_since: Some(11),
        level_cause: Some("measured".to_owned()),
        below_since: Some(12),
        last_observed_at: Some(13),
        interval_micros: Some(14),
        hour: Some(15),
        hour_mean: Some(16.5),
        hour_reports: Some(17),
        previous_hour: Some(18),
        previous_hour_mean: Some(19.5),
        previous_hour_reports: Some(20),
        change_point: true,
        state_epoch: 21,
        updated_at: 22,
        source: Some("measured".to_owned()),
        held_subjects: Some("ann\nben".to_owned()),
        ..unit(number)
    }
}

fn with_units(database: &Database) -> Db {
    let mut db = open(database);
    db.transaction::<_, StorageError, _>(|db| {
        (0..UNITS).try_for_each(|number| units::insert(db, &unit(number)))
    })
    .unwrap();
    db
}

fn on_both(check: impl Fn(Db)) {
    check(with_units(&sqlite()));
    let database = postgres();
    check(with_units(&database));
}

fn tally(number: usize, recent: f64) -> TallyRow {
    TallyRow {
        unit: named(number),
        subject: "ann".to_owned(),
        at: 1,
        recent_writes: recent,
        recent_all: 2.5,
        long_writes: 3.5,
        long_all: 4.5,
        recent_refused: 5.5,
        long_refused: 6.5,
    }
}

fn measured(number: usize, samples: f64) -> MeasuredRow {
    MeasuredRow {
        unit: named(number),
        active: true,
        at: 1,
        recent_hours: 2.5,
        long_hours: 3.5,
        samples,
        quiet_hours: Some(4.5),
        per_hour: None,
        completed: 5,
        service_hours: 6.5,
        waited_hours: 7.5,
    }
}

fn forecast(number: usize, version: i64) -> ForecastRow {
    ForecastRow {
        unit: named(number),
        state: format!("state {version}"),
        fast_ewma: Some(0.5),
        holt: None,
        seasonal: Some(0.25),
        version,
    }
}

fn feature(number: usize, rho: f64) -> FeatureRow {
    FeatureRow {
        unit: named(number),
        ts: 1,
        lambda_est: 2.5,
        mu_est: 3.5,
        rho,
        level: "permissive".to_owned(),
        change_point: true,
        matched_count: 4,
        trend: "rising".to_owned(),
    }
}

fn all<T>(row: impl Fn(usize) -> T) -> Vec<T> {
    (0..UNITS).map(row).collect()
}

#[test]
fn rows_are_stored_in_place_of_those_that_were_there() {
    on_both(|mut db| {
        let db = &mut db;
        for (recent, version) in [(0.5, 1), (7.5, 2)] {
            arrival_tallies::put_all(db, &all(|number| tally(number, recent))).unwrap();
            measured_units::put_all(db, &all(|number| measured(number, recent))).unwrap();
            forecasts::put_all(db, &all(|number| forecast(number, version))).unwrap();
            history::put_features(db, &all(|number| feature(number, recent))).unwrap();
            for number in [0, 499, 500, 999, UNITS - 1] {
                let name = named(number);
                let units = [name.as_str()];
                let tallies = arrival_tallies::of_unit(db, &name).unwrap();
                assert_eq!(tallies, [tally(number, recent)]);
                let row = measured_units::find(db, &name).unwrap();
                assert_eq!(row, Some(measured(number, recent)));
                let rows = forecasts::of_units(db, &units).unwrap();
                assert_eq!(rows, [forecast(number, version)]);
                let rows = history::features_of(db, &name, i64::MAX, 9).unwrap();
                assert_eq!(rows, [feature(number, recent)]);
            }
        }
        assert_eq!(measured_units::active(db).unwrap().len(), UNITS);
    });
}

#[test]
fn an_observation_leaves_what_a_person_configured() {
    on_both(|mut db| {
        let others = |number| UnitRow {
            configured: false,
            config: "{}".to_owned(),
            config_version: 0,
            created_at: 99,
            ..observed(number)
        };
        units::set_observed(&mut db, &all(others)).unwrap();
        for number in [0, 500, UNITS - 1] {
            let stored = units::find(&mut db, &named(number)).unwrap();
            assert_eq!(stored, Some(observed(number)));
        }
        assert_eq!(
            units::count(&mut db).unwrap(),
            i64::try_from(UNITS).unwrap()
        );
    });
}

/// How many statements were prepared to be kept, and how many were run, while `work` went on.
fn prepared(db: &mut Db, work: impl FnOnce(&mut Db)) -> (usize, usize) {
    let kept = Arc::new(AtomicUsize::new(0));
    let run = Arc::new(AtomicUsize::new(0));
    let (counted, begun) = (Arc::clone(&kept), Arc::clone(&run));
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        match event {
            InstrumentationEvent::CacheQuery { .. } => counted.fetch_add(1, Ordering::SeqCst),
            InstrumentationEvent::StartQuery { .. } => begun.fetch_add(1, Ordering::SeqCst),
            _ => 0,
        };
    });
    work(db);
    (kept.load(Ordering::SeqCst), run.load(Ordering::SeqCst))
}

#[test]
fn on_sqlite_each_statement_is_prepared_once_for_all_rows() {
    let database = sqlite();
    let mut db = with_units(&database);
    let store = |db: &mut Db| {
        arrival_tallies::put_all(db, &all(|number| tally(number, 0.5))).unwrap();
        measured_units::put_all(db, &all(|number| measured(number, 0.5))).unwrap();
        forecasts::put_all(db, &all(|number| forecast(number, 1))).unwrap();
        history::put_features(db, &all(|number| feature(number, 0.5))).unwrap();
        units::set_observed(db, &all(observed)).unwrap();
    };
    let together = |db: &mut Db| {
        db.transaction::<_, StorageError, _>(|db| {
            store(db);
            Ok(())
        })
        .unwrap();
    };
    let (kept, run) = prepared(&mut db, together);
    assert_eq!(kept, 5);
    assert!(run >= 5 * UNITS, "{run}");
    let (kept, _) = prepared(&mut db, together);
    assert_eq!(kept, 0);
}
