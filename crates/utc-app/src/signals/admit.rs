//! Events into the database: each once, whatever was sent again, or the whole delivery not at all.

use std::collections::{BTreeMap, HashMap};

use utc_domain::{Scope, Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::event_keys::{self, EventKeyRow};
use utc_storage::rows::events;
use utc_storage::rows::open_entities::{self, OpenEntityRow};
use utc_storage::rows::quarantine;
use utc_storage::rows::{risks, unit_signals};
use utc_tdx::ssf::SET_RETENTION_DAYS;
use utc_tdx::{ContentHash, DedupeKey, Event, Novelty, SourceName, novelty};

use super::closing::close;
use super::heard::{Came, Heard};
use super::matched::{Matched, matched};
use super::quarantine::conflict;
use super::rows::{event_row, signal_row};
use super::stored::hash;
use super::{NotTaken, ScoringClock, SignalOptions, Taken};
use crate::AppError;
use crate::cache::StateCache;

pub(super) const MICROS_PER_DAY: i64 = 24 * 3_600 * 1_000_000;

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
    let now = tx.now();
    let mut heard = Heard::load(tx.db(), delivered, now)?;
    if let Some(refusal) = heard.disproved(delivered)? {
        return Ok(Err(refusal.into()));
    }
    let sorted = sort(tx.db(), delivered)?;
    heard.count(tx.db(), &sorted.by_source(), admission.options, now)?;
    for event in &sorted.conflicts {
        let entry = conflict(event, admission.address, now);
        quarantine::insert(tx.db(), entry)?;
    }
    let units = store(tx, admission, &sorted.new, &heard)?;
    Ok(Ok(Taken {
        accepted: sorted.new.len(),
        repeated: sorted.repeated.len(),
        conflicts: sorted.conflicts.len(),
        hashes: delivered.iter().map(|event| event.hash).collect(),
        units,
    }))
}

/// A delivery by what of it is new.
#[derive(Default)]
struct Sorted<'a> {
    new: Vec<&'a Event>,
    repeated: Vec<&'a Event>,
    conflicts: Vec<&'a Event>,
}

impl<'a> Sorted<'a> {
    fn by_source(&self) -> BTreeMap<&'a SourceName, Came> {
        let mut all: BTreeMap<&SourceName, Came> = BTreeMap::new();
        for event in &self.new {
            all.entry(&event.source).or_default().new += 1;
        }
        for event in &self.repeated {
            all.entry(&event.source).or_default().repeated += 1;
        }
        for event in &self.conflicts {
            all.entry(&event.source).or_default().conflicts += 1;
        }
        all
    }
}

/// Looks all keys up at once; what stands twice in one delivery is a repetition, too.
fn sort<'a>(db: &mut Db, delivered: &'a [Event]) -> Result<Sorted<'a>, StorageError> {
    let mut known = known(db, delivered)?;
    let mut sorted = Sorted::default();
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

/// What is known under the keys of a delivery. An event whose content is its id is known by its own row.
fn known(db: &mut Db, delivered: &[Event]) -> Result<HashMap<String, ContentHash>, StorageError> {
    let keys = delivered.iter().flat_map(|event| &event.keys);
    let (by_content, by_key): (Vec<&DedupeKey>, Vec<_>) = keys.partition(|key| key.is_content());
    let mut known = HashMap::new();
    let texts: Vec<&str> = by_key.iter().map(|key| key.as_str()).collect();
    for (key, content) in event_keys::known(db, &texts)? {
        known.insert(key, hash("event_keys.content", &content)?);
    }
    let contents: Vec<ContentHash> = by_content.iter().map(|key| key.content()).collect();
    let contents: Vec<&[u8]> = contents.iter().map(|one| &one.as_bytes()[..]).collect();
    let there = events::known(db, &contents)?;
    let there = by_content
        .into_iter()
        .filter(|key| there.contains(&key.content().as_bytes()[..]));
    known.extend(there.map(|key| (key.as_str().to_owned(), key.content())));
    Ok(known)
}

/// Writes the new events with their keys and matches; the units that they match.
fn store(
    tx: &mut Tx<'_>,
    admission: &Admission<'_>,
    new: &[&Event],
    heard: &Heard,
) -> Result<Vec<UnitName>, AppError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut written = Written::default();
    let first = events::next_seq(tx.db())?;
    for (seq, event) in (first..).zip(new) {
        let reach = heard.reach(&event.source)?;
        let found = matched(admission.cache, &event.entities, reach, admission.units);
        written.add(event, seq, found, admission);
    }
    events::insert(tx.db(), &written.events)?;
    event_keys::insert(tx.db(), &written.keys)?;
    unit_signals::insert(tx.db(), &written.signals)?;
    open_entities::insert(tx.db(), &written.open)?;
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
    open: Vec<OpenEntityRow>,
    units: Vec<UnitName>,
}

impl Written {
    fn add(&mut self, event: &Event, seq: i64, found: Matched, admission: &Admission<'_>) {
        let counts_from = on(admission.options.clock.as_deref(), event.counts_from());
        let until = kept_until(event, counts_from);
        let is_matched = !found.units.is_empty();
        for unit in found.units {
            self.signals
                .push(signal_row(event, &unit, seq, counts_from));
            self.units.push(unit);
        }
        let open = found.open.into_iter();
        self.open
            .extend(open.map(|entity| OpenEntityRow { entity, event: seq }));
        self.events.push(event_row(
            event,
            seq,
            counts_from,
            is_matched,
            admission.units,
            until,
        ));
        let keys = event.keys.iter().filter(|key| !key.is_content());
        self.keys.extend(keys.map(|key| EventKeyRow {
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
