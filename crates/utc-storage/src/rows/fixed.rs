//! Statements whose text never changes, so that their prepared form is kept. Diesel prepares updates, upserts and plain
//! SQL anew each time, which costs more than running them.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Bool, Double, HasSqlType, Nullable, Text};

use crate::StorageError;
use crate::connection::Db;

/// A value of a statement.
pub(crate) enum Value<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Int(i64),
    Real(f64),
    Truth(bool),
    MaybeText(Option<&'a str>),
    MaybeInt(Option<i64>),
}

/// A statement: its text, cut where its values stand.
pub(crate) struct Fixed<'a, const N: usize> {
    pub(crate) text: &'static [&'static str],
    pub(crate) values: [Value<'a>; N],
}

impl<const N: usize> Fixed<'_, N> {
    /// Runs it; how many rows it changed.
    pub(crate) fn run(self, db: &mut Db) -> Result<usize, StorageError> {
        Ok(match db {
            Db::Sqlite(inner) => self.execute(inner)?,
            Db::Postgres(inner) => self.execute(inner)?,
        })
    }
}

/// One that gives rows of these types.
pub(crate) struct Asked<'a, Types, const N: usize>(Fixed<'a, N>, PhantomData<Types>);

impl<'a, const N: usize> Fixed<'a, N> {
    /// As a question, to be loaded.
    pub(crate) fn asking<Types>(self) -> Asked<'a, Types, N> {
        Asked(self, PhantomData)
    }
}

impl<Types, const N: usize> Query for Asked<'_, Types, N> {
    type SqlType = Types;
}

impl<Types, const N: usize> QueryId for Asked<'_, Types, N> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Conn, Types, const N: usize> RunQueryDsl<Conn> for Asked<'_, Types, N> {}

impl<'a, DB: Backend, Types, const N: usize> QueryFragment<DB> for Asked<'a, Types, N>
where
    Fixed<'a, N>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
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
    DB: HasSqlType<Binary>,
    str: ToSql<Text, DB>,
    [u8]: ToSql<Binary, DB>,
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
                Some(Value::Bytes(value)) => out.push_bind_param::<Binary, [u8]>(value)?,
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

/// How SQLite finds the rows of a statement, in a database that is migrated and empty.
#[cfg(test)]
pub(super) fn searches(text: &[&str]) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let folder = utc_test_support::TempDir::new();
    let location = crate::connection::Location::Sqlite(folder.path().join("test.db"));
    crate::migrate::run(&location).unwrap();
    let purpose = crate::connection::Purpose::Maintain;
    let mut db = crate::connection::connect(&location, purpose).unwrap();
    let explain = format!("EXPLAIN QUERY PLAN {}", text.join("?"));
    let steps: Vec<Step> = diesel::sql_query(explain).load(&mut db).unwrap();
    let steps = steps.into_iter().map(|step| step.detail);
    steps.filter(|step| !step.contains("SUBQUERY")).collect()
}
