//! Events into the database: each once, whatever was sent again, or the whole delivery not at all.

use std::collections::{BTreeMap, HashMap};

use utc_domain::{Scope, Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::event_keys::{self, EventKeyRow};
use utc_storage::rows::events;
use utc_storage::rows::quarantine;
use utc_storage::rows::sources::{self, SourceRow};
use utc_storage::rows::{risks, unit_signals};
use utc_tdx::ssf::SET_RETENTION_DAYS;
use utc_tdx::{DedupeKey, Event, Novelty, Reach, SourceName, Standing, novelty};

use super::closing::close;
use super::proven::disproved;
use super::quarantine::conflict;
use super::register::row_of;
use super::rows::{event_row, signal_row};
use super::stored::{hash, reach};
use super::{NotTaken, ScoringClock, SignalOptions, Taken};
use crate::AppError;
use crate::cache::StateCache;

pub(super) const MICROS_PER_DAY: i64 = 24 * 3_600 * 1_000_000;

/// The most sources that nobody registered: an invented name must not fill the database.
const MOST_APPEARED: i64 = 1_000;

/// After so many half-lives an event says nothing any more: 2⁻²¹ is below half of the sixth decimal.
pub(super) const HALF_LIVES: i64 = 21;

/// What storing needs beside the transaction.
pub(super) struct Admission<'a> {
    pub(super) cache: &'a StateCache,
    pub(super) options: &'a SignalOptions,
    /// The units that the sender may speak about, whatever its sources may.
    pub(super) units: &'a Scope,
    pub(super) address: Option<&'a str>,
}

/// Stores what is new of a delivery, if its sources may be heard so.
pub(super) fn admit(
    tx: &mut Tx<'_>,
    admission: &Admission<'_>,
    delivered: &[Event],
) -> Result<Result<Taken, NotTaken>, AppError> {
    if let Some(refusal) = disproved(tx.db(), delivered)? {
        return Ok(Err(refusal.into()));
    }
    let sorted = sort(tx.db(), delivered)?;
    let mut taken = Taken {
        accepted: sorted.new.len(),
        repeated: sorted.repeated.len(),
        conflicts: sorted.conflicts.len(),
        hashes: delivered.iter().map(|event| event.hash).collect(),
        units: Vec::new(),
    };
    for event in &sorted.conflicts {
        let entry = conflict(event, admission.address, tx.now());
        quarantine::insert(tx.db(), entry)?;
    }
    let reaches = count(tx, admission, &sorted)?;
    taken.units = store(tx, admission, &sorted.new, &reaches)?;
    Ok(Ok(taken))
}

/// A delivery by what of it is new.
struct Sorted<'a> {
    new: Vec<&'a Event>,
    repeated: Vec<&'a Event>,
    conflicts: Vec<&'a Event>,
}

/// Looks all keys up at once; what stands twice in one delivery is a repetition, too.
fn sort<'a>(db: &mut Db, delivered: &'a [Event]) -> Result<Sorted<'a>, StorageError> {
    let keys: Vec<&str> = delivered
        .iter()
        .flat_map(|event| event.keys.iter().map(DedupeKey::as_str))
        .collect();
    let mut known = HashMap::new();
    for (key, content) in event_keys::known(db, &keys)? {
        known.insert(key, hash("event_keys.content", &content)?);
    }
    let mut sorted = Sorted {
        new: Vec::new(),
        repeated: Vec::new(),
        conflicts: Vec::new(),
    };
    for event in delivered {
        match novelty(&event.keys, |key| known.get(key).copied()) {
            Novelty::New => {
                let keys = event.keys.iter();
                known.extend(keys.map(|key| (key.as_str().to_owned(), key.content())));
                sorted.new.push(event);
            }
            Novelty::Repeat => sorted.repeated.push(event),
            Novelty::Conflict => sorted.conflicts.push(event),
        }
    }
    Ok(sorted)
}

/// What came from one source.
#[derive(Default)]
struct Came {
    new: i64,
    repeated: i64,
}

/// Counts what came against each source's quota, and makes the sources that appear.
fn count(
    tx: &mut Tx<'_>,
    admission: &Admission<'_>,
    sorted: &Sorted<'_>,
) -> Result<BTreeMap<SourceName, Reach>, AppError> {
    let mut by_source: BTreeMap<&SourceName, Came> = BTreeMap::new();
    for event in &sorted.new {
        by_source.entry(&event.source).or_default().new += 1;
    }
    for event in &sorted.repeated {
        by_source.entry(&event.source).or_default().repeated += 1;
    }
    let now = tx.now();
    let mut reaches = BTreeMap::new();
    for (name, came) in by_source {
        let (mut row, new) = row_of(tx.db(), name, now)?;
        if new {
            make_room(tx.db())?;
        }
        charge(&mut row, &came, admission.options, now)?;
        reaches.insert(name.clone(), reach(&row)?);
        save(tx.db(), &row, new)?;
    }
    Ok(reaches)
}

fn save(db: &mut Db, row: &SourceRow, new: bool) -> Result<(), StorageError> {
    if new {
        sources::insert(db, row)
    } else {
        sources::update(db, row)
    }
}

fn make_room(db: &mut Db) -> Result<(), AppError> {
    if sources::count_appeared(db)? < MOST_APPEARED {
        return Ok(());
    }
    Err(AppError::OverQuota(format!(
        "there are {MOST_APPEARED} sources that nobody registered, which is the most; register this one"
    )))
}

fn charge(
    row: &mut SourceRow,
    came: &Came,
    options: &SignalOptions,
    now: Timestamp,
) -> Result<(), AppError> {
    let today = now.as_micros().div_euclid(MICROS_PER_DAY);
    if row.quota_day != today {
        (row.quota_day, row.quota_used) = (today, 0);
    }
    let quota = if row.standing == Standing::Appeared.as_str() {
        options.daily_quota_appeared
    } else {
        options.daily_quota
    };
    row.quota_used += came.new;
    if row.quota_used.unsigned_abs() > quota {
        return Err(AppError::OverQuota(format!(
            "source `{}` may send {quota} events a day",
            row.name
        )));
    }
    row.events += came.new;
    row.repeats += came.repeated;
    row.last_seen_at = Some(now.as_micros());
    Ok(())
}

/// Writes the new events with their keys and matches; the units that they match.
fn store(
    tx: &mut Tx<'_>,
    admission: &Admission<'_>,
    new: &[&Event],
    reaches: &BTreeMap<SourceName, Reach>,
) -> Result<Vec<UnitName>, AppError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut written = Written::default();
    let first = events::next_seq(tx.db())?;
    for (seq, event) in (first..).zip(new) {
        let mut matches = match reaches.get(&event.source) {
            Some(reach) => admission.cache.directory().matches(&event.entities, reach),
            None => return Err(AppError::Internal("a source without its row".into())),
        };
        matches.retain(|unit| admission.units.allows(unit.as_str()));
        written.add(event, seq, matches, admission);
    }
    events::insert(tx.db(), &written.events)?;
    event_keys::insert(tx.db(), &written.keys)?;
    unit_signals::insert(tx.db(), &written.signals)?;
    for event in new {
        close(tx, event, admission, &mut written.units)?;
    }
    written.units.sort();
    written.units.dedup();
    let stamp = tx.now().as_micros();
    for unit in &written.units {
        risks::put_due(tx.db(), unit.as_str(), stamp)?;
    }
    Ok(written.units)
}

/// Rows to insert.
#[derive(Default)]
struct Written {
    events: Vec<events::EventRow>,
    keys: Vec<EventKeyRow>,
    signals: Vec<unit_signals::UnitSignalRow>,
    units: Vec<UnitName>,
}

impl Written {
    fn add(
        &mut self,
        event: &Event,
        seq: i64,
        matches: impl IntoIterator<Item = UnitName>,
        admission: &Admission<'_>,
    ) {
        let counts_from = on(admission.options.clock.as_deref(), event.counts_from());
        let until = kept_until(event, counts_from);
        let known = self.signals.len();
        for unit in matches {
            self.signals
                .push(signal_row(event, &unit, seq, counts_from));
            self.units.push(unit);
        }
        let found = self.signals.len() > known;
        self.events.push(event_row(
            event,
            seq,
            counts_from,
            found,
            admission.units,
            until,
        ));
        self.keys.extend(event.keys.iter().map(|key| EventKeyRow {
            key: key.as_str().to_owned(),
            content: key.content().as_bytes().to_vec(),
            until,
        }));
    }
}

/// What the clock of scores showed at a moment.
pub(super) fn on(clock: Option<&ScoringClock>, at: Timestamp) -> Timestamp {
    clock.map_or(at, |clock| clock.at(at))
}

/// An event is kept while it says anything, and at least as long as it must be recognised.
fn kept_until(event: &Event, counts_from: Timestamp) -> i64 {
    let silent = counts_from.plus_micros(HALF_LIVES * event.topic.half_life_micros());
    silent.max(remembered_until(event.when_seen)).as_micros()
}

/// Until when a key must be known.
pub(super) fn remembered_until(seen: Timestamp) -> Timestamp {
    seen.plus_micros(SET_RETENTION_DAYS * MICROS_PER_DAY)
}
