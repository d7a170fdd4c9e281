//! What can be wrong with the log.

use std::io;

use utc_attestation::log::NoteError;
use utc_storage::StorageError;

/// Why the log is not accepted as the one that was acknowledged, or cannot be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogFault {
    /// The database has fewer receipts than were acknowledged.
    #[error(
        "the log in the database has {found} receipts, the guard `{file}` remembers {size} of `{origin}`: the database was set \
         back (restored from a backup, or receipts were deleted). Put the newer database back; or, if the loss has to be \
         accepted, run `utc-admin log accept-rollback REASON`, which records it"
    )]
    SetBack {
        /// How many receipts there are.
        found: u64,
        /// How many there were.
        size: u64,
        /// The log's name.
        origin: String,
        /// The guard's file.
        file: String,
    },
    /// Receipts are not the ones that were acknowledged.
    #[error(
        "the first {size} receipts in the database are not those that the guard `{file}` remembers of `{origin}`: they were \
         changed, or this is another log's database. Put the right database or guard back; `utc-admin log rebuild` helps \
         where only the stored tree is damaged; or, if the change has to be accepted, run `utc-admin log accept-rollback REASON`"
    )]
    Changed {
        /// How many receipts the guard covers.
        size: u64,
        /// The log's name.
        origin: String,
        /// The guard's file.
        file: String,
    },
    /// The stored tree does not have the root that its head says.
    #[error(
        "the stored tree does not have the root that the head of the log says: run `utc-admin log rebuild`"
    )]
    Tree,
    /// The log has receipts and nothing outside remembers them.
    #[error(
        "the log has {found} receipts, and there is no guard `{file}` that remembers them. Put the guard back (UTC_GUARD_FILE); \
         on a new machine beside others copy theirs; or, if it is lost, run `utc-admin log adopt`, which records that"
    )]
    NoGuard {
        /// How many receipts there are.
        found: u64,
        /// The guard's file.
        file: String,
    },
    /// The guard cannot be read or written.
    #[error("cannot read or write the guard `{file}`")]
    Guard {
        /// The guard's file.
        file: String,
        /// What the operating system said, or what is wrong with the file.
        #[source]
        source: io::Error,
    },
    /// The key that signs checkpoints cannot be read or made.
    #[error("cannot read or make the key that signs checkpoints in `{file}`")]
    Key {
        /// The key's file.
        file: String,
        /// What the operating system said, or what is wrong with the file.
        #[source]
        source: io::Error,
    },
    /// The log is signed with another key.
    #[error(
        "the log's checkpoints are signed with the key `{active}`, the file `{file}` holds another one. Put the right key back \
         (UTC_LOG_KEY_FILE); `utc-admin log rotate-key` changes it, with a receipt"
    )]
    OtherKey {
        /// The verifier key of the one that signs.
        active: String,
        /// The key's file.
        file: String,
    },
    /// The log has another name.
    #[error(
        "the log is called `{found}`, the configuration says `{configured}` (UTC_LOG_ORIGIN): a log keeps its name. Set it back; \
         `utc-admin db reset` begins another log"
    )]
    OtherOrigin {
        /// Its name.
        found: String,
        /// What is configured.
        configured: String,
    },
    /// The name cannot be a log's.
    #[error("`{origin}` cannot be the name of a log (UTC_LOG_ORIGIN)")]
    Origin {
        /// The name.
        origin: String,
        /// Why not.
        #[source]
        source: NoteError,
    },
    /// An entry that no server of this installation wrote.
    #[error(
        "the entry at position {seq} was not written by a server of this installation ({why}): nothing more is signed. Somebody \
         writes to the database; find out who, and restore it from a backup"
    )]
    Forged {
        /// The position.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing to accept.
    #[error(
        "the log is the one that is remembered: there is nothing to accept, and nothing was changed"
    )]
    Fine,
    /// The head cannot be signed under the log's name.
    #[error("the head of the log cannot be signed")]
    Sign(#[source] NoteError),
    /// The database cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
