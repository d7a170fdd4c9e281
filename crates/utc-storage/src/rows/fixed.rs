//! Statements whose text never changes, so that their prepared form is kept. Diesel prepares updates, upserts and plain
//! SQL anew each time, which costs more than running them.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, Double, HasSqlType, Nullable, Text};

use crate::StorageError;
use crate::connection::Db;

/// A value of a statement.
pub(super) enum Value<'a> {
    Text(&'a str),
    Int(i64),
    Real(f64),
    Truth(bool),
    MaybeText(Option<&'a str>),
    MaybeInt(Option<i64>),
}

/// A statement: its text, cut where its values stand.
pub(super) struct Fixed<'a, const N: usize> {
    pub(super) text: &'static [&'static str],
    pub(super) values: [Value<'a>; N],
}

impl<const N: usize> Fixed<'_, N> {
    /// Runs it; how many rows it changed.
    pub(super) fn run(self, db: &mut Db) -> Result<usize, StorageError> {
        Ok(match db {
            Db::Sqlite(inner) => self.execute(inner)?,
            Db::Postgres(inner) => self.execute(inner)?,
        })
    }
}

impl<const N: usize> QueryId for Fixed<'_, N> {
    type QueryId = ();

    // It is kept under its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn, const N: usize> RunQueryDsl<Conn> for Fixed<'_, N> {}

impl<DB, const N: usize> QueryFragment<DB> for Fixed<'_, N>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt> + HasSqlType<Double> + HasSqlType<Bool>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    f64: ToSql<Double, DB>,
    bool: ToSql<Bool, DB>,
    for<'v> Option<&'v str>: ToSql<Nullable<Text>, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut values = self.values.iter();
        for part in self.text {
            out.push_sql(part);
            match values.next() {
                None => {}
                Some(Value::Text(value)) => out.push_bind_param::<Text, str>(value)?,
                Some(Value::Int(value)) => out.push_bind_param::<BigInt, _>(value)?,
                Some(Value::Real(value)) => out.push_bind_param::<Double, _>(value)?,
                Some(Value::Truth(value)) => out.push_bind_param::<Bool, _>(value)?,
                Some(Value::MaybeText(value)) => {
                    out.push_bind_param::<Nullable<Text>, _>(value)?;
                }
                Some(Value::MaybeInt(value)) => {
                    out.push_bind_param::<Nullable<BigInt>, _>(value)?;
                }
            }
        }
        Ok(())
    }
}
