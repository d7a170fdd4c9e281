//! Rows of webhooks and of what waits for them, on both databases.

use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::rows::outbox::{self, OutboxRow};
use utc_storage::rows::webhooks::{self, WebhookRow};
use utc_storage::{Constraint, StorageError, migrate};

use crate::support::{Database, postgres, sqlite};

fn databases() -> Vec<(Database, Db)> {
    let open = |database: Database| {
        migrate::run(&database.location).unwrap();
        let db = connect(&database.location, Purpose::Maintain).unwrap();
        (database, db)
    };
    vec![open(sqlite()), open(postgres())]
}

fn id(number: u32) -> String {
    format!("0192f0c1-2345-7abc-8def-{number:012}")
}

fn webhook(number: u32, name: &str) -> WebhookRow {
    WebhookRow {
        id: id(number),
        name: name.to_owned(),
        url: "https://hooks.example/x".to_owned(),
        format: "standard".to_owned(),
        secret: Some("sealed".to_owned()),
        previous_secret: None,
        previous_until: None,
        events: "rule.changed".to_owned(),
        units: None,
        enabled: true,
        created_at: 1,
        created_by: "user:ann".to_owned(),
        updated_at: 1,
        receipt_id: id(0),
    }
}

fn notice(number: u32, webhook: &WebhookRow, next_at: i64) -> OutboxRow {
    OutboxRow {
        id: id(number),
        webhook_id: webhook.id.clone(),
        kind: "rule.changed".to_owned(),
        body: "{}".to_owned(),
        state: "pending".to_owned(),
        attempts: 0,
        created_at: 1,
        next_at: Some(next_at),
        ended_at: None,
        last_error: None,
        lease_owner: None,
        lease_until: None,
    }
}

fn ended(row: &OutboxRow, state: &str, at: i64) -> OutboxRow {
    OutboxRow {
        state: state.to_owned(),
        next_at: None,
        ended_at: Some(at),
        ..row.clone()
    }
}

#[track_caller]
fn check_refused(result: Result<(), StorageError>, expected: Constraint) {
    match result {
        Err(StorageError::Constraint { kind, .. }) => assert_eq!(kind, expected),
        other => panic!("{:?}", other.map(drop)),
    }
}

fn ids(rows: &[OutboxRow]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

#[test]
fn webhooks_are_found_changed_and_removed_and_a_name_is_there_once() {
    for (_keep, mut db) in databases() {
        let mut one = webhook(1, "on call");
        webhooks::insert(&mut db, &one).unwrap();
        let same = webhooks::insert(&mut db, &webhook(2, "on call"));
        check_refused(same, Constraint::Unique);
        one.enabled = false;
        one.units = Some("pay*\nbank".to_owned());
        webhooks::update(&mut db, &one).unwrap();
        webhooks::insert(&mut db, &webhook(2, "chat")).unwrap();
        let found = webhooks::by_name(&mut db, "on call").unwrap();
        assert!(found == Some(one.clone()));
        assert_eq!(webhooks::all(&mut db).unwrap().len(), 2);
        let enabled = webhooks::enabled(&mut db).unwrap();
        assert_eq!(
            enabled.iter().map(|row| &row.name).collect::<Vec<_>>(),
            ["chat"]
        );
        webhooks::remove(&mut db, &one.id).unwrap();
        assert!(webhooks::find(&mut db, &one.id).unwrap().is_none());
    }
}

#[test]
fn only_what_signs_has_a_secret_and_only_what_waits_has_a_next_time_or_a_lease() {
    for (_keep, mut db) in databases() {
        let one = webhook(1, "on call");
        webhooks::insert(&mut db, &one).unwrap();
        let slack = WebhookRow {
            format: "slack".to_owned(),
            ..webhook(2, "chat")
        };
        check_refused(webhooks::insert(&mut db, &slack), Constraint::Check);
        let row = notice(10, &one, 5);
        let leased = OutboxRow {
            lease_owner: Some("me".to_owned()),
            lease_until: Some(9),
            ..ended(&row, "dead", 5)
        };
        let endless = OutboxRow {
            ended_at: None,
            ..ended(&row, "dead", 5)
        };
        let idle = OutboxRow {
            next_at: None,
            ..row.clone()
        };
        let half = OutboxRow {
            lease_owner: Some("me".to_owned()),
            ..row.clone()
        };
        for wrong in [leased, endless, idle, half] {
            check_refused(outbox::insert(&mut db, &wrong), Constraint::Check);
        }
        let nobodys = OutboxRow {
            webhook_id: id(77),
            ..row
        };
        check_refused(outbox::insert(&mut db, &nobodys), Constraint::Reference);
    }
}

#[test]
fn what_is_due_and_free_is_found_the_longest_due_first() {
    for (_keep, mut db) in databases() {
        let (one, other) = (webhook(1, "one"), webhook(2, "other"));
        webhooks::insert(&mut db, &one).unwrap();
        webhooks::insert(&mut db, &other).unwrap();
        for row in [
            notice(10, &one, 30),
            notice(11, &one, 20),
            notice(12, &other, 10),
        ] {
            outbox::insert(&mut db, &row).unwrap();
        }
        let due = |db: &mut Db, now| ids(&outbox::due(db, &one.id, now, 10).unwrap());
        assert!(!outbox::any_due(&mut db, 9).unwrap());
        assert!(outbox::any_due(&mut db, 10).unwrap());
        assert_eq!(due(&mut db, 19), Vec::<String>::new());
        assert_eq!(due(&mut db, 30), [id(11), id(10)]);
        let leased = OutboxRow {
            lease_owner: Some("me".to_owned()),
            lease_until: Some(100),
            ..notice(11, &one, 20)
        };
        outbox::update(&mut db, &leased).unwrap();
        assert_eq!(due(&mut db, 99), [id(10)]);
        assert_eq!(outbox::count_leased(&mut db, &one.id, 99).unwrap(), 1);
        assert_eq!(outbox::count_leased(&mut db, &one.id, 100).unwrap(), 0);
        assert_eq!(due(&mut db, 100), [id(11), id(10)]);
        assert_eq!(outbox::count_pending(&mut db).unwrap(), 3);
        assert_eq!(
            outbox::give_up(&mut db, &one.id, "switched off", 50).unwrap(),
            2
        );
        assert_eq!(due(&mut db, 100), Vec::<String>::new());
        let dead = outbox::find(&mut db, &id(11)).unwrap().unwrap();
        assert_eq!(dead.last_error.as_deref(), Some("switched off"));
        assert_eq!((dead.lease_owner, dead.ended_at), (None, Some(50)));
        assert_eq!(outbox::count_pending(&mut db).unwrap(), 1);
    }
}

#[test]
fn deliveries_page_by_id_and_by_state() {
    for (_keep, mut db) in databases() {
        let one = webhook(1, "one");
        webhooks::insert(&mut db, &one).unwrap();
        for number in 10..15 {
            let row = notice(number, &one, 1);
            let row = if number % 2 == 0 {
                ended(&row, "dead", 2)
            } else {
                row
            };
            outbox::insert(&mut db, &row).unwrap();
        }
        let page = |db: &mut Db, state, before: Option<&str>| {
            let page = outbox::page(db, &one.id, state, before, 2).unwrap();
            (ids(&page.rows), page.next)
        };
        assert_eq!(
            page(&mut db, None, None),
            (vec![id(14), id(13)], Some(id(13)))
        );
        let last = page(&mut db, None, Some(&id(11)));
        assert_eq!(last, (vec![id(10)], None));
        let dead = page(&mut db, Some("dead"), None);
        assert_eq!(dead, (vec![id(14), id(12)], Some(id(12))));
        assert_eq!(
            page(&mut db, Some("dead"), Some(&id(12))),
            (vec![id(10)], None)
        );
    }
}

#[test]
fn what_ended_is_kept_for_a_while_what_was_given_up_for_longer() {
    for (_keep, mut db) in databases() {
        let one = webhook(1, "one");
        webhooks::insert(&mut db, &one).unwrap();
        let rows = [
            ended(&notice(10, &one, 1), "delivered", 10),
            ended(&notice(11, &one, 1), "delivered", 20),
            ended(&notice(12, &one, 1), "dead", 5),
            ended(&notice(13, &one, 1), "dead", 10),
            notice(14, &one, 1),
        ];
        for row in &rows {
            outbox::insert(&mut db, row).unwrap();
        }
        assert!(!outbox::any_ended(&mut db, 9, 4).unwrap());
        assert!(outbox::any_ended(&mut db, 10, 4).unwrap());
        assert_eq!(outbox::remove_ended(&mut db, 10, 5).unwrap(), 2);
        let left = outbox::page(&mut db, &one.id, None, None, 10).unwrap();
        assert_eq!(ids(&left.rows), [id(14), id(13), id(11)]);
        check_refused(webhooks::remove(&mut db, &one.id), Constraint::Reference);
        assert_eq!(outbox::remove_of(&mut db, &one.id).unwrap(), 3);
        webhooks::remove(&mut db, &one.id).unwrap();
        assert_eq!(outbox::remove_all(&mut db).unwrap(), 0);
    }
}
