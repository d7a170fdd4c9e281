//! What was observed long ago goes: of one unit, as far as it was asked for, and no more.

use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::migrate;
use utc_storage::rows::arrival_tallies::{self, TallyRow};
use utc_storage::rows::history::{self, FeatureRow};
use utc_storage::rows::jobs::{self, JobRow};
use utc_storage::rows::units;

use crate::support::{add_unit, postgres, sqlite};

const HOUR: i64 = 3_600_000_000;
/// All there is.
const ALL: i64 = 1_000;

/// On each database with the units `a` and `b`.
fn on_both(check: impl Fn(&mut Db)) {
    for database in [sqlite(), postgres()] {
        migrate::run(&database.location).unwrap();
        let mut db = connect(&database.location, Purpose::Maintain).unwrap();
        for unit in ["a", "b"] {
            add_unit(&mut db, unit);
        }
        check(&mut db);
    }
}

fn observe(db: &mut Db, unit: &str, times: &[i64]) {
    let rows = times.iter().map(|ts| FeatureRow {
        unit: unit.to_owned(),
        ts: *ts,
        lambda_est: 1.0,
        mu_est: 2.0,
        rho: 0.5,
        level: "permissive".to_owned(),
        change_point: false,
        matched_count: 0,
        trend: "stable".to_owned(),
    });
    history::put_features(db, &rows.collect::<Vec<_>>()).unwrap();
}

fn observed(db: &mut Db, unit: &str) -> Vec<i64> {
    let rows = history::features_of(db, unit, i64::MAX, ALL).unwrap();
    rows.iter().rev().map(|row| row.ts).collect()
}

fn ask(db: &mut Db, unit: &str, subject: &str, at: i64) {
    let row = TallyRow {
        unit: unit.to_owned(),
        subject: subject.to_owned(),
        at,
        recent_writes: 1.0,
        recent_all: 1.0,
        long_writes: 1.0,
        long_all: 1.0,
        recent_refused: 0.0,
        long_refused: 0.0,
    };
    arrival_tallies::put_all(db, &[row]).unwrap();
}

#[test]
fn the_last_moment_of_an_hour_stays_and_the_next_hour_is_another() {
    on_both(|db| {
        let times = [
            7 * HOUR - 1,
            7 * HOUR,
            7 * HOUR + 1,
            8 * HOUR - 1,
            8 * HOUR,
            8 * HOUR + 30,
            9 * HOUR,
        ];
        observe(db, "a", &times);
        assert_eq!(history::thin(db, "a", 7 * HOUR, 9 * HOUR, ALL).unwrap(), 3);
        let left = [7 * HOUR - 1, 8 * HOUR - 1, 8 * HOUR + 30, 9 * HOUR];
        assert_eq!(observed(db, "a"), left);
        assert_eq!(history::thin(db, "a", 7 * HOUR, 9 * HOUR, ALL).unwrap(), 0);
        assert_eq!(observed(db, "a"), left);
    });
}

#[test]
fn what_is_before_or_after_what_is_thinned_stays_as_it_is() {
    on_both(|db| {
        let times: Vec<i64> = (0..4).flat_map(|h| [h * HOUR, h * HOUR + 1]).collect();
        observe(db, "a", &times);
        assert_eq!(history::thin(db, "a", HOUR, 3 * HOUR, ALL).unwrap(), 2);
        let left = [0, 1, HOUR + 1, 2 * HOUR + 1, 3 * HOUR, 3 * HOUR + 1];
        assert_eq!(observed(db, "a"), left);
        // A later one that is not thinned itself takes the place of none.
        assert_eq!(
            history::thin(db, "a", 3 * HOUR, 3 * HOUR + 1, ALL).unwrap(),
            0
        );
        assert_eq!(observed(db, "a"), left);
    });
}

#[test]
fn at_most_so_many_go_at_once_and_the_oldest_first() {
    on_both(|db| {
        let times: Vec<i64> = (0..10).chain(HOUR..HOUR + 10).collect();
        observe(db, "a", &times);
        let mut went = Vec::new();
        for _ in 0..4 {
            went.push(history::thin(db, "a", 0, 2 * HOUR, 8).unwrap());
        }
        assert_eq!(went, [8, 8, 2, 0]);
        assert_eq!(observed(db, "a"), [9, HOUR + 9]);
        observe(db, "a", &times);
        assert_eq!(history::thin(db, "a", 0, 2 * HOUR, 3).unwrap(), 3);
        assert_eq!(observed(db, "a"), times[3..]);
        assert_eq!(history::forget(db, "a", HOUR + 2, 8).unwrap(), 8);
        assert_eq!(observed(db, "a")[..2], [HOUR + 1, HOUR + 2]);
        assert_eq!(history::forget(db, "a", HOUR + 2, 8).unwrap(), 1);
        assert_eq!(history::forget(db, "a", HOUR + 2, 8).unwrap(), 0);
        assert_eq!(observed(db, "a"), times[12..]);
    });
}

#[test]
fn another_unit_at_the_same_moments_loses_nothing() {
    on_both(|db| {
        // The latest of the hour is the other unit's: it is no reason for any of these to go.
        observe(db, "a", &[1, 2]);
        observe(db, "b", &[1, 2, 3]);
        for unit in ["a", "b"] {
            ask(db, unit, "agent", 1);
        }
        assert_eq!(history::thin(db, "a", 0, HOUR, ALL).unwrap(), 1);
        assert_eq!(arrival_tallies::forget(db, "a", 2).unwrap(), 1);
        assert_eq!(observed(db, "a"), [2]);
        assert_eq!(observed(db, "b"), [1, 2, 3]);
        assert_eq!(history::forget(db, "a", HOUR, ALL).unwrap(), 1);
        assert_eq!(observed(db, "a"), [0; 0]);
        assert_eq!(observed(db, "b"), [1, 2, 3]);
        assert_eq!(arrival_tallies::of_unit(db, "a").unwrap(), []);
        assert_eq!(arrival_tallies::of_unit(db, "b").unwrap().len(), 1);
    });
}

#[test]
fn who_was_counted_at_that_moment_or_later_is_remembered() {
    on_both(|db| {
        for at in [9, 10, 11] {
            ask(db, "a", &format!("agent-{at}"), at);
        }
        assert_eq!(arrival_tallies::forget(db, "a", 10).unwrap(), 1);
        let left = arrival_tallies::of_unit(db, "a").unwrap();
        let left: Vec<i64> = left.iter().map(|row| row.at).collect();
        assert_eq!(left, [10, 11]);
    });
}

#[test]
fn units_are_gone_through_by_name() {
    on_both(|db| {
        assert_eq!(units::names(db, "", 1).unwrap(), ["a"]);
        assert_eq!(units::names(db, "", 9).unwrap(), ["a", "b"]);
        assert_eq!(units::names(db, "a", 9).unwrap(), ["b"]);
        assert_eq!(units::names(db, "b", 9).unwrap(), [""; 0]);
    });
}

#[test]
fn the_latest_slot_that_was_done_is_of_that_job() {
    on_both(|db| {
        for (job, slot, done_at) in [
            ("one", 3, Some(1)),
            ("one", 5, Some(1)),
            ("one", 7, None),
            ("other", 9, Some(1)),
        ] {
            let row = JobRow {
                job: job.to_owned(),
                slot,
                owner: "tester".to_owned(),
                lease_until: 0,
                done_at,
            };
            jobs::insert(db, &row).unwrap();
        }
        assert_eq!(jobs::latest_done(db, "one").unwrap(), Some(5));
        assert_eq!(jobs::latest_done(db, "none").unwrap(), None);
    });
}
