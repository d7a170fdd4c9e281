//! The keys that sign the log's checkpoints, each under the log's name at that time, and their ranges.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::log_signers;

/// A checkpoint key and the positions that were recorded under it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = log_signers)]
pub struct SignerRow {
    /// The verifier key: the log's name, a short hash, the public key.
    pub vkey: String,
    /// The position of the receipt that registered it.
    pub from_seq: i64,
    /// The position of the receipt that ended it; none while it signs.
    pub until_seq: Option<i64>,
}

/// Every key, oldest first.
pub fn all(db: &mut Db) -> Result<Vec<SignerRow>, StorageError> {
    Ok(log_signers::table
        .order(log_signers::from_seq.asc())
        .load(db)?)
}

/// The key that signs now.
pub fn active(db: &mut Db) -> Result<Option<SignerRow>, StorageError> {
    Ok(log_signers::table
        .filter(log_signers::until_seq.is_null())
        .first(db)
        .optional()?)
}

/// Ends the active key's range with the receipt at `seq`, and begins the range of `vkey` there.
pub fn change(db: &mut Db, vkey: &str, seq: i64) -> Result<(), StorageError> {
    diesel::update(log_signers::table.filter(log_signers::until_seq.is_null()))
        .set(log_signers::until_seq.eq(Some(seq)))
        .execute(db)?;
    let row = SignerRow {
        vkey: vkey.to_owned(),
        from_seq: seq,
        until_seq: None,
    };
    diesel::insert_into(log_signers::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}
