//! Rows of approvals, votes and idempotency keys on both databases.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::rows::approvals::{self, ApprovalRow, Filter};
use utc_storage::rows::approver_record::{self, RecordRow};
use utc_storage::rows::idempotency_keys::{self, KeyRow};
use utc_storage::rows::votes::{self, VoteRow};
use utc_storage::{Constraint, StorageError, migrate};

use crate::support::{Database, postgres, sqlite};

const RECEIPT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

pub(crate) fn databases() -> Vec<(Database, Db)> {
    let open = |database: Database| {
        migrate::run(&database.location).unwrap();
        let db = connect(&database.location, Purpose::Maintain).unwrap();
        (database, db)
    };
    vec![open(sqlite()), open(postgres())]
}

pub(crate) fn id(number: u32) -> String {
    format!("0192f0c1-2345-7abc-8def-{number:012}")
}

pub(crate) fn approval(number: u32, unit: &str, subject: &str) -> ApprovalRow {
    ApprovalRow {
        id: id(number),
        status: "pending".to_owned(),
        execution: "none".to_owned(),
        subject: subject.to_owned(),
        action: "write:x".to_owned(),
        unit: unit.to_owned(),
        config_version: 0,
        payload_hash: None,
        request_digest: format!("sha256:{}", "0".repeat(64)),
        policy_version: 1,
        policy_digest: format!("sha256:{}", "1".repeat(64)),
        protection_level: "permissive".to_owned(),
        requester: "token:ci".to_owned(),
        token: format!("{number:016x}"),
        owner: "user:ann".to_owned(),
        quorum: 1,
        identical_to: None,
        created_at: i64::from(number),
        expires_at: 100 + i64::from(number),
        decided_at: None,
        ended_at: None,
        receipt_id: RECEIPT.to_owned(),
        last_receipt_id: RECEIPT.to_owned(),
    }
}

pub(crate) fn approved(row: &ApprovalRow) -> ApprovalRow {
    ApprovalRow {
        status: "approved".to_owned(),
        decided_at: Some(50),
        ..row.clone()
    }
}

fn vote(number: u32, person: &str) -> VoteRow {
    VoteRow {
        approval_id: id(number),
        person: person.to_owned(),
        voter: "token:phone".to_owned(),
        choice: "approve".to_owned(),
        comment: None,
        at: 7,
        receipt_id: RECEIPT.to_owned(),
    }
}

#[track_caller]
pub(crate) fn check_refused(result: Result<(), StorageError>, expected: Constraint) {
    match result {
        Err(StorageError::Constraint { kind, .. }) => assert_eq!(kind, expected),
        other => panic!("{other:?}"),
    }
}

fn ids(rows: &[ApprovalRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn only_the_first_of_two_changes_of_one_status_happens() {
    for (_keep, mut db) in databases() {
        let row = approval(1, "a", "agent");
        approvals::insert(&mut db, &row).unwrap();
        let first = approved(&row);
        assert!(approvals::update(&mut db, &first, "pending").unwrap());
        let second = ApprovalRow {
            status: "rejected".to_owned(),
            ended_at: Some(60),
            ..row
        };
        assert!(!approvals::update(&mut db, &second, "pending").unwrap());
        assert_eq!(approvals::find(&mut db, &id(1)).unwrap(), Some(first));
    }
}

#[test]
fn what_waits_what_is_open_and_what_has_ended_are_found() {
    for (_keep, mut db) in databases() {
        for number in 1..=4 {
            let unit = if number % 2 == 0 { "even" } else { "odd" };
            approvals::insert(&mut db, &approval(number, unit, "agent")).unwrap();
        }
        let first = approval(1, "odd", "agent");
        approvals::update(&mut db, &approved(&first), "pending").unwrap();
        let over = ApprovalRow {
            status: "cancelled".to_owned(),
            ended_at: Some(60),
            ..approval(2, "even", "agent")
        };
        approvals::update(&mut db, &over, "pending").unwrap();
        let pending = approvals::pending(&mut db).unwrap();
        assert_eq!(ids(&pending), [id(3), id(4)]);
        let open = approvals::open(&mut db, None).unwrap();
        assert_eq!(ids(&open), [id(1), id(3), id(4)]);
        let open = approvals::open(&mut db, Some("odd")).unwrap();
        assert_eq!(ids(&open), [id(1), id(3)]);
        assert!(!approvals::any_ended(&mut db, 100).unwrap());
        assert!(approvals::any_ended(&mut db, 101).unwrap());
        let ended = approvals::ended(&mut db, 103, 10).unwrap();
        assert_eq!(ids(&ended), [id(1), id(3)]);
        assert_eq!(approvals::ended(&mut db, 1_000, 1).unwrap().len(), 1);
    }
}

#[test]
fn a_search_goes_page_by_page_by_every_condition() {
    for (_keep, mut db) in databases() {
        for number in 1..=9 {
            let (unit, subject) = (
                if number % 2 == 0 { "even" } else { "odd" },
                if number % 3 == 0 { "third" } else { "other" },
            );
            approvals::insert(&mut db, &approval(number, unit, subject)).unwrap();
        }
        let text = |text: &str| Some(text.to_owned());
        let conditions = [
            (
                Filter {
                    unit: text("even"),
                    ..Filter::default()
                },
                vec![8, 6, 4, 2],
            ),
            (
                Filter {
                    subject: text("third"),
                    ..Filter::default()
                },
                vec![9, 6, 3],
            ),
            (
                Filter {
                    subject: text("third"),
                    unit: text("odd"),
                    ..Filter::default()
                },
                vec![9, 3],
            ),
            (
                Filter {
                    status: text("pending"),
                    unit: text("odd"),
                    ..Filter::default()
                },
                vec![9, 7, 5, 3, 1],
            ),
            (
                Filter {
                    status: text("approved"),
                    ..Filter::default()
                },
                vec![],
            ),
            (
                Filter {
                    token: text("0000000000000005"),
                    ..Filter::default()
                },
                vec![5],
            ),
        ];
        for (filter, expected) in conditions {
            let expected: Vec<String> = expected.into_iter().map(id).collect();
            assert_eq!(walk(&mut db, &filter, &|_| true), expected, "{filter:?}");
        }
        let seen = walk(&mut db, &Filter::default(), &|row| row.unit == "even");
        assert_eq!(seen, [8, 6, 4, 2].map(id));
    }
}

/// Every page, two at a time.
fn walk(db: &mut Db, filter: &Filter, visible: &dyn Fn(&ApprovalRow) -> bool) -> Vec<String> {
    let mut filter = filter.clone();
    let mut found = Vec::new();
    loop {
        let page = approvals::search(db, &filter, 2, visible).unwrap();
        assert!(page.rows.len() <= 2);
        found.extend(page.rows.into_iter().map(|row| row.id));
        match page.next {
            Some(next) => filter.before = Some(next),
            None => return found,
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn sqlite_answers_each_filter_from_an_index_without_sorting() {
    let database = sqlite();
    migrate::run(&database.location).unwrap();
    let mut db = connect(&database.location, Purpose::Maintain).unwrap();
    let open = "status IN ('pending', 'approved') AND expires_at <= 7";
    for (condition, order, index) in [
        ("status = 'x' AND id < 'y'", "id DESC", "approvals_status"),
        ("unit = 'x' AND id < 'y'", "id DESC", "approvals_unit"),
        ("subject = 'x' AND id < 'y'", "id DESC", "approvals_subject"),
        ("token = 'x' AND id < 'y'", "id DESC", "approvals_token"),
        (open, "status", "approvals_open"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT * FROM approvals WHERE {condition} ORDER BY {order} LIMIT 5"
        );
        let plan: Vec<Plan> = diesel::sql_query(sql).load(&mut db).unwrap();
        let text: String = plan.iter().map(|step| step.detail.clone()).collect();
        let sorted = text.contains("TEMP B-TREE");
        assert!(text.contains(index) && !sorted, "{condition}: {text}");
    }
}

#[test]
fn a_row_that_contradicts_itself_is_refused() {
    for (_keep, mut db) in databases() {
        let good = approval(1, "a", "agent");
        let bad = [
            ApprovalRow {
                status: "open".to_owned(),
                ..good.clone()
            },
            ApprovalRow {
                status: "approved".to_owned(),
                ..good.clone()
            },
            ApprovalRow {
                status: "rejected".to_owned(),
                ..good.clone()
            },
            ApprovalRow {
                ended_at: Some(60),
                ..good.clone()
            },
            ApprovalRow {
                execution: "done".to_owned(),
                ..good.clone()
            },
            ApprovalRow {
                quorum: 21,
                ..good.clone()
            },
            ApprovalRow {
                expires_at: 1,
                ..good.clone()
            },
        ];
        for row in bad {
            check_refused(approvals::insert(&mut db, &row), Constraint::Check);
        }
        let stranger = ApprovalRow {
            identical_to: Some(id(7)),
            ..good
        };
        check_refused(approvals::insert(&mut db, &stranger), Constraint::Reference);
    }
}

#[test]
fn a_person_votes_once_on_what_exists() {
    for (_keep, mut db) in databases() {
        check_refused(
            votes::insert(&mut db, &vote(1, "user:ann")),
            Constraint::Reference,
        );
        approvals::insert(&mut db, &approval(1, "a", "agent")).unwrap();
        votes::insert(&mut db, &vote(1, "user:ann")).unwrap();
        check_refused(
            votes::insert(&mut db, &vote(1, "user:ann")),
            Constraint::Unique,
        );
        votes::insert(&mut db, &vote(1, "user:bob")).unwrap();
        assert_eq!(votes::of(&mut db, &id(1)).unwrap().len(), 2);
        assert_eq!(votes::of_all(&mut db, &[id(1), id(2)]).unwrap().len(), 2);
        assert_eq!(votes::of(&mut db, &id(2)).unwrap(), []);
    }
}

#[test]
fn the_record_of_the_people_is_one_row() {
    for (_keep, mut db) in databases() {
        assert_eq!(approver_record::find(&mut db).unwrap(), None);
        for votes in [3, 4] {
            let row = RecordRow {
                votes,
                exposure_hours: 0.5,
                as_of: 9,
            };
            approver_record::put(&mut db, &row).unwrap();
            assert_eq!(approver_record::find(&mut db).unwrap(), Some(row));
        }
    }
}

#[test]
fn a_key_is_remembered_for_its_token_until_it_ends() {
    for (_keep, mut db) in databases() {
        let row = |token: &str, created_at: i64| KeyRow {
            token: token.to_owned(),
            key: "k".to_owned(),
            digest: format!("sha256:{}", "0".repeat(64)),
            decision: "ALLOW".to_owned(),
            receipt_id: RECEIPT.to_owned(),
            created_at,
            expires_at: created_at + 10,
        };
        idempotency_keys::put(&mut db, &row("one", 1)).unwrap();
        idempotency_keys::put(&mut db, &row("other", 5)).unwrap();
        check_refused(
            idempotency_keys::put(&mut db, &row("one", 10)),
            Constraint::Unique,
        );
        let found = idempotency_keys::find(&mut db, "one", "k", 10).unwrap();
        assert_eq!(found, Some(row("one", 1)));
        assert_eq!(
            idempotency_keys::find(&mut db, "one", "k", 11).unwrap(),
            None
        );
        idempotency_keys::put(&mut db, &row("one", 11)).unwrap();
        assert_eq!(idempotency_keys::remove_ended(&mut db, 15).unwrap(), 1);
        assert!(
            idempotency_keys::find(&mut db, "one", "k", 15)
                .unwrap()
                .is_some()
        );
        assert_eq!(
            idempotency_keys::find(&mut db, "other", "k", 14).unwrap(),
            None
        );
    }
}
