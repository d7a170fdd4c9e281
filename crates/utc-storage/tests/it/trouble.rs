//! What happens when the database fails under the journal.

use diesel::connection::SimpleConnection as _;
use utc_storage::connection::{Location, Purpose, connect};
use utc_storage::journal::Class;
use utc_storage::{JournalError, StorageError};

use crate::support::{decision, draft, effects, job, postgres, sqlite, start};

#[test]
fn a_full_disk_in_the_second_of_three_jobs_leaves_nothing_behind_of_it() {
    let database = sqlite();
    let running = start(&database.location);
    running.one(decision("before")).unwrap();
    // The page limit belongs to the writer's connection, and only that job sets it: SQLite then rolls the whole
    // transaction back inside the job's savepoint.
    let fills = effects(Class::Decision, "fills the disk", |tx| {
        let full =
            "PRAGMA max_page_count=1; CREATE TABLE filler AS SELECT randomblob(4000000) AS data;";
        tx.db()
            .batch_execute(full)
            .map_err(|error| utc_storage::StorageError::from(error).into())
    });
    let outcomes = running.together(vec![decision("first"), fills, decision("third")]);
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    assert!(
        matches!(outcomes[1], Err(JournalError::Unavailable { .. })),
        "{:?}",
        outcomes[1]
    );
    assert_eq!(running.log(), ["before", "first", "third"]);
    let mut db = connect(&database.location, Purpose::Maintain).unwrap();
    assert!(
        db.batch_execute("SELECT data FROM filler").is_err(),
        "the job's table must be gone"
    );
    assert!(
        running.journal.health().failure().is_none(),
        "the last batch was written"
    );
}

#[test]
fn a_log_that_was_set_back_is_noticed_and_nothing_more_is_placed() {
    for database in [sqlite(), postgres()] {
        let running = start(&database.location);
        for n in 0..5 {
            running.one(decision(&format!("{n}"))).unwrap();
        }
        let mut db = connect(&database.location, Purpose::Maintain).unwrap();
        db.batch_execute("DELETE FROM receipts WHERE seq >= 3; UPDATE log_head SET size = 3")
            .unwrap();
        assert!(matches!(
            running.one(decision("later")),
            Err(JournalError::HeadMoved { .. })
        ));
        assert!(running.journal.health().failure().is_some());
        assert_eq!(running.log(), ["0", "1", "2"]);
    }
}

#[test]
fn a_log_that_was_set_back_and_has_grown_again_is_noticed_too() {
    for database in [sqlite(), postgres()] {
        let running = start(&database.location);
        for n in 0..3 {
            running.one(decision(&format!("{n}"))).unwrap();
        }
        let mut db = connect(&database.location, Purpose::Maintain).unwrap();
        let empty = match database.location.sqlite_path() {
            Some(_) => "zeroblob(0)",
            None => "''",
        };
        db.batch_execute(&format!(
            "DELETE FROM receipts; UPDATE log_head SET size = 0, last_ts = 0, frontier = {empty}"
        ))
        .unwrap();
        let other = start(&database.location);
        for n in 0..6 {
            other.one(decision(&format!("other {n}"))).unwrap();
        }
        assert!(matches!(
            running.one(decision("later")),
            Err(JournalError::HeadMoved { .. })
        ));
        assert_eq!(other.log().len(), 6);
    }
}

#[test]
fn a_terminated_connection_is_replaced_without_losing_a_job() {
    let database = postgres();
    let running = start(&database.location);
    running.one(decision("before")).unwrap();
    let mut db = connect(&database.location, Purpose::Maintain).unwrap();
    for n in 0..5 {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()";
        db.batch_execute(kill).unwrap();
        running.one(decision(&format!("after {n}"))).unwrap();
    }
    assert_eq!(running.log().len(), 6);
}

#[test]
fn a_head_that_stays_locked_turns_into_an_answer_and_then_recovers() {
    let database = postgres();
    let running = start(&database.location);
    running.one(decision("before")).unwrap();
    let mut holder = connect(&database.location, Purpose::Maintain).unwrap();
    holder
        .batch_execute("BEGIN; SELECT 1 FROM log_head WHERE id = 1 FOR UPDATE")
        .unwrap();
    assert!(matches!(
        running.one(decision("blocked")),
        Err(JournalError::Unavailable { .. })
    ));
    holder.batch_execute("ROLLBACK").unwrap();
    running.one(decision("after")).unwrap();
    assert_eq!(running.log(), ["before", "after"]);
}

#[test]
fn a_duplicate_receipt_id_fails_alone() {
    for database in [sqlite(), postgres()] {
        let running = start(&database.location);
        let first = draft("first");
        let mut second = draft("second");
        second.id = first.id;
        let outcomes = running.together(vec![
            job(Class::Decision, vec![first], None),
            job(Class::Decision, vec![second], None),
            decision("third"),
        ]);
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
        assert!(outcomes[1].is_err());
        assert_eq!(running.log(), ["first", "third"]);
    }
}

#[test]
fn a_server_that_takes_the_connection_and_says_nothing_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for url in [
        format!("postgres://nobody@127.0.0.1:{port}/none?sslmode=disable"),
        format!("postgres://nobody@127.0.0.1:{port}/none?connect_timeout=2"),
    ] {
        let given_up = connect(&Location::Postgres(url), Purpose::Maintain);
        assert!(matches!(given_up, Err(StorageError::Connect { .. })));
    }
}
