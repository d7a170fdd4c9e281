//! Which server looks at the measured queues for all of them.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::queue_ticks;

/// Takes a span of time for `server`, or says whether it has it already; older spans are forgotten. One row for a span is
/// all that there can be, so no two servers have it.
pub fn lead(db: &mut Db, slot: i64, server: &str) -> Result<bool, StorageError> {
    let taken: Option<String> = queue_ticks::table
        .filter(queue_ticks::slot.ge(slot))
        .order(queue_ticks::slot.desc())
        .select(queue_ticks::server)
        .first(db)
        .optional()?;
    if let Some(leader) = taken {
        return Ok(leader == server);
    }
    diesel::delete(queue_ticks::table.filter(queue_ticks::slot.lt(slot))).execute(db)?;
    diesel::insert_into(queue_ticks::table)
        .values((queue_ticks::slot.eq(slot), queue_ticks::server.eq(server)))
        .execute(db)?;
    Ok(true)
}
