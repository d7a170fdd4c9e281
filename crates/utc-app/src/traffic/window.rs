//! The last hour of one unit's requests.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use utc_domain::round6;
use utc_queueing::formulas::squared_variation;

use super::{Measured, Passed};

/// How many minutes are remembered.
const WINDOW: usize = 60;

const MINUTE: Duration = Duration::from_mins(1);

/// So many times are remembered for their variation.
const SAMPLES: usize = 128;

/// Fewer times than this say nothing of it.
const LEAST_SAMPLES: usize = 30;

/// Minute by minute, and what is to be taken.
#[derive(Debug)]
pub(super) struct Window {
    /// The last ones, the present one at the end.
    minutes: VecDeque<Minute>,
    /// When the present one began.
    began: Instant,
    /// How far the waiting is added up.
    until: Instant,
    pub(super) under_way: u32,
    /// What passed since it was last taken.
    since: Minute,
    /// The times between the latest arrivals, and the latest service times, in seconds.
    gaps: VecDeque<f64>,
    services: VecDeque<f64>,
    arrived: Option<Instant>,
}

#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Minute {
    pub(super) arrivals: u64,
    pub(super) completed: u64,
    pub(super) service: Duration,
    /// The waiting of all requests together.
    waited: Duration,
}

impl Window {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            minutes: VecDeque::from([Minute::default()]),
            began: now,
            until: now,
            under_way: 0,
            since: Minute::default(),
            gaps: VecDeque::new(),
            services: VecDeque::new(),
            arrived: None,
        }
    }

    pub(super) fn change(&mut self, change: impl Fn(&mut Minute)) {
        if let Some(minute) = self.minutes.back_mut() {
            change(minute);
        }
        change(&mut self.since);
    }

    /// Remembers the time since the arrival before.
    pub(super) fn arrive(&mut self, now: Instant) {
        if let Some(before) = self.arrived.replace(now) {
            let gap = now.saturating_duration_since(before);
            remember(&mut self.gaps, gap);
        }
    }

    /// Remembers how long an answer took.
    pub(super) fn serve(&mut self, took: Duration) {
        remember(&mut self.services, took);
    }

    /// What passed since the last time.
    pub(super) fn take(&mut self) -> Passed {
        let since = std::mem::take(&mut self.since);
        let usual = self.usual_service(since.completed);
        Passed {
            completed: since.completed,
            service: usual.saturating_mul(u32::try_from(since.completed).unwrap_or(u32::MAX)),
            waited: since.waited,
        }
    }

    /// The median of the newest service times, of at most so many. A mean would follow a single caller that keeps one slow
    /// request open, and the unit would look full to everybody.
    fn usual_service(&self, of: u64) -> Duration {
        let most = usize::try_from(of).unwrap_or(usize::MAX).min(SAMPLES);
        let mut newest: Vec<f64> = self.services.iter().rev().take(most).copied().collect();
        newest.sort_by(f64::total_cmp);
        let median = newest.get(newest.len() / 2).copied().unwrap_or(0.0);
        Duration::try_from_secs_f64(median).unwrap_or(Duration::MAX)
    }

    /// Puts back what was taken and could not be stored.
    pub(super) fn give_back(&mut self, passed: &Passed) {
        self.since.completed += passed.completed;
        self.since.waited += passed.waited;
    }

    /// Adds up the waiting until now, each minute's own.
    pub(super) fn advance(&mut self, now: Instant) {
        while now.saturating_duration_since(self.began) >= MINUTE {
            self.add_up(self.began + MINUTE);
            self.began += MINUTE;
            self.minutes.push_back(Minute::default());
            if self.minutes.len() > WINDOW {
                self.minutes.pop_front();
            }
        }
        self.add_up(now);
    }

    fn add_up(&mut self, until: Instant) {
        let waited = until.saturating_duration_since(self.until) * self.under_way;
        self.change(|minute| minute.waited += waited);
        self.until = self.until.max(until);
    }

    pub(super) fn read(&self) -> Measured {
        let sum = self.minutes.iter().fold(Minute::default(), Minute::and);
        let whole = u32::try_from(self.minutes.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let covered = MINUTE * whole + self.until.saturating_duration_since(self.began);
        let covered = covered.max(MINUTE).as_secs_f64();
        Measured {
            arrivals_per_hour: count(sum.arrivals) * 3_600.0 / covered,
            concurrency: sum.waited.as_secs_f64() / covered,
            under_way: self.under_way,
            service_ms_mean: (sum.completed > 0)
                .then(|| sum.service.as_secs_f64() * 1_000.0 / count(sum.completed)),
            completed: sum.completed,
            window_minutes: whole + 1,
            arrival_scv: variation(&self.gaps),
            service_scv: variation(&self.services),
        }
    }
}

fn remember(times: &mut VecDeque<f64>, time: Duration) {
    times.push_back(time.as_secs_f64());
    if times.len() > SAMPLES {
        times.pop_front();
    }
}

/// None while there are too few.
fn variation(times: &VecDeque<f64>) -> Option<f64> {
    if times.len() < LEAST_SAMPLES {
        return None;
    }
    let times: Vec<f64> = times.iter().copied().collect();
    squared_variation(&times).map(round6)
}

impl Minute {
    fn and(self, other: &Self) -> Self {
        Self {
            arrivals: self.arrivals + other.arrivals,
            completed: self.completed + other.completed,
            service: self.service + other.service,
            waited: self.waited + other.waited,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an hour has fewer requests than a double counts exactly"
)]
fn count(number: u64) -> f64 {
    number as f64
}
