//! One server looks at the queues for all, in each span of time.

use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::migrate;
use utc_storage::rows::queue_ticks::lead;

use crate::support::{Database, postgres, sqlite};

fn open(database: &Database) -> Db {
    migrate::run(&database.location).unwrap();
    connect(&database.location, Purpose::Maintain).unwrap()
}

#[test]
fn a_span_has_one_leader_and_a_later_span_ends_it() {
    for database in [sqlite(), postgres()] {
        let mut db = open(&database);
        let mut asks = |slot, server| lead(&mut db, slot, server).unwrap();
        assert!(asks(7, "one"));
        assert!(!asks(7, "other"));
        assert!(asks(7, "one"), "whoever leads goes on to lead");
        assert!(asks(8, "other"));
        // Who was slow finds another leader, in its own span too.
        assert!(!asks(7, "one"));
        assert!(!asks(8, "one"));
    }
}
