//! Who predicts, and what they say.

use std::fmt;
use std::str::FromStr;

use utc_domain::{Timestamp, round6};

use super::holt::Holt;
use super::moment::hours;
use super::profile::Profile;
use super::signal::smoothed;
use super::words::UnknownWord;

/// How much of a deviation from the usual is left after an hour.
const PERSISTENCE_PER_HOUR: f64 = 0.9;
/// The weight of the newest deviation.
const DEVIATION_WEIGHT: f64 = 0.5;
/// At how many points within the horizon the profile is read.
const LOOKS: u8 = 4;

/// A way to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Predictor {
    /// What is here now stays: an EWMA that follows almost at once.
    FastEwma,
    /// Level and trend.
    Holt,
    /// The usual for this time of the day and the week, plus what is left of today's deviation.
    Seasonal,
}

impl Predictor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FastEwma, Self::Holt, Self::Seasonal];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FastEwma => "fast_ewma",
            Self::Holt => "holt",
            Self::Seasonal => "seasonal",
        }
    }
}

impl fmt::Display for Predictor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Predictor {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or(UnknownWord {
            expected: "`fast_ewma`, `holt`, `seasonal`",
        })
    }
}

/// One of something for each predictor.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerPredictor<T> {
    /// Of [`Predictor::FastEwma`].
    pub fast_ewma: T,
    /// Of [`Predictor::Holt`].
    pub holt: T,
    /// Of [`Predictor::Seasonal`].
    pub seasonal: T,
}

impl<T> PerPredictor<T> {
    /// Makes one for each.
    pub fn from_fn(mut make: impl FnMut(Predictor) -> T) -> Self {
        Self {
            fast_ewma: make(Predictor::FastEwma),
            holt: make(Predictor::Holt),
            seasonal: make(Predictor::Seasonal),
        }
    }

    /// That of one predictor.
    pub fn of(&self, predictor: Predictor) -> &T {
        match predictor {
            Predictor::FastEwma => &self.fast_ewma,
            Predictor::Holt => &self.holt,
            Predictor::Seasonal => &self.seasonal,
        }
    }

    /// That of one predictor, to change.
    pub fn of_mut(&mut self, predictor: Predictor) -> &mut T {
        match predictor {
            Predictor::FastEwma => &mut self.fast_ewma,
            Predictor::Holt => &mut self.holt,
            Predictor::Seasonal => &mut self.seasonal,
        }
    }

    /// Each with its predictor.
    pub fn iter(&self) -> impl Iterator<Item = (Predictor, &T)> {
        Predictor::ALL.into_iter().map(|one| (one, self.of(one)))
    }
}

/// What a predictor says now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Who says it.
    pub predictor: Predictor,
    /// The highest utilisation expected within the horizon, 0 and up; `None` while it cannot tell.
    pub rho: Option<f64>,
    /// How far it looks, in minutes.
    pub horizon_minutes: f64,
    /// Minutes until the high threshold is reached, where the predictor has a trend that leads there.
    pub minutes_to_threshold: Option<f64>,
    /// The share of its warnings that came true, lately, from 0 to 1.
    pub precision: f64,
    /// Whether it may act.
    pub open: bool,
}

/// What the predictors remember between observations, the profile apart. Rates per hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outlook {
    pub(super) quick: f64,
    pub(super) holt: Holt,
    pub(super) deviation: f64,
}

/// The times that a prediction is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    pub(super) at: Timestamp,
    pub(super) horizon_micros: i64,
}

impl Outlook {
    pub(super) fn first(lambda: f64) -> Self {
        Self {
            quick: round6(lambda),
            holt: Holt::first(lambda),
            deviation: 0.0,
        }
    }

    /// With one more observation. After a silence (`hours` is `None`) the trend is forgotten.
    pub(super) fn next(
        self,
        lambda: f64,
        hours: Option<f64>,
        usual: Option<f64>,
        quick_alpha: f64,
    ) -> Self {
        Self {
            quick: smoothed(quick_alpha, self.quick, lambda),
            holt: hours.map_or(Holt::first(lambda), |hours| self.holt.next(lambda, hours)),
            deviation: usual.map_or(0.0, |usual| {
                smoothed(DEVIATION_WEIGHT, self.deviation, lambda - usual)
            }),
        }
    }

    /// The highest arrival rate that each expects within the horizon.
    pub(super) fn expected(
        &self,
        profile: Option<&Profile>,
        ahead: Ahead,
    ) -> PerPredictor<Option<f64>> {
        let hours = hours(ahead.horizon_micros);
        PerPredictor {
            fast_ewma: Some(self.quick),
            holt: Some(self.holt.highest_within(hours)),
            seasonal: profile.and_then(|profile| self.seasonal(profile, ahead)),
        }
    }

    fn seasonal(&self, profile: &Profile, ahead: Ahead) -> Option<f64> {
        let looks = (1..=LOOKS).filter_map(|look| {
            let after = ahead.horizon_micros / i64::from(LOOKS) * i64::from(look);
            let usual = profile.usual(ahead.at.plus_micros(after))?;
            let left = libm::pow(PERSISTENCE_PER_HOUR, hours(after));
            Some(usual + left * self.deviation)
        });
        looks.reduce(f64::max)
    }
}
