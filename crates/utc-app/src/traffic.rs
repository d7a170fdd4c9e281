//! What passes through the gateway to a unit: arrivals, requests under way and service times of the last hour, in this
//! process.

mod window;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use utc_domain::round6;
use utc_queueing::formulas::littles_law_gap;

use self::window::Window;

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
    /// The time that those would have taken together, each the usual one: the median of the newest.
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
            window.serve(took);
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
        let passed = window.take();
        (passed.completed > 0 || passed.waited > Duration::ZERO).then_some(passed)
    }

    /// Puts back what was taken and could not be stored.
    pub(crate) fn give_back(&self, passed: &Passed) {
        if let Some(window) = self.lock().as_deref_mut() {
            window.give_back(passed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Window>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

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

    #[test]
    fn a_few_slow_answers_do_not_change_what_is_usual() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        for turn in 0..100 {
            traffic.sent(begin);
            let took = if turn % 10 == 0 {
                seconds(60)
            } else {
                seconds(1)
            };
            traffic.served(begin + seconds(60), took);
        }
        let passed = traffic.take(begin + seconds(60)).unwrap();
        assert_eq!((passed.completed, passed.service), (100, seconds(100)));
    }

    #[test]
    fn what_passed_is_taken_once_and_can_be_given_back() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        assert_eq!(traffic.take(begin), None);
        traffic.sent(begin);
        traffic.ended(begin + seconds(3));
        traffic.served(begin + seconds(3), seconds(2));
        let passed = traffic.take(begin + seconds(70)).unwrap();
        let (completed, service, waited) = (1, seconds(2), seconds(3));
        assert_eq!(
            passed,
            Passed {
                completed,
                service,
                waited
            }
        );
        assert_eq!(traffic.take(begin + seconds(80)), None);
        traffic.give_back(&passed);
        assert_eq!(traffic.take(begin + seconds(90)), Some(passed));
        // What is shown is not what is taken.
        assert_eq!(traffic.read(begin + seconds(90)).unwrap().completed, 1);
    }

    #[test]
    fn variation_is_told_once_there_are_enough_times() {
        let (traffic, begin) = (Traffic::default(), Instant::now());
        for number in 0..30 {
            let at = begin + seconds(2 * number);
            traffic.sent(at);
            traffic.ended(at + seconds(1));
            traffic.served(at + seconds(1), seconds(1 + number % 2));
        }
        let measured = traffic.read(begin + seconds(60)).unwrap();
        // Twenty-nine gaps are too few; services of one and two seconds vary by a ninth of their squared mean.
        assert_eq!(measured.arrival_scv, None);
        assert!((measured.service_scv.unwrap() - 0.25 / 2.25 * 30.0 / 29.0).abs() < 1e-6);
        assert!(measured.littles_law_gap().unwrap() < 0.5);
        traffic.sent(begin + seconds(60));
        let measured = traffic.read(begin + seconds(60)).unwrap();
        assert_eq!(measured.arrival_scv, Some(0.0));
    }
}
