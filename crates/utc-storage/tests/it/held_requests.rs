//! Rows of held requests on both databases.

use utc_storage::Constraint;
use utc_storage::connection::Db;
use utc_storage::rows::approvals;
use utc_storage::rows::held_requests::{self, HeldRow};

use crate::approvals::{approval, approved, check_refused, databases, id};

const RECEIPT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// Approvals 1 to 3, each with a request that may be sent from 10 times its number on.
fn hold_three(db: &mut Db) {
    for number in 1..=3 {
        approvals::insert(db, &approval(number, "payments", "agent-1")).unwrap();
        let sealed = vec![0, 255, u8::try_from(number).unwrap()];
        let row = HeldRow::waiting(id(number), sealed, i64::from(number) * 10);
        held_requests::insert(db, &row).unwrap();
    }
}

fn row(db: &mut Db, number: u32) -> HeldRow {
    held_requests::find(db, &id(number)).unwrap().unwrap()
}

fn sent_by(db: &mut Db, number: u32, owner: &str, until: i64) {
    let sent = HeldRow {
        owner: Some(owner.to_owned()),
        lease_until: Some(until),
        allowed_by: Some(RECEIPT.to_owned()),
        ..row(db, number)
    };
    held_requests::update(db, &sent).unwrap();
}

fn ready(db: &mut Db, now: i64) -> Vec<String> {
    let found = held_requests::ready(db, now, 10).unwrap();
    found.into_iter().map(|(id, _)| id).collect()
}

#[test]
fn what_is_approved_and_due_is_ready_the_longest_due_first() {
    for (_database, mut db) in databases() {
        hold_three(&mut db);
        assert_eq!(ready(&mut db, 100), Vec::<String>::new());
        for number in [2, 1] {
            let row = approval(number, "payments", "agent-1");
            assert!(approvals::update(&mut db, &approved(&row), "pending").unwrap());
        }
        assert_eq!(ready(&mut db, 9), Vec::<String>::new());
        assert_eq!(ready(&mut db, 10), [id(1)]);
        assert_eq!(ready(&mut db, 100), [id(1), id(2)]);
        let found = held_requests::ready(&mut db, 100, 1).unwrap();
        assert_eq!(found, [(id(1), "payments".to_owned())]);
    }
}

#[test]
fn what_its_process_does_not_hold_any_more_is_abandoned() {
    for (_database, mut db) in databases() {
        hold_three(&mut db);
        sent_by(&mut db, 1, "one", 50);
        sent_by(&mut db, 2, "other", 60);
        let abandoned = |db: &mut Db, now, only: Option<&str>| {
            let rows = held_requests::abandoned(db, now, only).unwrap();
            rows.into_iter()
                .map(|row| row.approval_id)
                .collect::<Vec<_>>()
        };
        assert_eq!(abandoned(&mut db, 49, None), Vec::<String>::new());
        assert_eq!(abandoned(&mut db, 50, None), [id(1)]);
        assert_eq!(abandoned(&mut db, 0, Some("one")), [id(2)]);
        assert!(held_requests::must_renew(&mut db, "one", 51).unwrap());
        assert!(!held_requests::must_renew(&mut db, "one", 50).unwrap());
        assert!(held_requests::renew(&mut db, "one", 70).unwrap());
        assert!(!held_requests::renew(&mut db, "nobody", 70).unwrap());
        assert_eq!(abandoned(&mut db, 60, None), [id(2)]);
    }
}

#[test]
fn what_is_erased_is_gone_and_nothing_else() {
    for (_database, mut db) in databases() {
        hold_three(&mut db);
        held_requests::erase_request(&mut db, &id(1)).unwrap();
        assert_eq!(row(&mut db, 1).request, None);
        assert_eq!(row(&mut db, 2).request, Some(vec![0, 255, 2]));
        for (number, finished_at) in [(1, 100), (2, 200)] {
            let answered = HeldRow {
                answer: Some(vec![1]),
                finished_at: Some(finished_at),
                ..row(&mut db, number)
            };
            held_requests::update(&mut db, &answered).unwrap();
        }
        assert!(!held_requests::any_old_answer(&mut db, 100).unwrap());
        assert!(held_requests::any_old_answer(&mut db, 101).unwrap());
        held_requests::erase_old_answers(&mut db, 101).unwrap();
        assert_eq!(row(&mut db, 1).answer, None);
        assert_eq!(row(&mut db, 2).answer, Some(vec![1]));
    }
}

#[test]
fn a_row_that_contradicts_itself_is_refused() {
    let changes: [fn(&mut HeldRow); 3] = [
        |row| row.owner = Some("one".to_owned()),
        |row| row.lease_until = Some(1),
        |row| (row.owner, row.lease_until) = (Some("one".to_owned()), Some(1)),
    ];
    for (_database, mut db) in databases() {
        approvals::insert(&mut db, &approval(1, "payments", "agent-1")).unwrap();
        for change in changes {
            let mut row = HeldRow::waiting(id(1), vec![1], 1);
            change(&mut row);
            check_refused(held_requests::insert(&mut db, &row), Constraint::Check);
        }
        let unknown = HeldRow::waiting(id(9), vec![1], 1);
        let refused = held_requests::insert(&mut db, &unknown);
        check_refused(refused, Constraint::Reference);
    }
}
