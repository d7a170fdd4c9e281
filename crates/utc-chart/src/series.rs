//! A row of measurements, in as many points as a chart can show.

use utc_domain::Timestamp;

/// The most points that are kept of a series, and drawn of a line.
pub const POINTS: usize = 240;

/// A row of measurements. When it grows too long, neighbours are merged: a point then stands for several
/// measurements and shows the highest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    points: Vec<(Timestamp, f64)>,
    /// How many measurements a point stands for, but the last one.
    each: u64,
    in_last: u64,
    count: u64,
    sum: f64,
    least: f64,
    greatest: f64,
}

impl Series {
    /// With one more measurement. One that is not finite is left out.
    pub fn add(&mut self, at: Timestamp, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.count += 1;
        self.sum += value;
        if self.count == 1 {
            (self.least, self.greatest, self.each) = (value, value, 1);
        }
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
        if self.in_last < self.each
            && let Some((_, highest)) = self.points.last_mut()
        {
            *highest = highest.max(value);
            self.in_last += 1;
            return;
        }
        if self.points.len() >= POINTS {
            self.merge();
        }
        self.points.push((at, value));
        self.in_last = 1;
    }

    /// The points, in the order in which they came.
    pub fn points(&self) -> &[(Timestamp, f64)] {
        &self.points
    }

    /// How many measurements there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The least of them; 0 without any.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// The greatest of them; 0 without any.
    pub fn greatest(&self) -> f64 {
        self.greatest
    }

    /// Their mean; 0 without any.
    pub fn mean(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a mean of 2⁵³ measurements is out of reach"
        )]
        let count = self.count.max(1) as f64;
        self.sum / count
    }

    fn merge(&mut self) {
        self.points = merged(&self.points, 2);
        self.each *= 2;
    }
}

/// Finite points in the order of their times, at most `most` of them.
pub(crate) fn thinned(points: &[(Timestamp, f64)], most: usize) -> Vec<(Timestamp, f64)> {
    let mut finite: Vec<_> = points
        .iter()
        .copied()
        .filter(|(_, value)| value.is_finite())
        .collect();
    finite.sort_by_key(|&(at, _)| at);
    let each = finite.len().div_ceil(most.max(1)).max(1);
    merged(&finite, each)
}

/// Each so many neighbours as one point, with the time of the first and the highest value.
fn merged(points: &[(Timestamp, f64)], each: usize) -> Vec<(Timestamp, f64)> {
    let together = points.chunks(each).filter_map(|chunk| {
        let (at, first) = *chunk.first()?;
        Some((
            at,
            chunk.iter().map(|&(_, value)| value).fold(first, f64::max),
        ))
    });
    together.collect()
}
