//! How a batch begins: the transaction, the lock of the log's head, and whether that is the log which this process knows.

use diesel::connection::SimpleConnection as _;
use utc_domain::{LeafHash, Timestamp};

use super::batch::{BatchError, Context};
use super::head::{self, Head, signed};
use crate::StorageError;
use crate::connection::Db;
use crate::rows::receipts;

/// Begins the transaction, and gives the head as it is and the time that counts. The cache knows what the head says then.
pub(super) fn begin(db: &mut Db, context: &Context<'_>) -> Result<(Head, Timestamp), BatchError> {
    let start = match db {
        Db::Sqlite(_) => "BEGIN IMMEDIATE",
        Db::Postgres(_) => "BEGIN",
    };
    db.batch_execute(start)
        .map_err(|error| BatchError::Begin(error.into()))?;
    let (head, now) = locked_head(db, context).map_err(BatchError::Begin)?;
    check_tree(&head)?;
    if let Some(known) = context.remembered {
        check_known(db, context, known, &head)?;
    }
    if head.epoch != context.cache.epoch() {
        context
            .cache
            .reload(db, head.epoch)
            .map_err(BatchError::Begin)?;
    }
    Ok((head, now))
}

fn locked_head(db: &mut Db, context: &Context<'_>) -> Result<(Head, Timestamp), StorageError> {
    if let Some(found) = head::lock(db, context.clock)? {
        return Ok(found);
    }
    head::create(db, context.configured_key)?;
    head::lock(db, context.clock)?.ok_or(StorageError::NotFound)
}

/// A leaf can join only a tree that has all before it.
fn check_tree(head: &Head) -> Result<(), BatchError> {
    if head.frontier.size() == head.size {
        return Ok(());
    }
    Err(BatchError::Begin(StorageError::Corrupt {
        column: "log_head.frontier",
        source: "the log has receipts that its tree has not; `utc-admin log rebuild` makes the tree again".into(),
    }))
}

/// Invariant: the log only grows, and what this process acknowledged is still where it was.
fn check_known(
    db: &mut Db,
    context: &Context<'_>,
    known: &Head,
    head: &Head,
) -> Result<(), BatchError> {
    if head.size < known.size {
        let text = format!(
            "the log has {} receipts, this process knows of {}",
            head.size, known.size
        );
        return Err(BatchError::HeadMoved(text));
    }
    if head.size == known.size && head.frontier != known.frontier {
        let text = "the tree of the log is not the one this process knows".to_owned();
        return Err(BatchError::HeadMoved(text));
    }
    let last_leaf = if head.size == known.size {
        head.last_leaf
    } else {
        let row = receipts::by_seq(db, signed(known.size) - 1).map_err(BatchError::Begin)?;
        row.map_or(LeafHash::ZERO, |row| context.sealer.leaf(&row.jws))
    };
    if known.size > 0 && last_leaf != known.last_leaf {
        let text = format!(
            "the receipt at position {} is not the one this process knows",
            known.size - 1
        );
        return Err(BatchError::HeadMoved(text));
    }
    Ok(())
}
