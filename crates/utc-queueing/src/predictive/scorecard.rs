//! What was said against what came.

use std::collections::VecDeque;

use utc_domain::Timestamp;

use super::gate::Precision;
use super::settings::MICROS_PER_MINUTE;

/// How many leads a unit's own scorecard keeps, for the median of the latest.
const RECENT_LEADS: usize = 32;
/// A unit's own scorecard keeps at most this many alarms in suspense for each horizon.
const SUSPENDED_PER_HORIZON: i64 = 16;

/// One step of time, as it is scored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredStep {
    /// When it was.
    pub at: Timestamp,
    /// How long it lasted, in minutes.
    pub minutes: f64,
    /// How far ahead an alarm may be and still be right, in microseconds.
    pub horizon_micros: i64,
    /// Whether the offered load was an overload.
    pub overload: bool,
    /// Whether there was an alarm.
    pub alarm: bool,
    /// Whether a forecast said that an overload comes, which counts for its precision.
    pub warning: bool,
    /// How many times the level changed.
    pub level_changes: u32,
}

/// Counts how alarms and overloads met, step after step.
///
/// An *episode* is a run of steps of overload. It is caught *early* when the step before it had an alarm that was not
/// left over from an earlier episode; its *lead* is the time from the beginning of that alarm. Minutes of an episode
/// without an alarm are *missed*. An alarm with no overload up to the horizon is *false*.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    pub(super) observed_minutes: f64,
    pub(super) overload_minutes: f64,
    pub(super) missed_minutes: f64,
    pub(super) false_alarm_minutes: f64,
    pub(super) episodes: u32,
    pub(super) caught_early: u32,
    pub(super) level_changes: u32,
    pub(super) precision: Precision,
    pub(super) leads: VecDeque<f32>,
    pub(super) keep: Keep,
    pub(super) suspended: VecDeque<Suspended>,
    pub(super) in_episode: bool,
    pub(super) alarm: Run,
}

/// How much is kept: all for the score of a recording, little for each of ten thousand units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    All,
    Recent,
}

/// An alarm, or a mere warning, of which it is not known yet whether it was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Suspended {
    pub(super) at: Timestamp,
    pub(super) alarm_minutes: f64,
    pub(super) warning: bool,
}

/// A run of steps with an alarm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Run {
    /// There is none.
    Quiet,
    /// Since a time, and no episode met it yet.
    Fresh(Timestamp),
    /// It met an episode.
    LeftOver,
}

impl Scorecard {
    /// An empty card that keeps everything, for recordings.
    pub fn exact() -> Self {
        Self::empty(Keep::All)
    }

    /// An empty card that stays small.
    pub fn compact() -> Self {
        Self::empty(Keep::Recent)
    }

    pub(super) fn empty(keep: Keep) -> Self {
        Self {
            observed_minutes: 0.0,
            overload_minutes: 0.0,
            missed_minutes: 0.0,
            false_alarm_minutes: 0.0,
            episodes: 0,
            caught_early: 0,
            level_changes: 0,
            precision: Precision::default(),
            leads: VecDeque::new(),
            keep,
            suspended: VecDeque::new(),
            in_episode: false,
            alarm: Run::Quiet,
        }
    }

    /// Takes in the next step; steps come in the order of time.
    pub fn record(&mut self, step: &ScoredStep) {
        self.observed_minutes += step.minutes;
        self.level_changes = self.level_changes.saturating_add(step.level_changes);
        self.expire(step.at.plus_micros(-step.horizon_micros));
        if step.overload {
            self.overload(step);
        } else if step.alarm || step.warning {
            self.suspend(step);
        }
        self.in_episode = step.overload;
        self.alarm = match (step.alarm, self.alarm) {
            (false, _) => Run::Quiet,
            (true, _) if step.overload => Run::LeftOver,
            (true, Run::Quiet) => Run::Fresh(step.at),
            (true, run) => run,
        };
    }

    /// The same for an alarm that has no level: its going on and off are the changes.
    pub fn record_alone(&mut self, step: &ScoredStep) {
        let was_on = self.alarm != Run::Quiet;
        let level_changes = u32::from(was_on != step.alarm);
        self.record(&ScoredStep {
            level_changes,
            ..*step
        });
    }

    /// Ends the card: what is in suspense was false.
    pub fn finish(&mut self) {
        self.expire(Timestamp::MAX);
    }

    /// Adds what another card counted.
    pub fn absorb(&mut self, other: &Self) {
        self.observed_minutes += other.observed_minutes;
        self.overload_minutes += other.overload_minutes;
        self.missed_minutes += other.missed_minutes;
        self.false_alarm_minutes += other.false_alarm_minutes;
        self.episodes = self.episodes.saturating_add(other.episodes);
        self.caught_early = self.caught_early.saturating_add(other.caught_early);
        self.level_changes = self.level_changes.saturating_add(other.level_changes);
        self.leads.extend(&other.leads);
        self.precision.hits += other.precision.hits;
        self.precision.warnings += other.precision.warnings;
    }

    /// The decayed share of warnings that came true.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Minutes of alarm with no overload within the horizon, so far.
    pub fn false_alarm_minutes(&self) -> f64 {
        self.false_alarm_minutes
    }

    /// Changes of level, so far.
    pub fn level_changes(&self) -> u32 {
        self.level_changes
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.leads.capacity() * size_of::<f32>()
            + self.suspended.capacity() * size_of::<Suspended>()
    }

    fn overload(&mut self, step: &ScoredStep) {
        self.overload_minutes += step.minutes;
        if !step.alarm {
            self.missed_minutes += step.minutes;
        }
        if step.warning {
            self.precision = self.precision.after(true);
        }
        while let Some(right) = self.suspended.pop_front() {
            self.settle(right, true);
        }
        if !self.in_episode {
            self.begin_episode(step.at);
        }
    }

    fn begin_episode(&mut self, at: Timestamp) {
        self.episodes = self.episodes.saturating_add(1);
        if let Run::Fresh(since) = self.alarm {
            self.caught_early = self.caught_early.saturating_add(1);
            self.leads.push_back(minutes_between(since, at));
            if self.keep == Keep::Recent && self.leads.len() > RECENT_LEADS {
                self.leads.pop_front();
            }
        }
    }

    /// Everything in suspense from before `oldest` was wrong.
    fn expire(&mut self, oldest: Timestamp) {
        while self.suspended.front().is_some_and(|one| one.at < oldest) {
            if let Some(wrong) = self.suspended.pop_front() {
                self.false_alarm_minutes += wrong.alarm_minutes;
                self.settle(wrong, false);
            }
        }
    }

    fn settle(&mut self, one: Suspended, came_true: bool) {
        if one.warning {
            self.precision = self.precision.after(came_true);
        }
    }

    /// A compact card counts an alarm that follows another closely as part of it.
    fn suspend(&mut self, step: &ScoredStep) {
        let alarm_minutes = if step.alarm { step.minutes } else { 0.0 };
        let close = match self.keep {
            Keep::All => 0,
            Keep::Recent => step.horizon_micros / SUSPENDED_PER_HORIZON,
        };
        match self.suspended.back_mut() {
            Some(last) if step.at.micros_since(last.at) < close => {
                last.alarm_minutes += alarm_minutes;
                last.warning |= step.warning;
            }
            Some(_) | None => self.suspended.push_back(Suspended {
                at: step.at,
                alarm_minutes,
                warning: step.warning,
            }),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a lead is minutes or hours; seven digits are plenty"
)]
fn minutes_between(from: Timestamp, to: Timestamp) -> f32 {
    (to.micros_since(from) as f64 / MICROS_PER_MINUTE as f64) as f32
}
