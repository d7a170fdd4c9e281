//! What an event says is over.

use utc_domain::{Scope, UnitName};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::{events, unit_signals};
use utc_tdx::{ContentHash, Event, Meaning};

use super::admit::{Admission, HALF_LIVES, MICROS_PER_DAY, on};
use crate::AppError;
use crate::units::stored::parse;

/// The longest half-life, in days: what closes is kept as long as whatever it may close.
const LONGEST_HALF_LIFE_DAYS: i64 = 14;

/// Notes what an event says is over, and that whatever it is over for is scored again.
///
/// A thread is over for every unit that it is about: who may not speak about all of those, or cannot name them as none came
/// yet, closes nothing.
pub(super) fn close(
    tx: &mut Tx<'_>,
    event: &Event,
    admission: &Admission<'_>,
    units: &mut Vec<UnitName>,
) -> Result<(), AppError> {
    let Meaning::Closes(thread) = event.meaning else {
        return Ok(());
    };
    // Whoever names an event by its digest closes that one, and no thread of another format: those have names of their own.
    if thread != event.thread && !is_event(tx.db(), event, thread)? {
        return Ok(());
    }
    let (source, thread) = (event.source.as_str(), thread.as_bytes());
    let about = unit_signals::units_in_thread(tx.db(), source, thread)?;
    let may = |unit: &String| admission.units.allows(unit);
    if *admission.units != Scope::All && (about.is_empty() || !about.iter().all(may)) {
        return Ok(());
    }
    let at = on(admission.options.clock.as_deref(), event.counts_from());
    let until = at.plus_micros((HALF_LIVES * LONGEST_HALF_LIFE_DAYS + 1) * MICROS_PER_DAY);
    unit_signals::close(tx.db(), source, thread, at.as_micros(), until.as_micros())?;
    for unit in about {
        units.push(parse("unit_signals.unit", &unit)?);
    }
    Ok(())
}

/// Whether this is the digest of an event of the same source that is known by that alone.
fn is_event(db: &mut Db, closing: &Event, hash: ContentHash) -> Result<bool, AppError> {
    let row = events::by_hash(db, hash.as_bytes())?;
    Ok(row.is_some_and(|row| row.source == closing.source.as_str() && row.thread == row.hash))
}
