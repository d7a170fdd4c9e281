//! Order, isolation and bounds of the journal.

use std::sync::atomic::Ordering;

use utc_storage::JournalError;
use utc_storage::journal::{self, Class, JobError, Tx};
use utc_storage::rows::units;

use crate::support::{
    Database, decision, draft, effects, job, postgres, sqlite, start, start_bounded, start_with,
};

/// A unit row named `name`; a second one of the same name violates a constraint.
fn add_unit(tx: &mut Tx<'_>, name: &str) -> Result<(), JobError> {
    let row = units::UnitRow::new(name, 0, 0);
    units::insert(tx.db(), &row).map_err(Into::into)
}

fn on_both(check: impl Fn(Database)) {
    check(sqlite());
    check(postgres());
}

#[test]
fn jobs_that_wait_together_share_a_transaction_and_keep_their_order() {
    on_both(|database| {
        let running = start(&database.location);
        let jobs = (0..20).map(|n| decision(&format!("job {n}"))).collect();
        let outcomes = running.together(jobs);
        let positions: Vec<u64> = outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap()[0].seq)
            .collect();
        assert_eq!(positions, (0..20).collect::<Vec<_>>());
        assert_eq!(running.log().len(), 20);
        assert_eq!(*running.batches.0.lock().unwrap(), [1, 20]);
        let told = running.batches.1.lock().unwrap().clone();
        let reasons: Vec<String> = (0..20).map(|n| format!("job {n}")).collect();
        assert_eq!(told[1], reasons, "told of each receipt before its commit");
    });
}

#[test]
fn a_job_that_refuses_fails_alone_and_leaves_no_gap_and_no_effect() {
    on_both(|database| {
        let running = start(&database.location);
        let refuses = effects(Class::Decision, "refused", |tx| {
            add_unit(tx, "left-over")?;
            Err(JobError::Refused)
        });
        let outcomes = running.together(vec![decision("a"), refuses, decision("b")]);
        assert!(matches!(outcomes[1], Err(JournalError::Refused)));
        assert_eq!(running.log(), ["a", "b"]);
        assert_eq!(
            running
                .store
                .read(|db| units::find(db, "left-over"))
                .unwrap(),
            None
        );
    });
}

#[test]
fn a_violated_constraint_fails_one_job_alone() {
    on_both(|database| {
        let running = start(&database.location);
        let first = effects(Class::Decision, "first", |tx| add_unit(tx, "twin"));
        let second = effects(Class::Decision, "second", |tx| add_unit(tx, "twin"));
        let outcomes = running.together(vec![first, second, decision("after")]);
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
        assert!(
            matches!(outcomes[1], Err(JournalError::Constraint { .. })),
            "{:?}",
            outcomes[1]
        );
        assert_eq!(running.log(), ["first", "after"]);
    });
}

#[test]
fn a_job_that_lost_a_race_is_undone_and_run_once_more() {
    on_both(|database| {
        let running = start(&database.location);
        let mut runs = 0;
        let loser = effects(Class::Decision, "second try", move |tx| {
            runs += 1;
            if runs == 1 {
                add_unit(tx, "undone")?;
                return Err(JobError::LostRace);
            }
            add_unit(tx, "kept")
        });
        assert_eq!(running.one(loser).unwrap().len(), 1);
        assert_eq!(
            running.store.read(|db| units::find(db, "undone")).unwrap(),
            None
        );
        assert!(
            running
                .store
                .read(|db| units::find(db, "kept"))
                .unwrap()
                .is_some()
        );
    });
}

#[test]
fn control_jobs_go_first_and_decisions_behind_a_change_wait_for_the_next_batch() {
    on_both(|database| {
        let running = start(&database.location);
        let change = effects(Class::Control, "change", |tx| {
            tx.change_state();
            Ok(())
        });
        let epoch_seen = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(99));
        let seen = epoch_seen.clone();
        let asks = effects(Class::Decision, "decided", move |tx| {
            seen.store(tx.epoch(), Ordering::SeqCst);
            Ok(())
        });
        let outcomes = running.together(vec![asks, change]);
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(running.log(), ["change", "decided"]);
        assert_eq!(
            epoch_seen.load(Ordering::SeqCst),
            1,
            "the decision ran after the change was committed"
        );
        assert_eq!(running.cache.epoch.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_change_by_another_writer_reloads_the_cache_inside_the_transaction() {
    on_both(|database| {
        let (here, there) = (start(&database.location), start(&database.location));
        here.one(decision("here")).unwrap();
        let change = effects(Class::Control, "there", |tx| {
            tx.change_state();
            Ok(())
        });
        there.one(change).unwrap();
        let before = here.cache.reloads.load(Ordering::SeqCst);
        here.one(decision("here again")).unwrap();
        assert_eq!(here.cache.reloads.load(Ordering::SeqCst), before + 1);
        assert_eq!(here.log(), ["here", "there", "here again"]);
    });
}

#[test]
fn two_writers_yield_one_log_without_gaps() {
    on_both(|database| {
        let (a, b) = (
            start_with(&database.location, 5_000),
            start_with(&database.location, 5_000),
        );
        std::thread::scope(|scope| {
            for (name, running) in [("a", &a), ("b", &b)] {
                for thread in 0..4 {
                    scope.spawn(move || {
                        for n in 0..100 {
                            running
                                .one(decision(&format!("{name}{thread}/{n}")))
                                .unwrap();
                        }
                    });
                }
            }
        });
        let log = a.log();
        assert_eq!(log.len(), 800);
        assert_eq!(
            log.iter().collect::<std::collections::HashSet<_>>().len(),
            800
        );
    });
}

#[test]
fn a_full_queue_refuses_at_once_and_keeps_places_for_control_jobs() {
    let database = sqlite();
    let running = start_with(&database.location, 2);
    let mut late = Vec::new();
    let mut refused = 0;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (entered, inside) = std::sync::mpsc::channel::<()>();
    let (holder, done) = job(
        Class::Control,
        Vec::new(),
        Some(Box::new(move |_| {
            let _ = entered.send(());
            let _ = held.recv();
            Ok(())
        })),
    );
    running.journal.submit(holder);
    inside.recv().unwrap();
    for n in 0..5 {
        let (job, answer) = decision(&format!("{n}"));
        running.journal.submit(job);
        match answer.try_recv() {
            Ok(Err(JournalError::Full)) => refused += 1,
            Ok(other) => panic!("answered before it was written: {other:?}"),
            Err(_) => late.push(answer),
        }
    }
    let (control, control_answer) = effects(Class::Control, "control", |_| Ok(()));
    running.journal.submit(control);
    drop(release);
    done.recv().unwrap().unwrap();
    assert_eq!((refused, late.len()), (3, 2));
    assert!(
        late.into_iter()
            .all(|answer| answer.recv().unwrap().is_ok())
    );
    assert!(control_answer.recv().unwrap().is_ok());
}

#[test]
fn a_receipt_that_cannot_be_sealed_fails_alone() {
    on_both(|database| {
        let running = start(&database.location);
        let broken = effects(Class::Decision, "cannot be sealed", |tx| {
            add_unit(tx, "orphan")
        });
        let outcomes = running.together(vec![
            decision("a"),
            decision("cannot be sealed"),
            broken,
            decision("b"),
        ]);
        assert!(matches!(
            outcomes[1],
            Err(JournalError::KeyNotActive { .. })
        ));
        assert!(
            matches!(outcomes[2], Err(JournalError::KeyNotActive { .. })),
            "{:?}",
            outcomes[2]
        );
        assert_eq!(running.log(), ["a", "b"]);
        assert_eq!(
            running.store.read(|db| units::find(db, "orphan")).unwrap(),
            None
        );
    });
}

#[test]
fn a_job_may_append_several_receipts_or_none() {
    on_both(|database| {
        let running = start(&database.location);
        let several = job(
            Class::Control,
            vec![draft("1"), draft("2")],
            Some(Box::new(|_| Ok(()))),
        );
        let none = job(Class::Control, Vec::new(), Some(Box::new(|_| Ok(()))));
        let outcomes = running.together(vec![several, none, decision("3")]);
        let counts: Vec<usize> = outcomes
            .iter()
            .map(|outcome| outcome.as_ref().unwrap().len())
            .collect();
        assert_eq!(counts, [2, 0, 1]);
        assert_eq!(running.log(), ["1", "2", "3"]);
    });
}

#[test]
fn closing_writes_what_waits_and_refuses_what_comes_later() {
    let database = sqlite();
    let running = start(&database.location);
    let answers: Vec<_> = (0..50)
        .map(|n| {
            let (job, answer) = decision(&format!("{n}"));
            running.journal.submit(job);
            answer
        })
        .collect();
    running.journal.close();
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.recv().unwrap().is_ok())
    );
    assert!(matches!(
        running.one(decision("late")),
        Err(JournalError::Closed)
    ));
    assert_eq!(running.log().len(), 50);
}

#[test]
fn the_write_ahead_log_stays_bounded_however_much_is_written() {
    const BOUND: u64 = 1 << 20;
    let database = sqlite();
    let running = start_bounded(&database.location, 1_000, BOUND);
    let long = "x".repeat(4_000);
    for _ in 0..60 {
        let jobs = (0..500).map(|_| decision(&long)).collect();
        assert!(running.together(jobs).iter().all(Result::is_ok));
    }
    let written = 60 * 500 * 4_000;
    let length = journal::wal_bytes(database.location.sqlite_path().unwrap());
    assert!(
        BOUND / 2 < length && length < written / 4,
        "{length} of {written}"
    );
}
