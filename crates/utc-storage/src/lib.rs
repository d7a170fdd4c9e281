#![doc = include_str!("../README.md")]

pub mod connection;
#[expect(
    clippy::disallowed_methods,
    reason = "diesel's derive calls it for its own `establish`, which nothing here uses"
)]
mod db;
mod error;
pub mod journal;
pub mod lock;
pub mod log;
pub mod maintain;
pub mod migrate;
pub mod rows;
#[expect(
    missing_docs,
    reason = "diesel's macro makes items without documentation"
)]
pub mod schema;
mod store;

pub use error::{Constraint, JournalError, StorageError, chain};
pub use store::{Store, database_clock};
