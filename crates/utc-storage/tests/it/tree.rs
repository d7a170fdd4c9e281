//! The tree grows with the log, in the same transaction, whoever writes.

use diesel::RunQueryDsl;
use utc_attestation::log::{Frontier, HashReader, TileId, root_at};
use utc_domain::Sealer as _;
use utc_storage::connection::{Purpose, connect};
use utc_storage::journal::{Class, JobError, read_head};
use utc_storage::log::{Tree, rebuild};
use utc_storage::rows::receipts;
use utc_storage::{StorageError, Store};

use crate::support::{
    Database, PlainSealer, Running, decision, draft, effects, job, postgres, sqlite, start,
};

fn on_both(check: impl Fn(Database)) {
    check(sqlite());
    check(postgres());
}

/// What somebody does who can write to the database.
fn meddle(database: &Database, sql: &str) {
    let mut db = connect(&database.location, Purpose::Maintain).unwrap();
    let rows = diesel::sql_query(sql).execute(&mut db).unwrap();
    assert!(rows > 0, "`{sql}` changed nothing");
}

/// Appends `count` receipts in batches of several sizes.
fn append(running: &Running, count: usize) {
    let sizes = [1, 3, 200, 60, 300, 7];
    let mut left = count;
    for size in sizes.into_iter().cycle() {
        let size = size.min(left);
        if size == 0 {
            return;
        }
        let drafts = (0..size).map(|n| draft(&format!("receipt {n}"))).collect();
        running.one(job(Class::Decision, drafts, None)).unwrap();
        left -= size;
    }
}

/// The frontier that the receipts themselves make, each of them read from the database.
fn made_from_receipts(store: &Store, size: u64) -> Frontier {
    let rows = store
        .read(|db| receipts::from_seq(db, 0, 1_000_000))
        .unwrap();
    let mut frontier = Frontier::empty();
    for row in rows.iter().take(usize::try_from(size).unwrap()) {
        frontier.push(PlainSealer.leaf(&row.jws));
    }
    assert_eq!(frontier.size(), size);
    frontier
}

/// The head and the stored tiles say what the receipts say, at this size and at sizes before it.
fn check_tree(store: &Store) {
    let head = store.read(read_head).unwrap().unwrap();
    assert_eq!(head.frontier, made_from_receipts(store, head.size));
    for size in [0, 1, 255, 256, 257, head.size / 2, head.size - 1, head.size] {
        if size > head.size {
            continue;
        }
        let found = store
            .read(|db| {
                Ok::<_, StorageError>(root_at(size, &mut Tree::new(db, &PlainSealer)).unwrap())
            })
            .unwrap();
        assert_eq!(
            found,
            made_from_receipts(store, size).root(),
            "at size {size}"
        );
    }
}

#[test]
fn the_stored_tree_is_the_tree_over_the_receipts() {
    on_both(|database| {
        let running = start(&database.location);
        append(&running, 1_300);
        check_tree(&running.store);
    });
}

#[test]
fn two_writers_grow_one_tree() {
    on_both(|database| {
        let (one, other) = (start(&database.location), start(&database.location));
        for _ in 0..6 {
            append(&one, 150);
            append(&other, 90);
        }
        check_tree(&one.store);
    });
}

#[test]
fn a_batch_that_fails_leaves_the_tree_as_it_was() {
    on_both(|database| {
        let running = start(&database.location);
        append(&running, 255);
        let refused = effects(Class::Decision, "refused", |_| Err(JobError::Refused));
        let unsealed = effects(Class::Decision, "cannot be sealed", |_| Ok(()));
        let outcomes = running.together(vec![refused, unsealed, decision("good")]);
        assert!(outcomes[0].is_err() && outcomes[1].is_err() && outcomes[2].is_ok());
        append(&running, 10);
        check_tree(&running.store);
    });
}

#[test]
fn a_rebuild_makes_the_same_tiles_from_the_receipts() {
    on_both(|database| {
        let running = start(&database.location);
        append(&running, 1_400);
        let damage = "UPDATE log_tiles SET hashes = (SELECT hashes FROM log_tiles WHERE level = 0 AND idx = 1) WHERE level = 0 AND idx = 0";
        meddle(&database, damage);
        let mut told = Vec::new();
        let made = rebuild(&database.location, &PlainSealer, None, &mut |done, all| {
            told.push((done, all));
        })
        .unwrap()
        .unwrap();
        assert_eq!(made.size, 1_400);
        assert_eq!(told.last(), Some(&(1_400, 1_400)));
        check_tree(&running.store);
        append(&running, 300);
        check_tree(&running.store);
    });
}

#[test]
fn a_rebuild_over_changed_receipts_is_refused_and_changes_nothing() {
    on_both(|database| {
        let running = start(&database.location);
        append(&running, 300);
        let before = running.store.read(read_head).unwrap();
        let change = "UPDATE receipts SET jws = 'something else' WHERE seq = 17";
        meddle(&database, change);
        let error = rebuild(&database.location, &PlainSealer, None, &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, StorageError::Corrupt { .. }), "{error}");
        assert_eq!(running.store.read(read_head).unwrap(), before);
        let tile = TileId { level: 0, index: 0 };
        let kept = running
            .store
            .read(|db| Tree::new(db, &PlainSealer).tile(tile, 256));
        assert_eq!(kept.unwrap().len(), 256, "the tiles are still there");
    });
}

#[test]
fn a_log_from_before_trees_were_kept_gets_its_tree() {
    on_both(|database| {
        let running = start(&database.location);
        append(&running, 600);
        running.journal.close();
        let empty = match database.location.sqlite_path() {
            Some(_) => "zeroblob(0)",
            None => "''",
        };
        meddle(&database, "DELETE FROM log_tiles");
        meddle(
            &database,
            &format!("UPDATE log_head SET frontier = {empty}"),
        );
        let stuck = start(&database.location);
        let refused = stuck.one(decision("too early")).unwrap_err();
        assert!(refused.to_string().contains("tree"), "{refused}");
        utc_storage::log::complete(&stuck.store, &PlainSealer).unwrap();
        check_tree(&stuck.store);
        append(&stuck, 100);
        check_tree(&stuck.store);
    });
}
