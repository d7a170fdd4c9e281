//! Many rows at once.
//!
//! PostgreSQL takes them a few hundred in a statement. SQLite is in this process: one prepared statement is as fast row by
//! row, if it is prepared once. What diesel builds with `on_conflict` it prepares anew for every row, which takes longer
//! than to run it. So the statement for SQLite is spelled out here, with one text for every row.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, RunQueryDsl};

/// A statement for one row, whose text is the same for all.
pub(super) trait RowStatement: 'static {
    /// What it stores.
    type Row;

    /// Writes the text, and binds the values.
    fn write<'b>(row: &'b Self::Row, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;
}

/// Runs the statement for each row.
pub(super) fn run<S: RowStatement>(db: &mut SqliteConnection, rows: &[S::Row]) -> QueryResult<()> {
    for row in rows {
        ForRow::<S>(row).execute(db)?;
    }
    Ok(())
}

struct ForRow<'a, S: RowStatement>(&'a S::Row);

impl<S: RowStatement> QueryFragment<Sqlite> for ForRow<'_, S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        S::write(self.0, out)
    }
}

/// By this a connection finds the prepared statement again.
impl<S: RowStatement> QueryId for ForRow<'_, S> {
    type QueryId = S;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<S: RowStatement, Conn> RunQueryDsl<Conn> for ForRow<'_, S> {}

/// Rows of one statement on PostgreSQL: of the widest table that is a fifth of the values that a statement may have.
pub(super) const ROWS: usize = 500;

/// Makes a function that stores rows, each in place of the one with its keys.
macro_rules! put_all {
    ($name:ident, $table:ident, $row:ty, [$key:ident $(, $keys:ident)*], [$column:ident $(, $columns:ident)*]) => {
        /// Stores rows, each in place of what was there. No two may be of the same thing.
        pub fn $name(db: &mut Db, rows: &[$row]) -> Result<(), StorageError> {
            struct Put;
            impl $crate::rows::put_all::RowStatement for Put {
                type Row = $row;

                fn write<'b>(
                    row: &'b $row,
                    mut out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
                ) -> diesel::QueryResult<()> {
                    out.push_sql(concat!("INSERT INTO ", stringify!($table), " (", stringify!($key)));
                    $(out.push_sql(concat!(", ", stringify!($keys)));)*
                    out.push_sql(concat!(", ", stringify!($column)));
                    $(out.push_sql(concat!(", ", stringify!($columns)));)*
                    out.push_sql(") VALUES (");
                    bind!(out, $table, row, $key);
                    $(
                        out.push_sql(", ");
                        bind!(out, $table, row, $keys);
                    )*
                    out.push_sql(", ");
                    bind!(out, $table, row, $column);
                    $(
                        out.push_sql(", ");
                        bind!(out, $table, row, $columns);
                    )*
                    out.push_sql(concat!(") ON CONFLICT (", stringify!($key)));
                    $(out.push_sql(concat!(", ", stringify!($keys)));)*
                    out.push_sql(concat!(") DO UPDATE SET ", stringify!($column), " = excluded.", stringify!($column)));
                    $(out.push_sql(concat!(", ", stringify!($columns), " = excluded.", stringify!($columns)));)*
                    Ok(())
                }
            }
            match db {
                Db::Sqlite(inner) => $crate::rows::put_all::run::<Put>(inner, rows)?,
                Db::Postgres(inner) => {
                    let keys = ($table::$key, $($table::$keys),*);
                    in_place!(inner, $table, rows, keys, [$column $(, $columns)*]);
                }
            }
            Ok(())
        }
    };
}

/// Makes a function that changes some columns of rows.
macro_rules! set_all {
    ($name:ident, $table:ident, $row:ty, $key:ident, [$column:ident $(, $columns:ident)*]) => {
        /// Changes rows that are there; what else they have stays as it is. No two may be of the same thing.
        pub fn $name(db: &mut Db, rows: &[$row]) -> Result<(), StorageError> {
            struct Set;
            impl $crate::rows::put_all::RowStatement for Set {
                type Row = $row;

                fn write<'b>(
                    row: &'b $row,
                    mut out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
                ) -> diesel::QueryResult<()> {
                    out.push_sql(concat!("UPDATE ", stringify!($table), " SET ", stringify!($column), " = "));
                    bind!(out, $table, row, $column);
                    $(
                        out.push_sql(concat!(", ", stringify!($columns), " = "));
                        bind!(out, $table, row, $columns);
                    )*
                    out.push_sql(concat!(" WHERE ", stringify!($key), " = "));
                    bind!(out, $table, row, $key);
                    Ok(())
                }
            }
            match db {
                Db::Sqlite(inner) => $crate::rows::put_all::run::<Set>(inner, rows)?,
                Db::Postgres(inner) => in_place!(inner, $table, rows, $table::$key, [$column $(, $columns)*]),
            }
            Ok(())
        }
    };
}

/// Gives a statement the value of a column, as the column's type.
macro_rules! bind {
    ($out:ident, $table:ident, $row:ident, $column:ident) => {
        $out.push_bind_param::<diesel::dsl::SqlTypeOf<$table::$column>, _>(&$row.$column)?
    };
}

/// Has PostgreSQL put rows in place of those that are there, some columns of them.
macro_rules! in_place {
    ($inner:ident, $table:ident, $rows:ident, $keys:expr, [$($column:ident),+]) => {{
        use diesel::upsert::excluded;
        let set = ($($table::$column.eq(excluded($table::$column)),)+);
        for part in $rows.chunks($crate::rows::put_all::ROWS) {
            let insert = diesel::insert_into($table::table).values(part);
            insert.on_conflict($keys).do_update().set(set).execute($inner)?;
        }
    }};
}
