//! Events that matched no unit when they came, looked at again.

use std::collections::HashMap;

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::events::{self, EventRow};
use utc_storage::rows::unit_signals::{self, UnitSignalRow};
use utc_storage::rows::{risks, sources};
use utc_tdx::{Entity, Reach, Topic};

use super::stored::reach;
use crate::AppError;
use crate::cache::StateCache;
use crate::identity::read_scope;
use crate::units::stored::parse;

/// Events of one transaction.
const AT_ONCE: i64 = 1_000;

/// Matches the next events after `after` again; the last one looked at, none at the end.
pub(super) fn rematch(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    after: i64,
) -> Result<Option<i64>, AppError> {
    let rows = events::unmatched(tx.db(), after, AT_ONCE)?;
    let mut reaches = HashMap::new();
    for row in &rows {
        if !reaches.contains_key(&row.source) {
            reaches.insert(row.source.clone(), reach_of(tx.db(), &row.source)?);
        }
        if let Some(reach) = reaches.get(&row.source) {
            match_one(tx, cache, row, reach)?;
        }
    }
    Ok(rows.last().map(|row| row.seq))
}

fn reach_of(db: &mut Db, source: &str) -> Result<Reach, StorageError> {
    let row = sources::find(db, source)?;
    reach(&row.ok_or(StorageError::NotFound)?)
}

fn match_one(
    tx: &mut Tx<'_>,
    cache: &StateCache,
    row: &EventRow,
    reach: &Reach,
) -> Result<(), AppError> {
    let entities = row.entities.lines();
    let entities: Result<Vec<Entity>, StorageError> = entities
        .map(|text| parse("events.entities", text))
        .collect();
    let mut units = cache.directory().matches(&entities?, reach);
    let granted = read_scope("events.sender_units", row.sender_units.as_deref())?;
    units.retain(|unit| granted.allows(unit.as_str()));
    if units.is_empty() {
        return Ok(());
    }
    let topic: Topic = parse("events.topic", &row.topic)?;
    let signals: Vec<UnitSignalRow> = units
        .iter()
        .map(|unit| UnitSignalRow {
            unit: unit.to_string(),
            event: row.seq,
            source: row.source.clone(),
            hash: row.hash.clone(),
            thread: row.thread.clone(),
            counts_from: row.counts_from,
            half_life: topic.half_life_micros(),
            severity: row.severity.clone(),
            confidence: row.confidence,
            counts: row.meaning == "raises" && row.dismissed_at.is_none(),
        })
        .collect();
    unit_signals::insert(tx.db(), &signals)?;
    events::set_matched(tx.db(), row.seq)?;
    let stamp = tx.now().as_micros();
    for unit in units {
        risks::put_due(tx.db(), unit.as_str(), stamp)?;
    }
    Ok(())
}
