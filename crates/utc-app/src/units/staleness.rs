//! Units of which nothing is heard any more.

use utc_domain::{ProtectionLevel, Timestamp};
use utc_queueing::is_silent;
use utc_storage::rows::units::{self, ObservedRow};

use super::{Source, stored};
use crate::AppError;
use crate::console::Console;

/// Whether a unit's level is held because nothing is heard of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staleness {
    /// The unit.
    pub unit: String,
    /// Whether it is.
    pub stale: bool,
}

impl Console {
    /// Of every configured unit that was ever observed: what metrics show. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when it cannot be read.
    pub fn staleness(&self) -> Result<Vec<Staleness>, AppError> {
        let now = self.clock().now();
        let rows = self.store().read(units::observed)?;
        rows.into_iter().map(|row| staleness(row, now)).collect()
    }
}

fn staleness(row: ObservedRow, now: Timestamp) -> Result<Staleness, AppError> {
    let level: ProtectionLevel = stored::parse("units.level", &row.level)?;
    let source = row.source.as_deref().and_then(Source::of);
    let last = Timestamp::from_micros(row.last_observed_at);
    let stale = is_held_stale((last, row.interval_micros), source, level, now);
    Ok(Staleness {
        unit: row.name,
        stale,
    })
}

/// Silence of reports holds the level. Silence of what is counted is calm, unless a level waits to come down.
pub(super) fn is_held_stale(
    (last, interval_micros): (Timestamp, Option<i64>),
    source: Option<Source>,
    level: ProtectionLevel,
    now: Timestamp,
) -> bool {
    let calm = source == Some(Source::Measured) && level == ProtectionLevel::Permissive;
    !calm && is_silent(last, interval_micros, now)
}
