//! The schema is the same on both databases, goes forward and back, and is guarded against older programs.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use utc_storage::connection::{Db, Location, Purpose, connect};
use utc_storage::{StorageError, Store, migrate};

use crate::support::{add_unit, postgres, sqlite};

#[derive(diesel::QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    field_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    nullable: String,
}

const SQLITE_COLUMNS: &str = "SELECT t.name AS table_name, c.name AS field_name, lower(c.type) AS kind, \
     CASE c.\"notnull\" WHEN 1 THEN 'NO' ELSE 'YES' END AS nullable \
     FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite%' ORDER BY 1, 2";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text AS field_name, data_type::text AS kind, is_nullable::text AS nullable \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%' ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\"";

/// Columns with their types as SQLite names them: it has one type for whole numbers and truth values.
fn columns(db: &mut Db) -> Vec<Column> {
    let sql = match db {
        Db::Sqlite(_) => SQLITE_COLUMNS,
        Db::Postgres(_) => POSTGRES_COLUMNS,
    };
    let mut columns: Vec<Column> = diesel::sql_query(sql).load(db).unwrap();
    for column in &mut columns {
        let kind = match column.kind.as_str() {
            "bigint" | "boolean" | "integer" => "integer",
            "double precision" | "real" => "real",
            "blob" | "bytea" => "bytes",
            "text" => "text",
            other => panic!(
                "`{}.{}` has the type `{other}`",
                column.table_name, column.field_name
            ),
        };
        kind.clone_into(&mut column.kind);
    }
    columns.sort();
    columns
}

fn indexes(db: &mut Db) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let sql = match db {
        Db::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%' ORDER BY name"
        }
        Db::Postgres(_) => {
            "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_key' AND indexname NOT LIKE '%\\_pkey' ORDER BY indexname COLLATE \"C\""
        }
    };
    diesel::sql_query(sql)
        .load::<Name>(db)
        .unwrap()
        .into_iter()
        .map(|row| row.name)
        .collect()
}

fn open(location: &Location) -> Db {
    connect(location, Purpose::Maintain).unwrap()
}

#[test]
fn both_databases_end_with_the_same_columns_and_indexes() {
    let (one, other) = (sqlite(), postgres());
    migrate::run(&one.location).unwrap();
    migrate::run(&other.location).unwrap();
    let (mut one, mut other) = (open(&one.location), open(&other.location));
    let found = columns(&mut one);
    assert!(found.len() > 60, "{} columns", found.len());
    assert_eq!(found, columns(&mut other));
    assert_eq!(indexes(&mut one), indexes(&mut other));
}

#[test]
fn migrations_go_back_to_nothing_and_forward_again() {
    for database in [sqlite(), postgres()] {
        migrate::run(&database.location).unwrap();
        let first = columns(&mut open(&database.location));
        migrate::revert_all(&database.location).unwrap();
        assert_eq!(columns(&mut open(&database.location)), []);
        migrate::run(&database.location).unwrap();
        assert_eq!(columns(&mut open(&database.location)), first);
    }
}

#[test]
fn a_schema_from_the_future_is_refused_with_the_migration_named() {
    for database in [sqlite(), postgres()] {
        migrate::run(&database.location).unwrap();
        let future = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
        open(&database.location).batch_execute(future).unwrap();
        let error = Store::open(database.location.clone()).err().unwrap();
        assert!(
            matches!(&error, StorageError::SchemaTooNew { unknown } if unknown == "9999"),
            "{error}"
        );
        assert!(
            error.to_string().contains("newer than this program"),
            "{error}"
        );
    }
}

#[test]
fn processes_that_open_an_empty_database_at_once_migrate_it_once() {
    for database in [sqlite(), postgres()] {
        std::thread::scope(|scope| {
            let opened: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| Store::open(database.location.clone()).map(drop)))
                .collect();
            for thread in opened {
                thread.join().unwrap().unwrap();
            }
        });
        assert!(
            migrate::status(&database.location)
                .unwrap()
                .pending
                .is_empty()
        );
    }
}

/// Tables of SQLite that have no tree beside that of their key.
fn one_tree(db: &mut Db) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let sql = "SELECT name FROM pragma_table_list WHERE wr = 1 AND strict = 1 AND name NOT IN (SELECT tbl_name FROM \
               sqlite_master WHERE type = 'index' AND sql IS NOT NULL) ORDER BY name";
    let rows: Vec<Name> = diesel::sql_query(sql).load(db).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn what_every_look_writes_is_in_one_tree_a_table() {
    let database = sqlite();
    migrate::run(&database.location).unwrap();
    let found = one_tree(&mut open(&database.location));
    for table in ["arrival_tallies", "features", "measured_units"] {
        assert!(found.iter().any(|name| name == table), "{table}: {found:?}");
    }
}

/// Everything in the tables that migration 0015 makes anew, and what SQLite checks of them.
fn remade(db: &mut Db) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let columns = "SELECT t.name || ' ' || json_array(c.cid, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk) AS line FROM \
                   sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.name IN";
    let keys = "SELECT t.name || ' ' || json_array(f.\"table\", f.\"from\", f.\"to\") AS line FROM sqlite_master t JOIN \
                pragma_foreign_key_list(t.name) f WHERE t.name IN";
    let tables = "('features', 'arrival_tallies', 'measured_units')";
    let statements = [
        format!("{columns} {tables} ORDER BY line"),
        format!("{keys} {tables} ORDER BY line"),
        "SELECT json_array(unit, ts, lambda_est, mu_est, rho, level, change_point, matched_count, trend) AS line FROM features \
         ORDER BY unit, ts"
            .to_owned(),
        "SELECT json_array(unit, subject, at, recent_writes, recent_all, long_writes, long_all, recent_refused, long_refused) \
         AS line FROM arrival_tallies ORDER BY unit, subject"
            .to_owned(),
        "SELECT json_array(unit, active, at, recent_hours, long_hours, samples, quiet_hours, per_hour, completed, \
         service_hours, waited_hours) AS line FROM measured_units ORDER BY unit"
            .to_owned(),
    ];
    let lines = statements.iter().flat_map(|sql| {
        let rows: Vec<Line> = diesel::sql_query(sql).load(db).unwrap();
        rows.into_iter().map(|row| row.line)
    });
    lines.collect()
}

#[test]
fn tables_that_are_made_anew_keep_their_rows_and_their_checks() {
    const UP: &str = include_str!("../../../../migrations/sqlite/0015_leaner_queues/up.sql");
    const DOWN: &str = include_str!("../../../../migrations/sqlite/0015_leaner_queues/down.sql");
    let database = sqlite();
    migrate::run(&database.location).unwrap();
    let mut db = open(&database.location);
    for unit in ["b", "a"] {
        add_unit(&mut db, unit);
    }
    db.batch_execute(
        "INSERT INTO features VALUES ('b', 2, 1.5, 2.5, 0.6, 'permissive', 1, 3, 'rising'), \
             ('a', 9, 1, 2, 0.5, 'permissive', 0, 0, 'stable'), ('b', 1, 1, 2, 0.5, 'permissive', 0, 0, 'stable'); \
         INSERT INTO arrival_tallies VALUES ('b', 'agent', 5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5), ('b', '', 6, 1, 2, 3, 4, 5, 6); \
         INSERT INTO measured_units VALUES ('b', 1, 7, 1.5, 2.5, 3.5, NULL, 4.5, 8, 5.5, 6.5)",
    )
    .unwrap();
    let before = remade(&mut db);
    assert!(before.len() > 30 + 6, "{before:?}");
    for (script, has_indexes) in [(DOWN, true), (UP, false), (DOWN, true), (UP, false)] {
        db.batch_execute(&format!("BEGIN; {script} COMMIT;"))
            .unwrap();
        assert_eq!(remade(&mut db), before);
        let names = indexes(&mut db);
        for index in ["features_ts", "arrival_tallies_at"] {
            assert_eq!(names.iter().any(|name| name == index), has_indexes);
        }
        for refused in [
            "INSERT INTO features VALUES ('none', 2, 1, 2, 0.5, 'permissive', 0, 0, 'stable')",
            "INSERT INTO features VALUES ('a', 9, 1, 2, 0.5, 'permissive', 0, 0, 'stable')",
            "INSERT INTO features VALUES ('a', 2, 1, 2, 0.5, 'permissive', 2, 0, 'stable')",
            "INSERT INTO features VALUES ('a', 2, 1, 2, 0.5, 'permissive', 0, 0, 'up')",
            "INSERT INTO features VALUES ('a', 'two', 1, 2, 0.5, 'permissive', 0, 0, 'stable')",
            "INSERT INTO arrival_tallies VALUES ('none', 'agent', 5, 1, 1, 1, 1, 1, 1)",
            "INSERT INTO arrival_tallies VALUES ('a', 'agent', 5, 1, 1, 1, 1, 1, -1)",
            "INSERT INTO measured_units VALUES ('none', 1, 7, 1, 2, 3, NULL, 4, 8, 5, 6)",
            "INSERT INTO measured_units VALUES ('b', 1, 7, 1, 2, 3, NULL, 4, 8, 5, 6)",
            "INSERT INTO measured_units VALUES ('a', 1, 7, 1, 2, 3, 0, 4, 8, 5, 6)",
        ] {
            assert!(db.batch_execute(refused).is_err(), "{refused}");
        }
    }
}
