//! Many rows at once, by statements that are prepared once.
//!
//! What diesel builds of many rows, or with `on_conflict`, it prepares anew each time, which takes longer than to run it. So
//! these statements are spelled out here. SQLite is in this process: a statement for each row is fast. PostgreSQL is sent all
//! rows in one, a list for each column, so that the text does not depend on how many there are. For one row and a few
//! values there is [`Fixed`](super::fixed::Fixed).

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

/// Makes a function that stores rows, each in place of the one with its keys.
macro_rules! put_all {
    ($name:ident, $table:ident, $row:ty, [$key:ident $(, $keys:ident)*], [$column:ident $(, $columns:ident)*]) => {
        /// Stores rows, each in place of what was there. No two may be of the same thing.
        pub fn $name(db: &mut Db, rows: &[$row]) -> Result<(), StorageError> {
            const INTO: &[&str] = &[
                concat!("INSERT INTO ", stringify!($table), " (", stringify!($key)),
                $(concat!(", ", stringify!($keys)),)*
                concat!(", ", stringify!($column)),
                $(concat!(", ", stringify!($columns)),)*
                ") ",
            ];
            const IN_PLACE: &[&str] = &[
                concat!(" ON CONFLICT (", stringify!($key)),
                $(concat!(", ", stringify!($keys)),)*
                concat!(") DO UPDATE SET ", stringify!($column), " = excluded.", stringify!($column)),
                $(concat!(", ", stringify!($columns), " = excluded.", stringify!($columns)),)*
            ];
            struct Put;
            impl $crate::rows::put_all::RowStatement for Put {
                type Row = $row;

                fn write<'b>(
                    row: &'b $row,
                    mut out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
                ) -> diesel::QueryResult<()> {
                    for text in INTO {
                        out.push_sql(text);
                    }
                    out.push_sql("VALUES (");
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
                    out.push_sql(")");
                    for text in IN_PLACE {
                        out.push_sql(text);
                    }
                    Ok(())
                }
            }
            match db {
                Db::Sqlite(inner) => $crate::rows::put_all::run::<Put>(inner, rows)?,
                Db::Postgres(inner) => {
                    unnest!(inner, $table, rows, [$key $(, $keys)*, $column $(, $columns)*], INTO, IN_PLACE);
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
                Db::Postgres(inner) => {
                    const SET: &[&str] = &[
                        concat!("UPDATE ", stringify!($table), " SET ", stringify!($column), " = new.", stringify!($column)),
                        $(concat!(", ", stringify!($columns), " = new.", stringify!($columns)),)*
                        " FROM (",
                    ];
                    const WHERE: &[&str] = &[
                        concat!(") AS new (", stringify!($key), ", ", stringify!($column)),
                        $(concat!(", ", stringify!($columns)),)*
                        concat!(") WHERE ", stringify!($table), ".", stringify!($key), " = new.", stringify!($key)),
                    ];
                    unnest!(inner, $table, rows, [$key, $column $(, $columns)*], SET, WHERE);
                }
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

/// Runs a statement on PostgreSQL that selects the rows between two parts of its text.
macro_rules! unnest {
    ($inner:ident, $table:ident, $rows:expr, [$column:ident $(, $columns:ident)*], $before:expr, $after:expr) => {{
        use diesel::pg::Pg;
        use diesel::query_builder::{AstPass, QueryFragment, QueryId};
        use diesel::serialize::ToSql;
        use diesel::sql_types::Array;

        struct Text;
        /// A list for each column, whose values have the type of that name.
        #[expect(non_camel_case_types, reason = "named as the column is")]
        struct Lists<$column $(, $columns)*> {
            $column: Vec<$column>,
            $($columns: Vec<$columns>,)*
        }

        #[expect(non_camel_case_types, reason = "named as the column is")]
        impl<$column $(, $columns)*> QueryFragment<Pg> for Lists<$column $(, $columns)*>
        where
            Vec<$column>: ToSql<Array<diesel::dsl::SqlTypeOf<$table::$column>>, Pg>,
            $(Vec<$columns>: ToSql<Array<diesel::dsl::SqlTypeOf<$table::$columns>>, Pg>,)*
        {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
                for text in $before {
                    out.push_sql(text);
                }
                out.push_sql("SELECT * FROM unnest(");
                out.push_bind_param::<Array<diesel::dsl::SqlTypeOf<$table::$column>>, _>(&self.$column)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<diesel::dsl::SqlTypeOf<$table::$columns>>, _>(&self.$columns)?;
                )*
                out.push_sql(")");
                for text in $after {
                    out.push_sql(text);
                }
                Ok(())
            }
        }

        #[expect(non_camel_case_types, reason = "named as the column is")]
        impl<$column $(, $columns)*> QueryId for Lists<$column $(, $columns)*> {
            type QueryId = Text;

            const HAS_STATIC_QUERY_ID: bool = true;
        }

        #[expect(non_camel_case_types, reason = "named as the column is")]
        impl<Conn, $column $(, $columns)*> diesel::RunQueryDsl<Conn> for Lists<$column $(, $columns)*> {}

        if !$rows.is_empty() {
            let lists = Lists {
                $column: $rows.iter().map(|row| &row.$column).collect(),
                $($columns: $rows.iter().map(|row| &row.$columns).collect(),)*
            };
            lists.execute($inner)?;
        }
    }};
}
