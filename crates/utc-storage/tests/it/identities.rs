//! Rows of people, tokens and sessions on both databases.

use utc_storage::connection::{Db, Purpose, connect};
use utc_storage::rows::sessions::{self, SessionRow};
use utc_storage::rows::tokens::{self, TokenRow};
use utc_storage::rows::users::{self, UserRow};
use utc_storage::{Constraint, StorageError, migrate};

use crate::support::{Database, postgres, sqlite};

const RECEIPT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn databases() -> Vec<(Database, Db)> {
    let open = |database: Database| {
        migrate::run(&database.location).unwrap();
        let db = connect(&database.location, Purpose::Maintain).unwrap();
        (database, db)
    };
    vec![open(sqlite()), open(postgres())]
}

fn user(number: u32, name: &str) -> UserRow {
    UserRow {
        id: format!("0192f0c1-2345-7abc-8def-{number:012}"),
        name: name.to_owned(),
        password: "$argon2id$".to_owned(),
        roles: "viewer".to_owned(),
        units: Some("a\nb*".to_owned()),
        created_at: 1,
        updated_at: 1,
        disabled_at: None,
        receipt_id: RECEIPT.to_owned(),
        state_epoch: 3,
    }
}

fn token(id: &str, name: &str, owner: Option<&UserRow>) -> TokenRow {
    TokenRow {
        id: id.to_owned(),
        name: name.to_owned(),
        secret_hash: "k:00".to_owned(),
        roles: "decider".to_owned(),
        subjects: Some("**".to_owned()),
        units: None,
        owner: owner.map(|owner| owner.id.clone()),
        created_at: 1,
        created_by: "user:ann".to_owned(),
        expires_at: Some(2),
        suspended_at: None,
        revoked_at: None,
        last_used_at: None,
        receipt_id: RECEIPT.to_owned(),
        state_epoch: 4,
    }
}

fn session(number: u32, user: &UserRow, last_seen_at: i64) -> SessionRow {
    SessionRow {
        id: format!("{number:016x}"),
        user_id: user.id.clone(),
        secret_hash: "k:00".to_owned(),
        created_at: 1,
        last_seen_at,
        expires_at: 100,
    }
}

#[track_caller]
fn check_refused(result: Result<(), StorageError>, expected: Constraint) {
    match result {
        Err(StorageError::Constraint { kind, .. }) => assert_eq!(kind, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn people_are_found_by_name_and_by_id_and_a_name_is_there_once() {
    for (_keep, mut db) in databases() {
        assert!(!users::any(&mut db).unwrap());
        let mut ann = user(1, "ann");
        users::insert(&mut db, &ann).unwrap();
        check_refused(users::insert(&mut db, &user(2, "ann")), Constraint::Unique);
        ann.units = None;
        ann.disabled_at = Some(5);
        users::update(&mut db, &ann).unwrap();
        assert_eq!(users::by_name(&mut db, "ann").unwrap(), Some(ann.clone()));
        assert_eq!(users::find(&mut db, &ann.id).unwrap(), Some(ann.clone()));
        assert_eq!(users::changed_after(&mut db, 2).unwrap(), [ann]);
        assert_eq!(users::changed_after(&mut db, 3).unwrap(), []);
        assert!(users::any(&mut db).unwrap());
    }
}

#[test]
fn a_name_of_a_token_is_free_again_once_it_is_revoked() {
    for (_keep, mut db) in databases() {
        let mut first = token("aaaaaaaaaaaaaaaa", "ci", None);
        tokens::insert(&mut db, &first).unwrap();
        let second = token("bbbbbbbbbbbbbbbb", "ci", None);
        check_refused(tokens::insert(&mut db, &second), Constraint::Unique);
        first.revoked_at = Some(9);
        tokens::update(&mut db, &first).unwrap();
        tokens::insert(&mut db, &second).unwrap();
        assert_eq!(tokens::by_name(&mut db, "ci").unwrap(), Some(second));
        assert_eq!(tokens::all(&mut db).unwrap().len(), 2);
    }
}

#[test]
fn the_last_use_only_moves_on_and_stays_when_the_token_changes() {
    for (_keep, mut db) in databases() {
        let mut row = token("aaaaaaaaaaaaaaaa", "ci", None);
        tokens::insert(&mut db, &row).unwrap();
        for (at, kept) in [(10, 10), (7, 10), (11, 11)] {
            tokens::used(&mut db, &row.id, at).unwrap();
            let found = tokens::find(&mut db, &row.id).unwrap().unwrap();
            assert_eq!(found.last_used_at, Some(kept));
        }
        row.suspended_at = Some(12);
        tokens::update(&mut db, &row).unwrap();
        let found = tokens::find(&mut db, &row.id).unwrap().unwrap();
        assert_eq!(
            (found.last_used_at, found.suspended_at),
            (Some(11), Some(12))
        );
    }
}

#[test]
fn an_owner_must_exist() {
    for (_keep, mut db) in databases() {
        let stranger = user(7, "stranger");
        let row = token("aaaaaaaaaaaaaaaa", "ci", Some(&stranger));
        check_refused(tokens::insert(&mut db, &row), Constraint::Reference);
    }
}

#[test]
fn sessions_end_one_by_one_by_person_and_by_time() {
    for (_keep, mut db) in databases() {
        let (ann, bob) = (user(1, "ann"), user(2, "bob"));
        users::insert(&mut db, &ann).unwrap();
        users::insert(&mut db, &bob).unwrap();
        for (number, who, seen) in [(1, &ann, 10), (2, &ann, 20), (3, &bob, 30), (4, &bob, 40)] {
            sessions::insert(&mut db, &session(number, who, seen)).unwrap();
        }
        let first = session(1, &ann, 10).id;
        sessions::seen(&mut db, &first, 25).unwrap();
        sessions::seen(&mut db, &first, 5).unwrap();
        assert_eq!(
            sessions::find(&mut db, &first)
                .unwrap()
                .unwrap()
                .last_seen_at,
            25
        );
        assert_eq!(sessions::remove_ended(&mut db, 50, 20).unwrap(), 1);
        assert_eq!(sessions::all(&mut db, Some(&ann.id)).unwrap().len(), 1);
        assert!(sessions::remove(&mut db, &first).unwrap());
        assert!(!sessions::remove(&mut db, &first).unwrap());
        assert_eq!(sessions::remove_of(&mut db, &bob.id).unwrap(), 2);
        sessions::insert(&mut db, &session(5, &bob, 60)).unwrap();
        assert_eq!(sessions::remove_ended(&mut db, 100, 0).unwrap(), 1);
        assert_eq!(sessions::remove_all(&mut db).unwrap(), 0);
    }
}

#[test]
fn a_search_leaves_out_what_may_not_be_seen() {
    use utc_storage::journal::Class;
    use utc_storage::rows::receipts::{Filter, search};

    use crate::support::{draft, job, start};

    for database in [sqlite(), postgres()] {
        let running = start(&database.location);
        let about = |unit: Option<&str>| {
            let mut draft = draft("x");
            draft.unit = unit.map(|unit| unit.parse().unwrap());
            job(Class::Decision, vec![draft], None)
        };
        let jobs = vec![
            about(Some("a")),
            about(None),
            about(Some("b")),
            about(Some("a")),
        ];
        assert!(running.together(jobs).iter().all(Result::is_ok));
        let visible = |unit: Option<&str>| unit == Some("a");
        let page = running
            .store
            .read(|db| search(db, &Filter::default(), 10, &visible))
            .unwrap();
        let seen: Vec<_> = page
            .rows
            .iter()
            .map(|row| (row.seq, row.unit.as_deref()))
            .collect();
        assert_eq!(seen, [(3, Some("a")), (0, Some("a"))]);
    }
}
