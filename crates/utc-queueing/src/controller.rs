//! The classic controller: smoothing, thresholds, spikes and slow relaxation.

use utc_domain::{LevelCause, ProtectionLevel, Timestamp, round6};

use crate::observation::Observation;
use crate::settings::Settings;
use crate::state::{HourArrivals, QueueState};

const MICROS_PER_MINUTE: i64 = 60_000_000;
/// How far a reporter's clock may be ahead.
const MAX_AHEAD_MINUTES: i64 = 5;
/// A queue is never called stale before this much silence.
const STALE_AFTER_MICROS: i64 = 15 * MICROS_PER_MINUTE;
/// Silence of more than this many usual intervals is stale.
const STALE_INTERVALS: i64 = 3;

/// Whether a level may fall now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relaxing {
    /// When its window is over.
    Allowed,
    /// Not now, and the window starts over with this observation: the clock that measured it cannot be trusted.
    Held,
}

/// What an observation led to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The state from now on.
    pub state: QueueState,
    /// The change of level, if there was one.
    pub change: Option<LevelChange>,
}

/// A change of the measured level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelChange {
    /// The level before; `Permissive` for a queue without data.
    pub from: ProtectionLevel,
    /// The level from now on.
    pub to: ProtectionLevel,
    /// Why.
    pub cause: LevelCause,
}

/// Why an observation was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObserveError {
    /// A later observation was already taken in.
    #[error("the observation at `{at}` is older than the newest one, at `{newest}`")]
    OlderThanNewest {
        /// When it was observed.
        at: Timestamp,
        /// The time of the newest observation.
        newest: Timestamp,
    },
    /// The observation lies more than 5 minutes in the future.
    #[error("the observation at `{at}` is more than 5 minutes ahead of the clock, at `{now}`")]
    TooFarAhead {
        /// When it was observed.
        at: Timestamp,
        /// The current time.
        now: Timestamp,
    },
}

/// Takes in one observation; `state` is `None` for a queue without data.
///
/// λ and μ are exponentially weighted moving averages (Roberts 1959), started by the first observation, rounded
/// to six decimals before ρ = λ/μ is formed, and ρ before it is compared. A level rises at once to what ρ asks
/// for and falls by one step when ρ stayed below the relax threshold for the window.
///
/// While `relaxing` is held nothing falls, and a window that runs starts over.
///
/// Observations older than the newest, or more than 5 minutes after `now`, are refused; equal times are fine.
pub fn observe(
    state: Option<&QueueState>,
    settings: &Settings,
    observation: Observation,
    now: Timestamp,
    relaxing: Relaxing,
) -> Result<Step, ObserveError> {
    check_time(state.map(|state| state.last_at), observation.at(), now)?;
    let mut state = measure(state, settings, &observation);
    let change = match relaxing {
        Relaxing::Allowed => decide(&state, settings),
        Relaxing::Held => {
            state.below_since = state.below_since.map(|_| state.last_at);
            tightened(&state, settings)
        }
    };
    if let Some(change) = change {
        enter(&mut state, settings, change);
    }
    Ok(Step { state, change })
}

/// Whether nothing was reported for longer than 15 minutes and than three usual intervals.
///
/// A stale queue keeps its level: silence is no sign of calm.
pub fn is_stale(state: &QueueState, now: Timestamp) -> bool {
    is_silent(state.last_at, state.interval_micros, now)
}

/// The same of a queue of which only the newest observation and the usual interval, in microseconds, are at hand.
pub fn is_silent(last_at: Timestamp, interval_micros: Option<i64>, now: Timestamp) -> bool {
    let usual = interval_micros.unwrap_or(0).saturating_mul(STALE_INTERVALS);
    now.micros_since(last_at) > usual.max(STALE_AFTER_MICROS)
}

/// Refuses what is older than the `newest` observation, or too far ahead of the clock.
pub(crate) fn check_time(
    newest: Option<Timestamp>,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), ObserveError> {
    if at > now.plus_minutes(MAX_AHEAD_MINUTES) {
        return Err(ObserveError::TooFarAhead { at, now });
    }
    match newest {
        Some(newest) if at < newest => Err(ObserveError::OlderThanNewest { at, newest }),
        Some(_) | None => Ok(()),
    }
}

/// The state with the observation in its numbers and the level as it was.
fn measure(
    state: Option<&QueueState>,
    settings: &Settings,
    observation: &Observation,
) -> QueueState {
    let at = observation.at();
    let Some(old) = state else {
        return first(settings, observation);
    };
    let lambda = smoothed(settings, old.lambda, observation.arrival_rate());
    let mu = smoothed(settings, old.mu, observation.service_rate());
    let rho = round6(lambda / mu);
    let same_hour = old.hour.hour == at.hour();
    let hour = if same_hour {
        old.hour.plus(observation)
    } else {
        HourArrivals::first(observation)
    };
    let previous_hour = if same_hour {
        old.previous_hour
    } else {
        Some(old.hour)
    };
    QueueState {
        lambda,
        mu,
        rho,
        level: old.level,
        level_since: old.level_since,
        level_cause: old.level_cause,
        below_since: (rho < settings.relaxes_below(old.level))
            .then(|| old.below_since.unwrap_or(at)),
        last_at: at,
        interval_micros: usual_interval(old, at),
        hour,
        previous_hour,
        change_point: hour.is_spike_after(previous_hour.as_ref()),
    }
}

fn first(settings: &Settings, observation: &Observation) -> QueueState {
    let at = observation.at();
    let lambda = round6(observation.arrival_rate());
    let mu = round6(observation.service_rate());
    let rho = round6(lambda / mu);
    QueueState {
        lambda,
        mu,
        rho,
        level: ProtectionLevel::Permissive,
        level_since: at,
        level_cause: LevelCause::Measured,
        below_since: (rho < settings.relax_below()).then_some(at),
        last_at: at,
        interval_micros: None,
        hour: HourArrivals::first(observation),
        previous_hour: None,
        change_point: false,
    }
}

fn smoothed(settings: &Settings, old: f64, observed: f64) -> f64 {
    round6(settings.alpha() * observed + (1.0 - settings.alpha()) * old)
}

/// The usual interval moves three tenths of the way to the newest one, in whole microseconds.
///
/// Several reports of one time are one occasion: they leave it as it is, or a batch would make it nothing.
fn usual_interval(old: &QueueState, at: Timestamp) -> Option<i64> {
    let newest = at.micros_since(old.last_at);
    match old.interval_micros {
        usual if newest == 0 => usual,
        Some(usual) => Some(usual + (newest - usual) / 10 * 3),
        None => Some(newest),
    }
}

fn decide(state: &QueueState, settings: &Settings) -> Option<LevelChange> {
    tightened(state, settings).or_else(|| relaxed(state, settings))
}

fn tightened(state: &QueueState, settings: &Settings) -> Option<LevelChange> {
    let (asked, cause) = asked_level(state, settings);
    (asked > state.level).then_some(LevelChange {
        from: state.level,
        to: asked,
        cause,
    })
}

fn relaxed(state: &QueueState, settings: &Settings) -> Option<LevelChange> {
    let may_relax = state.level > ProtectionLevel::Permissive && window_is_over(state, settings);
    may_relax.then(|| LevelChange {
        from: state.level,
        to: state.level.relaxed(),
        cause: LevelCause::Relaxed,
    })
}

fn asked_level(state: &QueueState, settings: &Settings) -> (ProtectionLevel, LevelCause) {
    settings.bounds().level_at(state.rho, state.change_point)
}

fn window_is_over(state: &QueueState, settings: &Settings) -> bool {
    let window = i64::from(settings.relax_window_minutes()) * MICROS_PER_MINUTE;
    state
        .below_since
        .is_some_and(|since| state.last_at.micros_since(since) >= window)
}

/// Invariant: a change restarts the window of the level that holds from then on.
fn enter(state: &mut QueueState, settings: &Settings, change: LevelChange) {
    let at = state.last_at;
    state.level = change.to;
    state.level_since = at;
    state.level_cause = change.cause;
    state.below_since = (state.rho < settings.relaxes_below(change.to)).then_some(at);
}
