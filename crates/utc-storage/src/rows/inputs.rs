//! What callers said in their own words: kept apart from the receipts, so that it can be erased.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::inputs;

/// The context and reason of one request.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = inputs)]
pub struct InputRow {
    /// The receipt whose `context_hash` covers it.
    pub receipt_id: String,
    /// 16 random bytes in hexadecimal, hashed in front of the body.
    pub salt: String,
    /// Canonical JSON `{"context":…,"reason":…}`; none once erased.
    pub body: Option<String>,
    /// When it was erased.
    pub erased_at: Option<i64>,
}

/// Stores an input.
pub fn insert(db: &mut Db, row: &InputRow) -> Result<(), StorageError> {
    diesel::insert_into(inputs::table).values(row).execute(db)?;
    Ok(())
}

/// The input of a receipt, if there was one.
pub fn find(db: &mut Db, receipt_id: &str) -> Result<Option<InputRow>, StorageError> {
    let row = inputs::table
        .find(receipt_id)
        .select((
            inputs::receipt_id,
            inputs::salt,
            inputs::body,
            inputs::erased_at,
        ))
        .get_result(db)
        .optional()?;
    Ok(row)
}

/// Erases the body; false when there is none (any more).
pub fn erase(db: &mut Db, receipt_id: &str, at: i64) -> Result<bool, StorageError> {
    let present = inputs::table
        .filter(inputs::receipt_id.eq(receipt_id))
        .filter(inputs::body.is_not_null());
    let count = diesel::update(present)
        .set((
            inputs::body.eq(None::<String>),
            inputs::erased_at.eq(Some(at)),
        ))
        .execute(db)?;
    Ok(count == 1)
}
