//! From what is stored to an assessment of each unit.

use utc_domain::{Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::rows::unit_signals::Closable;
use utc_tdx::score::{Assessment, Closings, Signal, assess};
use utc_tdx::{Confidence, Meaning};

use super::book::Book;
use super::stored::hash;
use crate::cache::StateCache;
use crate::units::stored::parse;

/// A unit with its score.
pub(super) struct Assessed {
    pub(super) unit: UnitName,
    pub(super) assessment: Assessment,
    /// From how many signals.
    pub(super) signals: usize,
}

/// Assesses every unit that `rows` are about; they stand together by unit.
pub(super) fn assess_all(
    rows: &[Closable],
    book: &Book,
    cache: &StateCache,
    now: Timestamp,
) -> Result<Vec<Assessed>, StorageError> {
    let of_one = rows.chunk_by(|(a, _), (b, _)| a.unit == b.unit);
    of_one
        .map(|rows| assess_unit(rows, book, cache, now))
        .collect()
}

fn assess_unit(
    rows: &[Closable],
    book: &Book,
    cache: &StateCache,
    now: Timestamp,
) -> Result<Assessed, StorageError> {
    let first = rows.first().ok_or(StorageError::NotFound)?;
    let unit: UnitName = parse("unit_signals.unit", &first.0.unit)?;
    let signals = rows.iter().map(|row| signal(row, &unit, book));
    let signals: Vec<Signal<'_>> = signals.collect::<Result<_, _>>()?;
    let criticality = cache.criticality(&unit);
    let assessment = assess(
        &signals,
        &book.ratings,
        &Closings::default(),
        criticality,
        now,
    );
    Ok(Assessed {
        unit,
        assessment,
        signals: signals.len(),
    })
}

/// The score of a unit of which nobody says anything any more.
pub(super) fn silent(unit: UnitName, book: &Book, cache: &StateCache, now: Timestamp) -> Assessed {
    let criticality = cache.criticality(&unit);
    let assessment = assess(&[], &book.ratings, &Closings::default(), criticality, now);
    Assessed {
        unit,
        assessment,
        signals: 0,
    }
}

/// What is over, was dismissed, or comes from a source that may not speak about the unit any more, is counted and weighs
/// nothing.
fn signal<'b>(
    (row, closed_at): &Closable,
    unit: &UnitName,
    book: &'b Book,
) -> Result<Signal<'b>, StorageError> {
    let (source, reach) = book.find(&row.source)?;
    let over = closed_at.is_some_and(|at| at >= row.counts_from);
    let weighs = row.counts && !over && reach.includes(unit);
    let confidence = Confidence::new(row.confidence).map_err(|error| StorageError::Corrupt {
        column: "unit_signals.confidence",
        source: Box::new(error),
    })?;
    Ok(Signal {
        source,
        hash: hash("unit_signals.hash", &row.hash)?,
        counts_from: Timestamp::from_micros(row.counts_from),
        half_life_micros: row.half_life,
        severity: parse("unit_signals.severity", &row.severity)?,
        confidence,
        meaning: if weighs {
            Meaning::Raises
        } else {
            Meaning::Unknown
        },
        thread: hash("unit_signals.thread", &row.thread)?,
    })
}
