//! What can go wrong with a database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use utc_domain::{KeyId, ReceiptId};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The address of the database has no form that is understood.
    #[error("the database address must be `sqlite://PATH` or `postgres://…`: {reason}")]
    Address {
        /// What is wrong with it, without its password.
        reason: String,
    },
    /// No connection could be opened.
    #[error("cannot open the database {database}")]
    Connect {
        /// The database, without its password.
        database: String,
        /// What the driver said.
        #[source]
        source: diesel::ConnectionError,
    },
    /// The folder of the database, or its lock file, cannot be used.
    #[error("cannot use `{path}`")]
    File {
        /// The file or folder.
        path: String,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// No connection became free in time.
    #[error("no database connection became free in time")]
    Pool(#[source] r2d2::Error),
    /// A row that must be there is not.
    #[error("not found")]
    NotFound,
    /// A constraint of the schema was violated: two writers met, or a value is outside its range.
    #[error("a constraint of the database refused the change")]
    Constraint {
        /// Which kind of constraint.
        kind: Constraint,
        /// What the database said.
        #[source]
        source: DieselError,
    },
    /// Receipts that the head counts are not stored.
    #[error("not every receipt from {from} to {to} is there")]
    MissingReceipts {
        /// The first position that was asked for.
        from: u64,
        /// The position after the last.
        to: u64,
    },
    /// Anything else the database said.
    #[error("the database failed")]
    Database(#[source] DieselError),
    /// A stored value is none that this program writes.
    #[error("the stored value of `{column}` is not valid")]
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The schema was made by a newer version of this program.
    #[error(
        "the database's schema is newer than this program knows (migration `{unknown}`): use the newer program, or restore a backup that this one made"
    )]
    SchemaTooNew {
        /// The first migration that is not known here.
        unknown: String,
    },
    /// A migration failed.
    #[error("cannot migrate the database")]
    Migrate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another process holds the database.
    #[error("another process uses {database}: stop it first (it holds `{lock}`)")]
    InUse {
        /// The database, without its password.
        database: String,
        /// The lock.
        lock: String,
    },
    /// PostgreSQL is set up so that a committed receipt could be lost.
    #[error("PostgreSQL runs with `fsync=off`: a committed receipt could be lost; turn fsync on")]
    FsyncOff,
}

/// The kind of a violated constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// The value exists already.
    Unique,
    /// The row that is referred to does not exist, or is still referred to.
    Reference,
    /// A value is missing or outside its range.
    Check,
}

impl From<DieselError> for StorageError {
    fn from(error: DieselError) -> Self {
        let kind = match &error {
            DieselError::NotFound => return Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Constraint::Unique,
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Constraint::Reference
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::CheckViolation | DatabaseErrorKind::NotNullViolation,
                _,
            ) => Constraint::Check,
            _ => return Self::Database(error),
        };
        Self::Constraint {
            kind,
            source: error,
        }
    }
}

/// Why the journal did not write a job.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The queue is full: ask again later.
    #[error("the journal's queue is full")]
    Full,
    /// The journal is shutting down.
    #[error("the journal is closed")]
    Closed,
    /// The database cannot be written now; nothing of the job was written.
    #[error("the database cannot be written: {message}")]
    Unavailable {
        /// The chain of causes, for the log; not for callers.
        message: String,
    },
    /// The job itself was refused: it keeps its own reason.
    #[error("the job was refused")]
    Refused,
    /// A constraint refused the job; nothing of it was written.
    #[error("a constraint refused the job: {message}")]
    Constraint {
        /// What the database said, for the log.
        message: String,
    },
    /// The receipt could not be sealed.
    #[error("the receipt could not be sealed: {message}")]
    Seal {
        /// Why, for the log.
        message: String,
    },
    /// The log's active key is not held by this process.
    #[error("the log's active key `{active}` may not sign here")]
    KeyNotActive {
        /// The key that the log names.
        active: KeyId,
    },
    /// The log is shorter than, or different from, what this process has written.
    #[error("the log was set back behind this process: {message}")]
    HeadMoved {
        /// What differs.
        message: String,
    },
    /// The connection was lost while committing, and whether it was committed cannot be told.
    #[error("it cannot be told whether the receipts were committed")]
    OutcomeUnknown {
        /// The receipts to ask for later.
        receipts: Vec<ReceiptId>,
    },
}

/// The whole chain of an error's causes in one line, for logs.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    let mut parts: Vec<String> = Vec::new();
    for text in causes.map(ToString::to_string) {
        if parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts.join(": ")
}
