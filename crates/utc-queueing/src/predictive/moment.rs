//! One instant of a unit: what it leaves behind for the next.

use utc_domain::{ProtectionLevel, Timestamp, round6};

use crate::formulas;
use crate::observation::Observation;

use super::forecast::{Forecast, Outlook, PerPredictor};
use super::ladder::{Ladder, Why};
use super::settings::{MICROS_PER_HOUR, MICROS_PER_MINUTE, PredictiveSettings};
use super::signal::Rates;

/// A unit is never called stale before this much silence.
const STALE_AFTER_MICROS: i64 = 15 * MICROS_PER_MINUTE;
/// Silence of more than this many usual intervals is stale.
const STALE_INTERVALS: i64 = 3;
/// Sums of rates are kept in millionths, as integers: they are then the same in every order.
const MILLIONTHS: f64 = 1e6;

/// Everything that an instant leaves behind, but for the profile and the cards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    pub(super) interval_micros: Option<i64>,
    /// What was offered, as it was: what was turned away is in it.
    pub(super) offered: Rates,
    /// The utilisation offered at the instant before: the truth is a centred mean of three.
    pub(super) raw_before: f64,
    pub(super) slow: Rates,
    pub(super) fast: Rates,
    /// The signal as it would be if nothing had been turned away: forecasts are judged beside it.
    pub(super) offered_signal: Signal,
    pub(super) outlook: Outlook,
    pub(super) ladder: Ladder,
    /// What the cards are told when the load after this moment is known.
    pub(super) said: PerPredictor<Said>,
}

/// Offered arrivals, smoothed at both speeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Signal {
    pub(super) slow: f64,
    pub(super) fast: f64,
}

/// What a predictor said at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Said {
    pub(super) warning: bool,
    pub(super) alarm: bool,
}

/// The newest instant: the sum of what was observed at it, and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Newest {
    pub(super) lambda_sum: u128,
    pub(super) offered_sum: u128,
    pub(super) mu_sum: u128,
    pub(super) count: u32,
    pub(super) moment: Moment,
}

/// What was seen at an instant: what was let in, and all that was offered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub(super) observed: Rates,
    pub(super) offered: Rates,
}

impl Moment {
    /// The first instant of a unit.
    pub(super) fn first(seen: Seen, at: Timestamp, level: ProtectionLevel) -> Self {
        let Seen { observed, offered } = seen;
        Self {
            at,
            interval_micros: None,
            offered,
            raw_before: offered.rho(),
            slow: observed,
            fast: observed,
            offered_signal: Signal {
                slow: offered.lambda,
                fast: offered.lambda,
            },
            outlook: Outlook::first(offered.lambda),
            ladder: Ladder::ground(at).taken_over(level),
            said: PerPredictor::default(),
        }
    }

    /// The instant after this one, but for its level and what was said; `usual` is what the profile knows of it.
    pub(super) fn followed_by(
        &self,
        settings: &PredictiveSettings,
        seen: Seen,
        at: Timestamp,
        usual: Option<f64>,
    ) -> Self {
        let Seen { observed, offered } = seen;
        let gap = at.micros_since(self.at);
        let heard = (gap <= silence(self.interval_micros)).then(|| hours(gap));
        let quick = settings.tuning().quick_alpha();
        let outlook = self.outlook.next(offered.lambda, heard, usual, quick);
        let smoothed = |before: f64, mu: f64, alpha: f64| {
            let before = Rates { lambda: before, mu };
            before.smoothed(alpha, offered).lambda
        };
        let signal = self.offered_signal;
        Self {
            at,
            interval_micros: Some(usual_interval(self.interval_micros, gap)),
            offered,
            raw_before: self.offered.rho(),
            slow: self.slow.smoothed(settings.alpha(), observed),
            fast: self.fast.smoothed(PredictiveSettings::FAST_ALPHA, observed),
            offered_signal: Signal {
                slow: smoothed(signal.slow, self.slow.mu, settings.alpha()),
                fast: smoothed(signal.fast, self.fast.mu, PredictiveSettings::FAST_ALPHA),
            },
            outlook,
            ladder: self.ladder,
            said: PerPredictor::default(),
        }
    }

    /// The measured signal.
    pub(super) fn rho(&self) -> f64 {
        self.slow.rho().max(self.fast.rho())
    }

    /// The signal with what was turned away: what a forecast must be better than. It is never below the measured one.
    pub(super) fn offered_rho(&self) -> f64 {
        let Signal { slow, fast } = self.offered_signal;
        let rho = |lambda, mu| Rates { lambda, mu }.rho();
        rho(slow, self.slow.mu)
            .max(rho(fast, self.fast.mu))
            .max(self.rho())
    }

    /// Minutes until the trend reaches a utilisation, when it leads there.
    pub(super) fn minutes_to(&self, rho: f64) -> Option<f64> {
        let holt = self.outlook.holt;
        let threshold = rho * self.fast.mu;
        formulas::hours_to_threshold(holt.level.max(0.0), holt.trend_per_hour, threshold)
            .ok()
            .flatten()
            .map(|hours| round6(hours * 60.0))
    }
}

impl Seen {
    pub(super) fn of(observation: &Observation) -> Self {
        let observed = Rates::of(observation);
        Self {
            observed,
            offered: Rates {
                lambda: round6(observation.offered_rate()),
                ..observed
            },
        }
    }
}

impl Newest {
    pub(super) fn empty(moment: &Moment) -> Self {
        Self {
            lambda_sum: 0,
            offered_sum: 0,
            mu_sum: 0,
            count: 0,
            moment: *moment,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are from 0 to 10⁹, and rounded to whole millionths here"
    )]
    pub(super) fn add(&mut self, observation: &Observation) {
        let millionths = |rate: f64| libm::rint(rate * MILLIONTHS) as u128;
        self.lambda_sum += millionths(observation.arrival_rate());
        self.offered_sum += millionths(observation.offered_rate());
        self.mu_sum += millionths(observation.service_rate());
        self.count = self.count.saturating_add(1);
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the mean is rounded to six decimals, as every rate is"
    )]
    pub(super) fn mean(&self) -> Seen {
        let mean = |sum: u128| round6(sum as f64 / (f64::from(self.count.max(1)) * MILLIONTHS));
        let mu = mean(self.mu_sum);
        let rates = |sum: u128| Rates {
            lambda: mean(sum),
            mu,
        };
        Seen {
            observed: rates(self.lambda_sum),
            offered: rates(self.offered_sum),
        }
    }
}

/// The level that is asked for, and by whom.
///
/// The measured signal asks by the thresholds. A forecast with an open gate that expects an overload lifts that by one
/// level at most; it acts only on what it is scored for, so an expected rise to the lower threshold lifts nothing.
pub(super) fn asked(
    settings: &PredictiveSettings,
    rho: f64,
    forecasts: &PerPredictor<Forecast>,
) -> (ProtectionLevel, Why) {
    let measured = measured_level(settings, rho);
    let warnings = forecasts
        .iter()
        .filter(|(_, forecast)| forecast.open && expects_overload(settings, forecast));
    let surest = warnings.max_by(|(_, one), (_, other)| one.precision.total_cmp(&other.precision));
    let lifted = match measured {
        ProtectionLevel::Permissive => ProtectionLevel::RequireApproval,
        ProtectionLevel::RequireApproval | ProtectionLevel::ReadOnly => ProtectionLevel::ReadOnly,
    };
    match surest {
        Some((_, forecast)) if lifted > measured => (lifted, Why::Forecast(*forecast)),
        Some(_) | None => (measured, Why::Measured),
    }
}

/// What a scorecard is told of a forecast: the alarm that it would have given with its gate open.
pub(super) fn said(settings: &PredictiveSettings, rho: f64, forecast: &Forecast) -> Said {
    let expected = expects_overload(settings, forecast);
    match measured_level(settings, rho) {
        ProtectionLevel::Permissive => Said {
            warning: expected,
            alarm: false,
        },
        ProtectionLevel::RequireApproval => Said {
            warning: expected,
            alarm: expected,
        },
        // What is measured already needs no forecast, and proves none.
        ProtectionLevel::ReadOnly => Said {
            warning: false,
            alarm: true,
        },
    }
}

/// How much time without an observation is too much.
pub(super) fn silence(interval_micros: Option<i64>) -> i64 {
    let usual = interval_micros.unwrap_or(0).saturating_mul(STALE_INTERVALS);
    usual.max(STALE_AFTER_MICROS)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond more or less in 285 years does not matter"
)]
pub(super) fn hours(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_HOUR as f64
}

fn measured_level(settings: &PredictiveSettings, rho: f64) -> ProtectionLevel {
    if rho < settings.low() {
        ProtectionLevel::Permissive
    } else if rho < settings.high() {
        ProtectionLevel::RequireApproval
    } else {
        ProtectionLevel::ReadOnly
    }
}

fn expects_overload(settings: &PredictiveSettings, forecast: &Forecast) -> bool {
    forecast.rho.is_some_and(|rho| rho >= settings.high())
}

/// The usual interval moves three tenths of the way to the newest one, in whole microseconds.
///
/// One gap counts for at most three usual intervals: a night of silence does not make the next day's horizon longer.
fn usual_interval(usual: Option<i64>, gap: i64) -> i64 {
    match usual {
        Some(usual) => {
            let limited = gap.min(silence(Some(usual)));
            usual + (limited - usual) / 10 * 3
        }
        None => gap,
    }
}
