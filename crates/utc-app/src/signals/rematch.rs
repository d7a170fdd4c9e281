//! Events that are matched again, because units are called otherwise, or because their source reaches others.

use std::collections::{BTreeSet, HashMap};

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::events::{self, EventRow};
use utc_storage::rows::unit_signals::{self, UnitSignalRow};
use utc_storage::rows::{open_entities, rematches, risks, sources, units};
use utc_tdx::{Entity, Reach, Topic};

use super::matched::{Matched, matched};
use super::stored::reach;
use crate::AppError;
use crate::cache::StateCache;
use crate::identity::read_scope;
use crate::units::UnitConfig;
use crate::units::stored::parse;

/// Events of one transaction, or a little more.
const AT_ONCE: i64 = 500;

/// A unit is called otherwise from now on: what that touches is matched again. `before` is none where nobody
/// configured it.
pub(crate) fn renamed(
    tx: &mut Tx<'_>,
    unit: &str,
    before: Option<&UnitConfig>,
    after: &UnitConfig,
) -> Result<(), StorageError> {
    let (old, new) = (called(before), called(Some(after)));
    let asked = tx.clock().as_micros();
    for entity in new.difference(&old) {
        if open_entities::is_open(tx.db(), entity)? {
            rematches::put(tx.db(), rematches::ENTITY, entity, asked)?;
        }
    }
    if old.difference(&new).next().is_some() {
        rematches::put(tx.db(), rematches::UNIT, unit, asked)?;
    }
    Ok(())
}

/// A unit is there from now on. Events that are stored beside it, in the same batch, do not know it yet, so this waits in any
/// case.
pub(crate) fn appeared(tx: &mut Tx<'_>, unit: &str) -> Result<(), StorageError> {
    let asked = tx.clock().as_micros();
    rematches::put(tx.db(), rematches::ENTITY, unit, asked)
}

/// A source reaches others from now on.
pub(super) fn reaches_others(tx: &mut Tx<'_>, source: &str) -> Result<(), StorageError> {
    let asked = tx.clock().as_micros();
    rematches::put(tx.db(), rematches::SOURCE, source, asked)
}

/// What a unit is called beside its name, as entities say it.
fn called(config: Option<&UnitConfig>) -> BTreeSet<String> {
    let Some(config) = config else {
        return BTreeSet::new();
    };
    let labels = config.labels.iter();
    let labels = labels.map(|(key, value)| format!("{key}={value}"));
    let aliases = config.aliases.iter().map(ToString::to_string);
    aliases.chain(labels).collect()
}

/// Matches some of what waits again; whether more may wait.
pub(super) fn rematch(tx: &mut Tx<'_>, cache: &StateCache) -> Result<bool, AppError> {
    let mut looked = 0;
    // Most often nothing was said of a unit before it was there.
    for _ in 0..AT_ONCE {
        match next(tx, cache)? {
            None => return Ok(false),
            Some(events) => looked += events,
        }
        if looked >= AT_ONCE {
            break;
        }
    }
    Ok(true)
}

/// The next of what waits: how many events were looked at; none where nothing waits.
fn next(tx: &mut Tx<'_>, cache: &StateCache) -> Result<Option<i64>, AppError> {
    let now = tx.clock().as_micros();
    let Some(due) = rematches::next(tx.db(), now)? else {
        return Ok(None);
    };
    if due.kind == rematches::ENTITY && !knows(tx.db(), cache, &due.name)? {
        return Ok(None);
    }
    let rows = rematches::events(tx.db(), &due, AT_ONCE)?;
    let mut reaches = HashMap::new();
    for row in &rows {
        if !reaches.contains_key(&row.source) {
            reaches.insert(row.source.clone(), reach_of(tx.db(), &row.source)?);
        }
        if let Some(reach) = reaches.get(&row.source) {
            match_one(tx, cache, row, reach)?;
        }
    }
    let looked = i64::try_from(rows.len()).unwrap_or(AT_ONCE);
    let last = rows.last().filter(|_| looked >= AT_ONCE);
    rematches::settle(tx.db(), &due, last.map(|row| row.seq))?;
    Ok(Some(looked))
}

/// Whether this process knows the unit of this name, where there is one: what a decision elsewhere made, the server knows that
/// asked for this.
fn knows(db: &mut Db, cache: &StateCache, name: &str) -> Result<bool, StorageError> {
    let known = name.parse().is_ok_and(|name| cache.unit(&name).is_some());
    Ok(known || units::find(db, name)?.is_none())
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
    let entities = entities?;
    let granted = read_scope("events.sender_units", row.sender_units.as_deref())?;
    let found = matched(cache, &entities, reach, &granted);
    reopen(tx.db(), row.seq, &entities, &found)?;
    let before: BTreeSet<String> = unit_signals::units_of(tx.db(), row.seq)?
        .into_iter()
        .collect();
    let now: BTreeSet<String> = found.units.iter().map(ToString::to_string).collect();
    if before == now {
        return Ok(());
    }
    let topic: Topic = parse("events.topic", &row.topic)?;
    let new = now.difference(&before);
    let new: Vec<UnitSignalRow> = new.map(|unit| signal(row, unit, &topic)).collect();
    unit_signals::insert(tx.db(), &new)?;
    for unit in before.difference(&now) {
        unit_signals::remove(tx.db(), unit, row.seq)?;
        risks::revise(tx.db())?;
    }
    events::set_matched(tx.db(), row.seq, !now.is_empty())?;
    let stamp = tx.now().as_micros();
    for unit in before.symmetric_difference(&now) {
        risks::put_due(tx.db(), unit, stamp)?;
    }
    Ok(())
}

/// Keeps by what an event may come to match further units.
fn reopen(
    db: &mut Db,
    event: i64,
    entities: &[Entity],
    found: &Matched,
) -> Result<(), StorageError> {
    for entity in entities {
        if found.open.contains(entity.as_str()) {
            open_entities::put(db, entity.as_str(), event)?;
        } else {
            open_entities::remove(db, entity.as_str(), event)?;
        }
    }
    Ok(())
}

fn signal(row: &EventRow, unit: &str, topic: &Topic) -> UnitSignalRow {
    UnitSignalRow {
        unit: unit.to_owned(),
        event: row.seq,
        source: row.source.clone(),
        hash: row.hash.clone(),
        thread: row.thread.clone(),
        counts_from: row.counts_from,
        half_life: topic.half_life_micros(),
        severity: row.severity.clone(),
        confidence: row.confidence,
        counts: row.meaning == "raises" && row.dismissed_at.is_none(),
    }
}
