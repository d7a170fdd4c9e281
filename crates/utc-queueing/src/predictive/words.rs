//! The state of a unit in a sentence.

use utc_domain::{ProtectionLevel, Timestamp};

use super::forecast::Forecast;
use super::ladder::{Ladder, Why};
use super::settings::PredictiveSettings;
use super::state::PredictiveState;

/// A word that names none of a fixed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {expected}")]
pub struct UnknownWord {
    /// The words that are allowed.
    pub expected: &'static str,
}

impl PredictiveState {
    /// One sentence for whoever is on call: what holds and why, and what would relax it, or that nothing is wrong.
    ///
    /// It speaks of the level that load asks for; a pin, and whether the numbers are stale ([`Self::is_stale`]), is for
    /// the caller to add.
    pub fn recommendation(&self, settings: &PredictiveSettings) -> String {
        let Some(newest) = self.newest else {
            return "No data: report arrivals and capacity, or configure a capacity.".to_owned();
        };
        let (ladder, rho) = (newest.moment.ladder, newest.moment.rho());
        let what = match ladder.level {
            ProtectionLevel::Permissive => {
                let low = settings.low();
                return format!(
                    "All is well: utilisation is {rho}, and approval would be needed from {low}."
                );
            }
            ProtectionLevel::RequireApproval => "Writes need approval",
            ProtectionLevel::ReadOnly => "Writes are refused",
        };
        let (why, way_out) = (why(&ladder), way_out(&ladder, rho, settings));
        format!("{what} because {why}; {way_out}.")
    }
}

fn why(ladder: &Ladder) -> String {
    let since = ladder.since;
    match ladder.why {
        Why::Measured => format!("utilisation crossed a threshold at {since}"),
        Why::Relaxed => format!("the unit is relaxing one level at a time, last at {since}"),
        Why::Forecast(forecast) => forecast_words(&forecast, since),
    }
}

fn forecast_words(forecast: &Forecast, since: Timestamp) -> String {
    let (name, precision) = (forecast.predictor, forecast.precision);
    let (rho, minutes) = (forecast.rho.unwrap_or_default(), forecast.horizon_minutes);
    let percent = (precision * 100.0).round();
    format!(
        "the `{name}` forecast, right in {percent} % of its warnings, expected a utilisation of {rho} within {minutes} \
         minutes at {since}"
    )
}

fn way_out(ladder: &Ladder, rho: f64, settings: &PredictiveSettings) -> String {
    let calm = settings.relaxes_below(ladder.level);
    let threshold = settings.relaxes_slowly_below(ladder.level);
    let minutes = ladder.window().minutes;
    let slow = minutes.max(PredictiveSettings::SLOW_WINDOW_MINUTES);
    let next = ladder.level.relaxed();
    format!(
        "utilisation is {rho}; {minutes} minutes below {calm}, or {slow} below {threshold}, relax it to `{next}` unless a \
         forecast with an open gate expects an overload"
    )
}
