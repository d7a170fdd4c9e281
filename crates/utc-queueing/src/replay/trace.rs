//! A recording of load.

use utc_domain::Timestamp;

use super::time;

/// Fewer rows than this are no recording: a third of them is for warming up.
const LEAST_ROWS: usize = 12;

/// A recording of load: counts or readings of a gauge in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    rows: Vec<Row>,
    step_micros: i64,
    skipped: usize,
}

/// One row of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// When.
    pub at: Timestamp,
    /// How much, 0 and up: a count for the step, or a gauge.
    pub value: f64,
}

/// Why text is no recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// There is no row at all.
    #[error("there are no rows; expected a header, then lines of time and value")]
    Empty,
    /// Most rows cannot be read.
    #[error(
        "{unreadable} of {rows} rows cannot be read, the first in line {line}; expected a time (ISO 8601, or seconds) \
         and a number from 0"
    )]
    Unreadable {
        /// How many.
        unreadable: usize,
        /// Of how many.
        rows: usize,
        /// The line of the first, from 1.
        line: usize,
    },
    /// There are too few rows.
    #[error("there are {rows} usable rows at different times; at least 12 are needed")]
    TooShort {
        /// How many.
        rows: usize,
    },
}

impl Trace {
    /// Reads comma, semicolon or tab separated text: a header, then the time in the first column and the value in the
    /// second; further columns are ignored.
    ///
    /// Rows without a finite value from 0 are left out and counted, as a recorder's gaps are. Rows may come in any
    /// order; those of one time are one, with their mean.
    ///
    /// # Errors
    /// [`TraceError`] when there is too little, or most of it cannot be read.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().enumerate();
        let filled = lines.filter(|(_, line)| !line.trim().is_empty());
        let mut rows = Vec::new();
        let mut unreadable = Vec::new();
        for (at, (number, line)) in filled.enumerate() {
            match row(line) {
                Some(row) => rows.push(row),
                // The first line is the header, if it is no row.
                None if at == 0 => {}
                None => unreadable.push(number + 1),
            }
        }
        let all = rows.len() + unreadable.len();
        if let Some(&line) = unreadable.first()
            && unreadable.len() > rows.len()
        {
            return Err(TraceError::Unreadable {
                unreadable: unreadable.len(),
                rows: all,
                line,
            });
        }
        Self::assemble(rows, unreadable.len())
    }

    /// From rows in any order.
    ///
    /// # Errors
    /// [`TraceError`] when there are too few.
    pub fn from_rows(rows: Vec<Row>) -> Result<Self, TraceError> {
        let before = rows.len();
        let kept: Vec<Row> = rows.into_iter().filter(|row| usable(row.value)).collect();
        let skipped = before - kept.len();
        Self::assemble(kept, skipped)
    }

    fn assemble(mut rows: Vec<Row>, skipped: usize) -> Result<Self, TraceError> {
        if rows.is_empty() && skipped == 0 {
            return Err(TraceError::Empty);
        }
        rows.sort_by_key(|row| row.at);
        let rows = merged(&rows);
        if rows.len() < LEAST_ROWS {
            return Err(TraceError::TooShort { rows: rows.len() });
        }
        Ok(Self {
            step_micros: usual_step(&rows),
            rows,
            skipped,
        })
    }

    /// The rows, each at a later time than the one before.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The median time between two rows, in microseconds, above 0.
    pub fn step_micros(&self) -> i64 {
        self.step_micros
    }

    /// How many lines were left out.
    pub fn skipped(&self) -> usize {
        self.skipped
    }
}

fn row(line: &str) -> Option<Row> {
    let mut cells = line
        .split([',', ';', '\t'])
        .map(|cell| cell.trim().trim_matches('"'));
    let at = time::parse(cells.next()?)?;
    let value: f64 = cells.next()?.parse().ok()?;
    usable(value).then_some(Row { at, value })
}

fn usable(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

/// Rows of one time as one, with their mean.
fn merged(rows: &[Row]) -> Vec<Row> {
    let same_time = rows.chunk_by(|one, other| one.at == other.at);
    let mean = |group: &[Row]| {
        let first = group.first()?;
        // Each is divided first, so that huge values cannot add up to infinity.
        let count = f64::from(u32::try_from(group.len()).unwrap_or(u32::MAX));
        let value = group.iter().map(|row| row.value / count).sum();
        Some(Row {
            at: first.at,
            value,
        })
    };
    same_time.filter_map(mean).collect()
}

/// The median gap. Invariant: there are at least two rows, all at different times.
fn usual_step(rows: &[Row]) -> i64 {
    let pairs = rows.iter().zip(rows.iter().skip(1));
    let mut gaps: Vec<i64> = pairs
        .map(|(one, next)| next.at.micros_since(one.at))
        .collect();
    let middle = gaps.len() / 2;
    *gaps.select_nth_unstable(middle).1
}
