//! One server looks at the queues for all, in each span of time.

use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::migrate;
use utc_storage::rows::queue_ticks::{lead, leads, leave};

use crate::support::{Database, postgres, sqlite};

fn open(database: &Database) -> Db {
    migrate::run(&database.location).unwrap();
    connect(&database.location, Purpose::Maintain).unwrap()
}

#[track_caller]
fn check(spans: &[(i64, &str, bool)]) {
    for database in [sqlite(), postgres()] {
        let mut db = open(&database);
        for (slot, server, leads) in spans {
            assert_eq!(
                lead(&mut db, *slot, server).unwrap(),
                *leads,
                "{slot} {server}"
            );
        }
    }
}

#[test]
fn whoever_leads_goes_on_to_lead() {
    check(&[
        (7, "one", true),
        (7, "other", false),
        (7, "one", true),
        (8, "other", false),
        (8, "one", true),
        (9, "one", true),
    ]);
}

#[test]
fn a_leader_that_is_gone_is_followed_after_a_span_without_one() {
    check(&[
        (7, "one", true),
        (8, "other", false),
        (9, "other", true),
        (9, "one", false),
    ]);
}

#[test]
fn a_clock_that_ran_ahead_or_spans_of_another_length_hold_nobody_up() {
    check(&[
        (70_000, "one", true),
        (7, "other", true),
        (8, "other", true),
        (8, "one", false),
    ]);
}

#[test]
fn who_was_slow_finds_another_leader_and_takes_nothing_back() {
    for database in [sqlite(), postgres()] {
        let mut db = open(&database);
        assert!(lead(&mut db, 7, "one").unwrap());
        assert!(leads(&mut db, 7, "one").unwrap());
        assert!(lead(&mut db, 9, "other").unwrap());
        for slot in [7, 9] {
            assert!(!leads(&mut db, slot, "one").unwrap());
        }
        assert!(leads(&mut db, 9, "other").unwrap());
        leave(&mut db, "one").unwrap();
        assert!(leads(&mut db, 9, "other").unwrap());
        leave(&mut db, "other").unwrap();
        assert!(!leads(&mut db, 9, "other").unwrap());
        assert!(lead(&mut db, 9, "one").unwrap());
    }
}
