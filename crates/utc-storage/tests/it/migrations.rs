//! The schema is the same on both databases, goes forward and back, and is guarded against older programs.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use utc_storage::connection::{Db, Location, Purpose, connect};
use utc_storage::{StorageError, Store, migrate};

use crate::support::{postgres, sqlite};

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
