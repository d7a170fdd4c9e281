//! Many rows at once.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

/// Makes a function that stores rows, each in place of the one with its keys.
///
/// PostgreSQL takes them a few hundred in a statement. For SQLite, which is in this process, one prepared statement is as
/// fast row by row.
macro_rules! put_all {
    ($name:ident, $table:ident, $row:ty, [$($key:ident),+], [$($column:ident),+]) => {
        /// Stores rows, each in place of what was there. No two may be of the same thing.
        pub fn $name(db: &mut Db, rows: &[$row]) -> Result<(), StorageError> {
            use diesel::upsert::excluded;
            struct Statement;
            let keys = ($($table::$key),+);
            let set = ($($table::$column.eq(excluded($table::$column)),)+);
            match db {
                Db::Sqlite(inner) => {
                    for row in rows {
                        let insert = diesel::insert_into($table::table).values(row);
                        let put = insert.on_conflict(keys).do_update().set(set);
                        $crate::rows::put_all::Prepared::<_, Statement>::new(put)
                            .execute(inner)?;
                    }
                }
                Db::Postgres(inner) => {
                    for part in rows.chunks($crate::rows::put_all::ROWS) {
                        let insert = diesel::insert_into($table::table).values(part);
                        insert.on_conflict(keys).do_update().set(set).execute(inner)?;
                    }
                }
            }
            Ok(())
        }
    };
}

/// Rows of one statement: of the widest table that is a fifth of the values that a statement may have.
pub(super) const ROWS: usize = 500;

/// A statement of which every run has the same text, whatever its values: it is prepared once for a connection, and found
/// again by `Id`. Without this a statement that updates is prepared each time, which takes longer than to run it.
pub(super) struct Prepared<Q, Id>(Q, PhantomData<Id>);

impl<Q, Id> Prepared<Q, Id> {
    pub(super) fn new(query: Q) -> Self {
        Self(query, PhantomData)
    }
}

impl<Q: QueryFragment<Sqlite>, Id> QueryFragment<Sqlite> for Prepared<Q, Id> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Sqlite) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q, Id: 'static> QueryId for Prepared<Q, Id> {
    type QueryId = Id;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q, Id, Conn> RunQueryDsl<Conn> for Prepared<Q, Id> {}
