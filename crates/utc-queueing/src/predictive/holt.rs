//! Level and trend.

use utc_domain::round6;

/// The weight of the newest observation in the level.
const LEVEL_WEIGHT: f64 = 0.5;
/// The weight of the newest slope in the trend: a trend is believed slowly.
const TREND_WEIGHT: f64 = 0.05;

/// Holt's linear method (C. C. Holt 1957), undamped, for observations at irregular times: the trend is per hour, so
/// that a longer gap expects a larger change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Holt {
    pub(super) level: f64,
    pub(super) trend_per_hour: f64,
}

impl Holt {
    /// A start without trend.
    pub(super) fn first(value: f64) -> Self {
        Self {
            level: round6(value),
            trend_per_hour: 0.0,
        }
    }

    /// With one more observation, `hours` (above 0) after the last.
    pub(super) fn next(self, value: f64, hours: f64) -> Self {
        let expected = self.level + self.trend_per_hour * hours;
        let level = round6(LEVEL_WEIGHT * value + (1.0 - LEVEL_WEIGHT) * expected);
        let slope = (level - self.level) / hours;
        let trend = TREND_WEIGHT * slope + (1.0 - TREND_WEIGHT) * self.trend_per_hour;
        Self {
            level,
            trend_per_hour: round6(trend),
        }
    }

    /// The highest value on the straight line from here to `hours` ahead.
    pub(super) fn highest_within(self, hours: f64) -> f64 {
        self.level.max(self.level + self.trend_per_hour * hours)
    }
}
