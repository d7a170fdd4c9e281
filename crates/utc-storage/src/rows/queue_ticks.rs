//! Which server looks at the measured queues for all of them.

use diesel::prelude::*;

use crate::StorageError;
use crate::connection::Db;
use crate::schema::queue_ticks;

/// Takes a span of time for `server`, or says whether it has it already. Whoever led the span before leads on; another
/// follows only when nobody led for a whole span. A row of a span that is still to come is of a clock that ran ahead, or of
/// spans of another length: it holds nobody up.
pub fn lead(db: &mut Db, slot: i64, server: &str) -> Result<bool, StorageError> {
    let before: Option<(i64, String)> = queue_ticks::table
        .order(queue_ticks::slot.desc())
        .select((queue_ticks::slot, queue_ticks::server))
        .first(db)
        .optional()?;
    if let Some((last, leader)) = before {
        let led_lately = (slot - 1..=slot + 1).contains(&last);
        if leader != server && led_lately {
            return Ok(false);
        }
        if leader == server && last == slot {
            return Ok(true);
        }
    }
    diesel::delete(queue_ticks::table).execute(db)?;
    diesel::insert_into(queue_ticks::table)
        .values((queue_ticks::slot.eq(slot), queue_ticks::server.eq(server)))
        .execute(db)?;
    Ok(true)
}

/// Whether `server` has this span and no other server has taken one since. It takes nothing.
pub fn leads(db: &mut Db, slot: i64, server: &str) -> Result<bool, StorageError> {
    let own = queue_ticks::table
        .filter(queue_ticks::slot.eq(slot))
        .filter(queue_ticks::server.eq(server));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(db)?)
}

/// Leaves the lead to whoever comes first, if `server` has it.
pub fn leave(db: &mut Db, server: &str) -> Result<(), StorageError> {
    diesel::delete(queue_ticks::table.filter(queue_ticks::server.eq(server))).execute(db)?;
    Ok(())
}
