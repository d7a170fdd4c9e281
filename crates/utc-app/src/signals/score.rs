//! From what is stored to an assessment of each unit.

use std::collections::HashMap;

use utc_domain::{Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::unit_signals::{self, Said};
use utc_tdx::score::{Assessment, Closings, Signal, assess};
use utc_tdx::{Confidence, Meaning};

use super::admit::HALF_LIVES;
use super::basis::Basis;
use super::book::Book;
use super::stored::hash;
use crate::cache::StateCache;
use crate::units::stored::parse;

/// A unit with its score.
#[derive(Clone)]
pub(super) struct Assessed {
    pub(super) unit: UnitName,
    pub(super) assessment: Assessment,
    /// From how many signals.
    pub(super) signals: usize,
    pub(super) basis: Basis,
}

/// Assesses units, each from its own signals.
pub(super) fn assess_each<'n>(
    db: &mut Db,
    units: impl IntoIterator<Item = &'n str>,
    cache: &StateCache,
    now: Timestamp,
) -> Result<Vec<Assessed>, StorageError> {
    let units = units.into_iter();
    let based = units.map(|unit| Ok((unit, Basis::of(db, unit)?)));
    let based: Vec<(&str, Basis)> = based.collect::<Result<_, StorageError>>()?;
    let book = Book::load(db)?;
    let mut all = Vec::new();
    for (unit, basis) in based {
        let rows = unit_signals::of_unit(db, unit, now.as_micros(), HALF_LIVES)?;
        all.push(assess_unit(unit, &rows, basis, &book, cache, now)?);
    }
    Ok(all)
}

/// Assesses units that stand next to each other by name: those after `after`, in one pass over their signals.
pub(super) fn assess_stretch(
    db: &mut Db,
    units: &[String],
    after: &str,
    cache: &StateCache,
    now: Timestamp,
) -> Result<Vec<Assessed>, StorageError> {
    let Some(last) = units.last() else {
        return Ok(Vec::new());
    };
    let known = Basis::between(db, after, last)?;
    let book = Book::load(db)?;
    let rows = unit_signals::between(db, after, last, now.as_micros(), HALF_LIVES)?;
    let said: HashMap<&str, &[Said]> = rows
        .chunk_by(|a, b| a.unit == b.unit)
        .filter_map(|rows| Some((rows.first()?.unit.as_str(), rows)))
        .collect();
    let assessed = units.iter().map(|unit| {
        let rows = said.get(unit.as_str()).copied().unwrap_or_default();
        let basis = known.of(unit);
        assess_unit(unit, rows, basis, &book, cache, now)
    });
    assessed.collect()
}

fn assess_unit(
    unit: &str,
    rows: &[Said],
    basis: Basis,
    book: &Book,
    cache: &StateCache,
    now: Timestamp,
) -> Result<Assessed, StorageError> {
    let unit: UnitName = parse("unit_signals.unit", unit)?;
    let signals = rows.iter().map(|row| signal(row, &unit, book));
    let signals: Vec<Signal<'_>> = signals.collect::<Result<_, _>>()?;
    let criticality = cache.criticality(&unit);
    let closings = Closings::default();
    Ok(Assessed {
        assessment: assess(&signals, &book.ratings, &closings, criticality, now),
        signals: signals.len(),
        basis,
        unit,
    })
}

/// What is over, was dismissed, or comes from a source that may not speak about the unit any more, is counted and weighs
/// nothing.
fn signal<'b>(row: &Said, unit: &UnitName, book: &'b Book) -> Result<Signal<'b>, StorageError> {
    let (source, reach) = book.find(&row.source)?;
    let over = row.closed_at.is_some_and(|at| at >= row.counts_from);
    let weighs = row.counts && !over && reach.includes(unit);
    let confidence = Confidence::new(row.confidence).map_err(|error| StorageError::Corrupt {
        column: "unit_signals.confidence",
        source: Box::new(error),
    })?;
    let hash = hash("unit_signals.hash", &row.hash)?;
    Ok(Signal {
        source,
        hash,
        counts_from: Timestamp::from_micros(row.counts_from),
        half_life_micros: row.half_life,
        severity: parse("unit_signals.severity", &row.severity)?,
        confidence,
        meaning: if weighs {
            Meaning::Raises
        } else {
            Meaning::Unknown
        },
        // What is over was found by the database.
        thread: hash,
    })
}
