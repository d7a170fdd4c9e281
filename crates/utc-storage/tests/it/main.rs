//! The storage crate against real databases: each test of the journal runs on SQLite and on PostgreSQL.

mod commit_unknown;
mod journal;
mod migrations;
mod search;
mod support;
mod trouble;
