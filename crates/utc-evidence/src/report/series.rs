//! How a unit's load went, in as many points as a chart can show.

use utc_domain::Timestamp;

/// The most points that are kept.
const POINTS: usize = 240;

/// A row of measurements. When it grows too long, neighbours are merged: a point then stands for several
/// measurements and shows the highest.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Series {
    points: Vec<(i64, f64)>,
    /// How many measurements a point stands for, but the last one.
    each: u64,
    in_last: u64,
    count: u64,
    sum: f64,
    least: f64,
    greatest: f64,
}

impl Series {
    pub(crate) fn add(&mut self, at: Timestamp, value: f64) {
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
        self.points.push((at.as_micros(), value));
        self.in_last = 1;
    }

    pub(crate) fn points(&self) -> &[(i64, f64)] {
        &self.points
    }

    /// When the first and the last point were measured, in microseconds since 1970; points need not come in
    /// order.
    pub(crate) fn span(&self) -> (i64, i64) {
        let times = self.points.iter().map(|&(at, _)| at);
        (times.clone().min().unwrap_or(0), times.max().unwrap_or(0))
    }

    /// How many measurements there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn least(&self) -> f64 {
        self.least
    }

    pub(crate) fn greatest(&self) -> f64 {
        self.greatest
    }

    pub(crate) fn mean(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a mean of 2⁵³ measurements is out of reach"
        )]
        let count = self.count.max(1) as f64;
        self.sum / count
    }

    fn merge(&mut self) {
        let pairs = self.points.chunks(2).filter_map(|pair| {
            let (at, first) = *pair.first()?;
            let highest = pair.iter().map(|&(_, value)| value).fold(first, f64::max);
            Some((at, highest))
        });
        self.points = pairs.collect();
        self.each *= 2;
    }
}
