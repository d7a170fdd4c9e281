//! Stops asking an upstream that cannot be reached, so that callers learn it at once.

use std::time::Duration;

use tokio::time::Instant;

/// How many outages in a row open the breaker.
const OUTAGES: u32 = 5;

/// How long nothing is sent after that.
const PAUSE: Duration = Duration::from_secs(10);

/// What is known of one upstream. Refused connections, names that do not resolve and time-outs count; an answer of
/// any status shows that it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaker {
    /// Requests pass; so many outages have come since the last answer.
    Closed { outages: u32 },
    /// Nothing passes before then, and one request after.
    Open { until: Instant },
    /// One request passes, to find out.
    Probing,
}

/// How a request may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Like any other.
    Normal,
    /// Alone, to find out whether the upstream is back.
    Probe,
}

/// What a request found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The upstream is there.
    Answer,
    /// It could not be reached, or did not answer in time.
    Outage,
    /// Nothing: the request ended for another reason.
    Nothing,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { outages: 0 }
    }
}

impl Breaker {
    /// Lets a request pass, or says how long to wait.
    pub(crate) fn enter(&mut self, now: Instant) -> Result<Pass, Duration> {
        match *self {
            Self::Closed { .. } => Ok(Pass::Normal),
            Self::Open { until } if now >= until => {
                *self = Self::Probing;
                Ok(Pass::Probe)
            }
            Self::Open { until } => Err(until - now),
            // The probe takes as long as its own time-outs allow; a second is a guess.
            Self::Probing => Err(Duration::from_secs(1)),
        }
    }

    /// Takes in what a request found.
    pub(crate) fn leave(&mut self, pass: Pass, found: Found, now: Instant) {
        let open = Self::Open { until: now + PAUSE };
        *self = match (found, pass, *self) {
            (Found::Answer, _, _) => Self::default(),
            (Found::Outage, Pass::Probe, _) => open,
            (Found::Outage, Pass::Normal, Self::Closed { outages }) if outages + 1 >= OUTAGES => {
                open
            }
            (Found::Outage, Pass::Normal, Self::Closed { outages }) => Self::Closed {
                outages: outages + 1,
            },
            // The next request may find out.
            (Found::Nothing, Pass::Probe, _) => Self::Open { until: now },
            (Found::Outage | Found::Nothing, Pass::Normal, same) => same,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..OUTAGES {
            let pass = breaker.enter(now).unwrap();
            breaker.leave(pass, Found::Outage, now);
        }
        breaker
    }

    #[test]
    fn outages_in_a_row_open_it_and_an_answer_starts_the_count_again() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            for _ in 1..OUTAGES {
                breaker.leave(Pass::Normal, Found::Outage, now);
            }
            breaker.leave(Pass::Normal, Found::Answer, now);
        }
        assert_eq!(breaker.enter(now), Ok(Pass::Normal));
        assert_eq!(opened(now).enter(now), Err(PAUSE));
    }

    #[test]
    fn after_the_pause_one_request_finds_out() {
        let start = Instant::now();
        let later = start + PAUSE;
        let mut breaker = opened(start);
        assert_eq!(breaker.enter(later), Ok(Pass::Probe));
        assert!(breaker.enter(later).is_err());

        let mut back = breaker;
        back.leave(Pass::Probe, Found::Answer, later);
        assert_eq!(back.enter(later), Ok(Pass::Normal));

        let mut still_down = breaker;
        still_down.leave(Pass::Probe, Found::Outage, later);
        assert_eq!(still_down.enter(later), Err(PAUSE));

        breaker.leave(Pass::Probe, Found::Nothing, later);
        assert_eq!(breaker.enter(later), Ok(Pass::Probe));
    }

    #[test]
    fn outages_of_requests_from_before_do_not_make_the_pause_longer() {
        let start = Instant::now();
        let mut breaker = opened(start);
        breaker.leave(Pass::Normal, Found::Outage, start + PAUSE / 2);
        assert_eq!(breaker.enter(start + PAUSE), Ok(Pass::Probe));
    }

    proptest! {
        #[test]
        fn whatever_happens_a_request_passes_after_the_pause(
            steps in proptest::collection::vec((0..3_usize, 0..8_u64), 0..60)
        ) {
            let mut now = Instant::now();
            let mut breaker = Breaker::default();
            for (found, seconds) in steps {
                if let Ok(pass) = breaker.enter(now) {
                    let found = [Found::Answer, Found::Outage, Found::Nothing][found];
                    breaker.leave(pass, found, now);
                }
                now += Duration::from_secs(seconds);
            }
            prop_assert!(breaker.enter(now + PAUSE).is_ok());
        }
    }
}
