//! A seeded world: arrivals that come at random, servers that take random time, people who approve.

use std::collections::VecDeque;

/// Random numbers that are the same for every run of one seed (`SplitMix64`, G. Steele et al. 2014).
pub struct Dice(u64);

impl Dice {
    /// Dice that fall as this seed says.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Above 0 and at most 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what a double holds"
    )]
    pub fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64
    }

    /// Random time with the mean `1 / rate`; `rate` is above 0.
    pub fn exponential(&mut self, rate: f64) -> f64 {
        -self.unit().ln() / rate
    }

    /// How many arrive in `hours` at `rate` per hour.
    pub fn poisson(&mut self, rate: f64, hours: f64) -> u32 {
        let mut count = 0;
        let mut at = self.exponential(rate.max(1e-9));
        while at < hours {
            count += 1;
            at += self.exponential(rate.max(1e-9));
        }
        count
    }
}

/// Several equal servers and one line, in order of arrival.
pub struct Line {
    /// Arrivals per hour.
    pub arrival_rate: f64,
    /// What each server serves per hour.
    pub service_rate: f64,
    /// How many servers there are, at least one.
    pub servers: usize,
    /// How long somebody waits before giving up, on average in hours; for ever when `None`.
    pub patience: Option<f64>,
}

/// What became of those who came.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many came.
    pub came: u32,
    /// How many found every server busy.
    pub waited: u32,
    /// How many left without being served.
    pub gave_up: u32,
    /// How long all of them waited together, in hours.
    pub total_wait: f64,
}

impl Line {
    /// Lets `count` arrive.
    pub fn run(&self, dice: &mut Dice, count: u32) -> Outcome {
        let mut free_at = vec![0.0_f64; self.servers];
        let mut at = 0.0;
        let mut outcome = Outcome::default();
        for _ in 0..count {
            at += dice.exponential(self.arrival_rate);
            let first = free_at.iter_mut().min_by(|one, other| one.total_cmp(other));
            let first = first.expect("a line has a server");
            let wait = (*first - at).max(0.0);
            let patience = self
                .patience
                .map_or(f64::INFINITY, |mean| dice.exponential(mean.recip()));
            outcome.came += 1;
            outcome.waited += u32::from(wait > 0.0);
            outcome.total_wait += wait.min(patience);
            if wait > patience {
                outcome.gave_up += 1;
            } else {
                *first = at + wait + dice.exponential(self.service_rate);
            }
        }
        outcome
    }
}

/// People who vote on requests that expire.
pub struct People {
    /// How many there are.
    pub count: u32,
    /// How fast each of them votes while something waits.
    pub votes_per_hour: f64,
}

impl People {
    /// The wait in hours of each of `ahead` requests that are there at once, oldest first.
    pub fn waits(&self, dice: &mut Dice, ahead: u32) -> Vec<f64> {
        let mut pending: VecDeque<u32> = (0..ahead).collect();
        let all = f64::from(self.count) * self.votes_per_hour;
        let mut at = 0.0;
        let mut waits = Vec::new();
        while pending.pop_front().is_some() {
            at += dice.exponential(all);
            waits.push(at);
        }
        waits
    }
}
