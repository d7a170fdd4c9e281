//! How trust signals are taken and scored.

use std::sync::Arc;
use std::time::Duration;

use super::ScoringClock;

/// Whether a console scores by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scoring {
    /// On a thread of its own: when an event comes in, and once in each interval.
    Background,
    /// Only when it is asked to.
    OnDemand,
}

/// How trust signals are taken and scored. Start from [`SignalOptions::STANDARD`].
#[derive(Debug, Clone)]
pub struct SignalOptions {
    /// Whether it scores by itself.
    pub scoring: Scoring,
    /// The time between two runs; more than nothing.
    pub interval: Duration,
    /// Whether the scorer may switch the rule for risky units.
    pub auto_flip: bool,
    /// How long a process counts as alive that runs the scorer, unless it says so again.
    pub lease: Duration,
    /// Events that a registered source may send on one day.
    pub daily_quota: u64,
    /// Events that a source which only appeared may send on one day.
    pub daily_quota_appeared: u64,
    /// A clock that scores follow instead of the real one, for a demo; none in earnest.
    pub clock: Option<Arc<ScoringClock>>,
}

impl SignalOptions {
    /// On demand, hourly, switching the rule, a lease of half a minute, a million events a day, ten thousand for a source
    /// that nobody registered.
    pub const STANDARD: Self = Self {
        scoring: Scoring::OnDemand,
        interval: Duration::from_hours(1),
        auto_flip: true,
        lease: Duration::from_secs(30),
        daily_quota: 1_000_000,
        daily_quota_appeared: 10_000,
        clock: None,
    };
}
