//! What one transaction takes, where a round begins, and when one is due.

use utc_storage::connection::{Location, Purpose, connect};
use utc_storage::migrate;
use utc_storage::rows::arrival_tallies::TallyRow;
use utc_storage::rows::history::FeatureRow;
use utc_test_support::{TempDir, postgres};

use super::*;
use crate::units::stored::new_row;

/// The hour before which one observation an hour stays.
const UNTIL: i64 = 500_000;

fn on_both(check: impl Fn(&mut Db)) {
    let (folder, cluster) = (TempDir::new(), postgres::fresh_database());
    for location in [
        Location::Sqlite(folder.path().join("test.db")),
        Location::Postgres(cluster.url().to_owned()),
    ] {
        migrate::run(&location).unwrap();
        check(&mut connect(&location, Purpose::Maintain).unwrap());
    }
}

fn add_unit(db: &mut Db, name: &str) {
    units::insert(db, &new_row(name, Timestamp::EPOCH, 0)).unwrap();
}

fn observe(db: &mut Db, unit: &str, times: impl Iterator<Item = i64>) {
    let rows = times.map(|ts| FeatureRow {
        unit: unit.to_owned(),
        ts,
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

fn ask(db: &mut Db, unit: &str, subjects: i64, at: i64) {
    let rows = (0..subjects).map(|subject| TallyRow {
        unit: unit.to_owned(),
        subject: format!("agent-{subject}"),
        at,
        recent_writes: 1.0,
        recent_all: 1.0,
        long_writes: 1.0,
        long_all: 1.0,
        recent_refused: 0.0,
        long_refused: 0.0,
    });
    arrival_tallies::put_all(db, &rows.collect::<Vec<_>>()).unwrap();
}

fn observations(db: &mut Db, unit: &str) -> i64 {
    let rows = history::features_of(db, unit, i64::MAX, 100_000).unwrap();
    i64::try_from(rows.len()).unwrap()
}

fn tallies(db: &mut Db, unit: &str) -> i64 {
    i64::try_from(arrival_tallies::of_unit(db, unit).unwrap().len()).unwrap()
}

/// Goes a round, a transaction after the other. Gives the last unit that was done after each.
fn walk(db: &mut Db, mut round: Round) -> Vec<String> {
    let mut places = Vec::new();
    loop {
        let units = round.next_units(db).unwrap();
        if units.is_empty() {
            return places;
        }
        round.after = round.thin(db, round.now(), &units).unwrap();
        places.push(round.after.clone());
    }
}

fn hourly() -> Round {
    Round::new(Some(UNTIL - 1), UNTIL)
}

#[test]
fn a_unit_with_many_rows_takes_several_transactions_and_each_some_of_them() {
    on_both(|db| {
        for unit in ["a", "b", "c"] {
            add_unit(db, unit);
        }
        let hour = (UNTIL - 1) * HOUR;
        observe(db, "a", (0..10).map(|n| hour + n));
        observe(db, "b", (0..2_500).map(|n| hour + n));
        observe(db, "c", (0..10).map(|n| hour + n));
        let mut round = hourly();
        let mut left = vec![observations(db, "b")];
        while round.after.as_str() < "b" {
            let units = round.next_units(db).unwrap();
            round.after = round.thin(db, round.now(), &units).unwrap();
            left.push(observations(db, "b"));
        }
        let went: Vec<i64> = left.windows(2).map(|pair| pair[0] - pair[1]).collect();
        assert_eq!(went.iter().sum::<i64>(), 2_499);
        assert!(went.iter().all(|went| *went <= ROWS_AT_A_TIME), "{went:?}");
        assert_eq!(went.len(), 3);
        walk(db, round);
        for unit in ["a", "b", "c"] {
            assert_eq!(observations(db, unit), 1, "{unit}");
        }
    });
}

#[test]
fn units_with_many_counts_are_few_in_a_transaction() {
    on_both(|db| {
        for unit in ["a", "b", "c", "d"] {
            add_unit(db, unit);
        }
        let old = (UNTIL + EVERY_OBSERVATION - TALLIES) * HOUR - 1;
        ask(db, "a", 600, old);
        ask(db, "b", 600, old);
        // These stay, and are looked at all the same.
        ask(db, "c", ROWS_AT_A_TIME, old + 1);
        assert_eq!(walk(db, hourly()), ["b", "c", "d"]);
        let left = ["a", "b", "c"].map(|unit| tallies(db, unit));
        assert_eq!(left, [0, 0, ROWS_AT_A_TIME]);
    });
}

#[test]
fn more_units_than_one_transaction_takes_are_all_gone_through() {
    on_both(|db| {
        let names: Vec<String> = (0..120).map(|n| format!("unit-{n:03}")).collect();
        for name in &names {
            add_unit(db, name);
            observe(db, name, (1..=3).map(|n| UNTIL * HOUR - n));
        }
        assert_eq!(walk(db, hourly()), ["unit-049", "unit-099", "unit-119"]);
        for name in &names {
            assert_eq!(observations(db, name), 1, "{name}");
        }
    });
}

#[test]
fn rows_that_stay_are_looked_at_all_the_same() {
    on_both(|db| {
        for unit in ["a", "b", "c", "d"] {
            add_unit(db, unit);
            observe(db, unit, (1..=600).map(|hour| (UNTIL - hour) * HOUR));
        }
        assert_eq!(walk(db, Round::new(None, UNTIL)), ["b", "d"]);
        assert_eq!(walk(db, hourly()), ["d"]);
        assert_eq!(observations(db, "a"), 600);
    });
}

#[test]
fn one_an_hour_is_kept_for_400_days() {
    on_both(|db| {
        add_unit(db, "a");
        let now = UNTIL + EVERY_OBSERVATION;
        let oldest = (now - 400 * 24) * HOUR;
        observe(db, "a", [oldest - 1, oldest, oldest + HOUR].into_iter());
        walk(db, hourly());
        let rows = history::features_of(db, "a", i64::MAX, 9).unwrap();
        let left: Vec<i64> = rows.iter().map(|row| row.ts).collect();
        assert_eq!(left, [oldest + HOUR, oldest]);
    });
}

#[test]
fn a_round_begins_where_the_last_one_ended_and_the_first_looks_back() {
    let begins = |done| Round::new(done, UNTIL).from;
    assert_eq!(begins(None), UNTIL - 30 * 24);
    assert_eq!(begins(Some(UNTIL - 1)), UNTIL - 1);
    assert_eq!(begins(Some(UNTIL - 2_000)), UNTIL - 2_000);
    // What a clock left that was years ahead is no place to go on from.
    assert_eq!(begins(Some(UNTIL + 10_000)), UNTIL - 30 * 24);
}

#[test]
fn an_hour_is_due_once_and_a_clock_that_was_ahead_holds_it_up_for_a_day_at_most() {
    let retention = Retention::default();
    let now = Timestamp::from_micros((UNTIL + EVERY_OBSERVATION) * HOUR);
    assert!(retention.is_due(now));
    retention.0.lock().unwrap().done = Some(UNTIL);
    for (minutes, due) in [
        (0, false),
        (59, false),
        (60, true),
        (-1, false),
        (-24 * 60, false),
        (-24 * 60 - 1, true),
    ] {
        let at = now.plus_minutes(minutes);
        assert_eq!(retention.is_due(at), due, "{minutes} minutes later");
    }
}
