//! A capacity that was seen, not told: what an upstream manages when it is full.
//!
//! Service times alone say nothing of a capacity, for nobody knows how many requests are served side by side. But when a
//! queue builds up behind an upstream, answers take longer: then what it finishes is all that it can. Until that was seen
//! the capacity is unknown, and nothing follows from load.

use crate::observation::SERVICE_RATES;

/// Fewer answers than this say nothing of the usual service time.
const ENOUGH: f64 = 100.0;
/// In so many answers what was seen weighs half as much.
const FADING: f64 = 20_000.0;
/// Fewer answers than this in one look are not looked at.
const LEAST_ANSWERS: f64 = 10.0;
/// Full: answers take so many times what they take when it is quiet.
const SLOWER: f64 = 2.0;
/// How fast the quiet service time follows an upstream that became slower for good, with each look.
const DRIFT: f64 = 1.01;
/// The weight of the newest look at a full upstream.
const NEWEST: f64 = 0.3;

/// What was seen in one span of time, by all that send to the upstream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// How many requests were answered.
    pub completed: f64,
    /// The time that those took together, from sent to the first byte, in hours.
    pub service_hours: f64,
    /// The time that all requests waited together, also those without an answer, in hours.
    pub waited_hours: f64,
    /// How long was looked, in hours.
    pub hours: f64,
}

/// What is known of an upstream's capacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenCapacity {
    /// How many answers it rests on; older ones weigh less.
    pub samples: f64,
    /// How long a request takes when it is quiet, in hours; none before any was answered.
    pub quiet_hours: Option<f64>,
    /// How many requests it manages per hour; none before it was seen full.
    pub per_hour: Option<f64>,
}

impl SeenCapacity {
    /// Nothing yet.
    pub const NONE: Self = Self {
        samples: 0.0,
        quiet_hours: None,
        per_hour: None,
    };

    /// After one more look. `servers` (1 and up) is how many requests it serves side by side, at least: with fewer under
    /// way it is not full.
    ///
    /// What it manages full is an average of what was seen; whatever it manages without being full, it can.
    #[must_use]
    pub fn after(self, served: &Served, servers: u32) -> Self {
        if served.completed < LEAST_ANSWERS || served.hours <= 0.0 || served.service_hours <= 0.0 {
            return self;
        }
        let took = served.service_hours / served.completed;
        let rate = served.completed / served.hours;
        let under_way = served.waited_hours / served.hours;
        let known = self.quiet_hours.filter(|_| self.samples >= ENOUGH);
        let slow = known.is_some_and(|quiet| took >= SLOWER * quiet);
        let full = slow && under_way >= f64::from(servers);
        let per_hour = match self.per_hour {
            Some(seen) if full => Some(seen + NEWEST * (rate - seen)),
            Some(seen) => Some(seen.max(rate)),
            None => full.then_some(rate),
        };
        let faded = libm::exp2(-served.completed / FADING);
        Self {
            samples: self.samples * faded + served.completed,
            quiet_hours: Some(
                self.quiet_hours
                    .map_or(took, |quiet| took.min(quiet * DRIFT)),
            ),
            per_hour: per_hour.map(|rate| rate.clamp(*SERVICE_RATES.start(), *SERVICE_RATES.end())),
        }
    }
}
