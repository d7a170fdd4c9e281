#![doc = include_str!("../README.md")]

pub mod connection;
mod db;
mod error;
pub mod journal;
pub mod lock;
pub mod maintain;
pub mod migrate;
pub mod rows;
#[expect(
    missing_docs,
    reason = "diesel's macro makes items without documentation"
)]
pub mod schema;
mod store;

pub use error::{Constraint, JournalError, StorageError};
pub use store::Store;
