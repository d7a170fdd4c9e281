//! How often somebody may call.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::dev::RequestHead;
use actix_web::http::StatusCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use utc_app::Who;

use super::address::{Proxies, address_of, subscriber};
use super::places::{StreamPlace, StreamPlaces};
use super::{Caller, Credential};
use crate::problem::Problem;

/// Tries to sign in, a minute, for each address and for each name.
const SIGN_INS: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// Deliveries that were not taken, a minute and address, that the quarantine notes; the others are only counted.
const QUARANTINED: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// Requests a second; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// For each token, and for each person.
    pub known: u32,
    /// For each address that sends no valid credentials.
    pub anonymous: u32,
}

/// The counts.
pub struct Limits {
    known: Option<DefaultKeyedRateLimiter<Who>>,
    anonymous: Option<DefaultKeyedRateLimiter<IpAddr>>,
    sign_in_addresses: DefaultKeyedRateLimiter<IpAddr>,
    sign_in_names: DefaultKeyedRateLimiter<String>,
    streams: StreamPlaces,
    quarantined: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// Counts that begin at nothing.
    pub fn new(rates: Rates) -> Self {
        Self {
            known: per_second(rates.known),
            anonymous: per_second(rates.anonymous),
            sign_in_addresses: DefaultKeyedRateLimiter::keyed(Quota::per_minute(SIGN_INS)),
            sign_in_names: DefaultKeyedRateLimiter::keyed(Quota::per_minute(SIGN_INS)),
            streams: StreamPlaces::default(),
            quarantined: DefaultKeyedRateLimiter::keyed(Quota::per_minute(QUARANTINED)),
        }
    }

    /// Counts one request of somebody known, or of an address.
    pub(super) fn count(
        &self,
        credential: Option<&Credential>,
        address: IpAddr,
    ) -> Result<(), Problem> {
        let who = credential.map(|credential| credential.principal().who());
        match self.count_in(who, address) {
            None => Ok(()),
            Some(seconds) => Err(limited(
                "rate_limited",
                "too many requests in a second",
                seconds,
            )),
        }
    }

    /// Counts one request on another listener, so that whoever calls both has one limit: the seconds to wait, none when
    /// it may go on.
    pub fn count_elsewhere(
        &self,
        who: Option<Who>,
        proxies: &Proxies,
        request: &RequestHead,
    ) -> Option<u64> {
        self.count_in(who, address_of(proxies, request))
    }

    fn count_in(&self, who: Option<Who>, address: IpAddr) -> Option<u64> {
        match who {
            Some(who) => wait(self.known.as_ref(), &who),
            None => wait(self.anonymous.as_ref(), &subscriber(address)),
        }
    }

    /// Counts one try to sign in. `name` is what was sent, also when nobody is called so.
    pub(crate) fn count_sign_in(&self, address: IpAddr, name: &str) -> Result<(), Problem> {
        // Longer than any name: what nobody is called needs no count of its own.
        let name: String = name.chars().take(65).collect();
        let by_address = wait(Some(&self.sign_in_addresses), &subscriber(address));
        let by_name = wait(Some(&self.sign_in_names), &name);
        match by_address.max(by_name) {
            None => Ok(()),
            Some(seconds) => Err(limited(
                "sign_in_limited",
                "too many tries to sign in from this address or with this name",
                seconds,
            )),
        }
    }

    /// Takes a place for a stream of what is new.
    pub(crate) fn take_stream(&self, caller: &Caller) -> StreamPlace {
        self.streams.take(caller)
    }

    /// Whether the quarantine may note one more delivery from this address.
    pub(crate) fn may_quarantine(&self, address: IpAddr) -> bool {
        wait(Some(&self.quarantined), &subscriber(address)).is_none()
    }

    /// Forgets whom no limit holds any more. Call it once in a while.
    pub fn forget(&self) {
        if let Some(known) = &self.known {
            known.retain_recent();
        }
        if let Some(anonymous) = &self.anonymous {
            anonymous.retain_recent();
        }
        self.sign_in_addresses.retain_recent();
        self.sign_in_names.retain_recent();
        self.quarantined.retain_recent();
    }
}

fn per_second<K: Hash + Eq + Clone>(rate: u32) -> Option<DefaultKeyedRateLimiter<K>> {
    let rate = NonZeroU32::new(rate)?;
    Some(DefaultKeyedRateLimiter::keyed(Quota::per_second(rate)))
}

/// How many seconds to wait; none when the call may go on.
fn wait<K: Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: &K,
) -> Option<u64> {
    let over = limiter?.check_key(key).err()?;
    let wait = over.wait_time_from(DefaultClock::default().now());
    Some(wait.as_secs() + 1)
}

fn limited(code: &'static str, detail: &str, seconds: u64) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        code,
        format!("{detail}; try again in {seconds} s"),
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_in_a_minute_is_refused_by_address_and_by_name() {
        let limits = Limits::new(Rates {
            known: 0,
            anonymous: 0,
        });
        let address = |last: u8| IpAddr::from([192, 0, 2, last]);
        for number in 0..5 {
            limits
                .count_sign_in(address(1), &format!("name-{number}"))
                .unwrap();
            limits.count_sign_in(address(10 + number), "ann").unwrap();
        }
        let by_address = limits.count_sign_in(address(1), "fresh").unwrap_err();
        let by_name = limits.count_sign_in(address(200), "ann").unwrap_err();
        for problem in [by_address, by_name] {
            assert_eq!(problem.code(), "sign_in_limited");
        }
        limits.count_sign_in(address(201), "bob").unwrap();
    }

    #[test]
    fn addresses_without_credentials_have_a_limit_each_and_0_is_none() {
        let limits = Limits::new(Rates {
            known: 0,
            anonymous: 3,
        });
        let count = |last: u8| limits.count(None, IpAddr::from([192, 0, 2, last]));
        for _ in 0..3 {
            count(1).unwrap();
        }
        assert_eq!(count(1).unwrap_err().code(), "rate_limited");
        count(2).unwrap();
        let none = Limits::new(Rates {
            known: 0,
            anonymous: 0,
        });
        for _ in 0..1_000 {
            none.count(None, IpAddr::from([192, 0, 2, 1])).unwrap();
        }
    }
}
