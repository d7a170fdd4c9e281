//! What passes through the gateway to a unit: arrivals, requests under way and service times of the last hour, in this
//! process.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use utc_domain::round6;
use utc_queueing::formulas::{littles_law_gap, squared_variation};

/// How many minutes are remembered.
const WINDOW: usize = 60;

const MINUTE: Duration = Duration::from_mins(1);

/// So many times are remembered for their variation.
const SAMPLES: usize = 128;

/// Fewer times than this say nothing of it.
const LEAST_SAMPLES: usize = 30;

/// What the gateway measured of a unit in the last hour, or since its first request where that is less.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Requests sent to the upstream, per hour. What was measured in less than a minute counts as a minute's.
    pub arrivals_per_hour: f64,
    /// How many requests waited for their answer's first byte at a time: the mean over time.
    pub concurrency: f64,
    /// How many wait for it now.
    pub under_way: u32,
    /// From a request's last byte to its answer's first, in milliseconds: the mean of those that were answered. None
    /// when none was.
    pub service_ms_mean: Option<f64>,
    /// How many were answered.
    pub completed: u64,
    /// How many minutes all of this is about, 1 to 60.
    pub window_minutes: u32,
    /// The squared coefficient of variation of the times between the latest 128 requests: 1 where they come at random. None
    /// before there are 30.
    pub arrival_scv: Option<f64>,
    /// That of the latest 128 service times.
    pub service_scv: Option<f64>,
}

impl Measured {
    /// How far these numbers are from Little's law, 0 to 1: what waits on average is what comes times how long it waits. A
    /// large gap says that requests went without an answer, or that the hour was not steady. None without a service time.
    pub fn littles_law_gap(&self) -> Option<f64> {
        let hours = self.service_ms_mean? / 3_600_000.0;
        let gap = littles_law_gap(self.concurrency, self.arrivals_per_hour, hours);
        gap.ok().map(round6)
    }
}

/// What passed since it was last taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    /// How many requests were answered.
    pub(crate) completed: u64,
    /// The time that those took together.
    pub(crate) service: Duration,
    /// The time that all waited together.
    pub(crate) waited: Duration,
}

/// Counts the requests of one unit. Holds nothing before the first.
#[derive(Debug, Default)]
pub(crate) struct Traffic(Mutex<Option<Box<Window>>>);

impl Traffic {
    /// A request is being sent.
    pub(crate) fn sent(&self, now: Instant) {
        let mut all = self.lock();
        let window = all.get_or_insert_with(|| Box::new(Window::new(now)));
        window.advance(now);
        window.under_way += 1;
        window.change(|minute| minute.arrivals += 1);
        window.arrive(now);
    }

    /// A request waits no more, whatever became of it.
    pub(crate) fn ended(&self, now: Instant) {
        if let Some(window) = self.lock().as_deref_mut() {
            window.advance(now);
            window.under_way = window.under_way.saturating_sub(1);
        }
    }

    /// A request was answered after `took`.
    pub(crate) fn served(&self, now: Instant, took: Duration) {
        if let Some(window) = self.lock().as_deref_mut() {
            window.advance(now);
            window.change(|minute| {
                minute.completed += 1;
                minute.service += took;
            });
            remember(&mut window.services, took);
        }
    }

    pub(crate) fn read(&self, now: Instant) -> Option<Measured> {
        let mut all = self.lock();
        let window = all.as_deref_mut()?;
        window.advance(now);
        Some(window.read())
    }

    /// What passed since the last time; none where nothing did.
    pub(crate) fn take(&self, now: Instant) -> Option<Passed> {
        let mut all = self.lock();
        let window = all.as_deref_mut()?;
        window.advance(now);
        let passed = std::mem::take(&mut window.since);
        (passed.completed > 0 || passed.waited > Duration::ZERO).then_some(Passed {
            completed: passed.completed,
            service: passed.service,
            waited: passed.waited,
        })
    }

    /// Puts back what was taken and could not be stored.
    pub(crate) fn give_back(&self, passed: &Passed) {
        if let Some(window) = self.lock().as_deref_mut() {
            window.since.completed += passed.completed;
            window.since.service += passed.service;
            window.since.waited += passed.waited;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Window>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Window {
    /// The last ones, the present one at the end.
    minutes: VecDeque<Minute>,
    /// When the present one began.
    began: Instant,
    /// How far the waiting is added up.
    until: Instant,
    under_way: u32,
    /// What passed since it was last taken.
    since: Minute,
    /// The times between the latest arrivals, and the latest service times, in seconds.
    gaps: VecDeque<f64>,
    services: VecDeque<f64>,
    arrived: Option<Instant>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Minute {
    arrivals: u64,
    completed: u64,
    service: Duration,
    /// The waiting of all requests together.
    waited: Duration,
}

impl Window {
    fn new(now: Instant) -> Self {
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

    fn change(&mut self, change: impl Fn(&mut Minute)) {
        if let Some(minute) = self.minutes.back_mut() {
            change(minute);
        }
        change(&mut self.since);
    }

    /// Remembers the time since the arrival before.
    fn arrive(&mut self, now: Instant) {
        if let Some(before) = self.arrived.replace(now) {
            let gap = now.saturating_duration_since(before);
            remember(&mut self.gaps, gap);
        }
    }

    /// Adds up the waiting until now, each minute's own.
    fn advance(&mut self, now: Instant) {
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

    fn read(&self) -> Measured {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
    }

    #[test]
    fn nothing_is_known_before_the_first_request() {
        let traffic = Traffic::default();
        traffic.ended(Instant::now());
        traffic.served(Instant::now(), seconds(1));
        assert_eq!(traffic.read(Instant::now()), None);
    }

    #[test]
    fn the_first_minute_counts_as_a_whole_one() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        traffic.sent(begin);
        traffic.ended(begin + seconds(3));
        traffic.served(begin + seconds(3), seconds(2));
        let measured = traffic.read(begin + seconds(10)).unwrap();
        check(measured.arrivals_per_hour, 60.0);
        check(measured.concurrency, 0.05);
        assert_eq!(measured.service_ms_mean, Some(2_000.0));
        assert_eq!((measured.completed, measured.window_minutes), (1, 1));
    }

    #[test]
    fn a_request_without_an_answer_waits_and_serves_nobody() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        traffic.sent(begin);
        traffic.ended(begin + seconds(60));
        let measured = traffic.read(begin + seconds(120)).unwrap();
        check(measured.concurrency, 0.5);
        assert_eq!((measured.completed, measured.service_ms_mean), (0, None));
    }

    #[test]
    fn concurrency_is_the_mean_over_time_also_across_minutes() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        traffic.sent(begin);
        traffic.sent(begin + seconds(30));
        traffic.ended(begin + seconds(90));
        traffic.ended(begin + seconds(240));
        let measured = traffic.read(begin + seconds(240)).unwrap();
        check(measured.concurrency, (240.0 + 60.0) / 240.0);
        check(measured.arrivals_per_hour, 30.0);
        // Whoever waits now is counted as far as it has waited.
        traffic.sent(begin + seconds(240));
        let measured = traffic.read(begin + seconds(300)).unwrap();
        check(measured.concurrency, (240.0 + 60.0 + 60.0) / 300.0);
    }

    #[test]
    fn an_hour_is_remembered_and_no_more() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        traffic.sent(begin);
        traffic.ended(begin + seconds(1));
        traffic.served(begin + seconds(1), seconds(1));
        let still = traffic.read(begin + MINUTE * 59).unwrap();
        assert_eq!((still.completed, still.window_minutes), (1, 60));
        let gone = traffic.read(begin + MINUTE * 60).unwrap();
        assert_eq!((gone.completed, gone.window_minutes), (0, 60));
        check(gone.arrivals_per_hour, 0.0);
    }

    #[test]
    fn events_that_come_in_another_order_count_each_once() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        traffic.sent(begin + seconds(2));
        traffic.sent(begin);
        traffic.ended(begin + seconds(4));
        traffic.ended(begin + seconds(3));
        traffic.ended(begin + seconds(5));
        let measured = traffic.read(begin + seconds(62)).unwrap();
        check(measured.arrivals_per_hour, 120.0);
        check(measured.concurrency, 4.0 / 60.0);
    }
}
