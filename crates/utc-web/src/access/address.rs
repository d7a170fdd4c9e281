//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::dev::RequestHead;

/// Whose forwarding headers count.
pub struct Proxies(Box<dyn Fn(IpAddr) -> bool + Send + Sync>);

impl Proxies {
    /// Those of which `trusted` says so.
    pub fn new(trusted: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(Box::new(trusted))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        (self.0)(address)
    }
}

/// The address of whoever sends the request: of the connection, or, behind trusted proxies, the last one in
/// `X-Forwarded-For` that is not a trusted proxy itself. What stands before that, anybody could have written.
pub(crate) fn address_of(proxies: &Proxies, request: &RequestHead) -> IpAddr {
    let peer = request.peer_addr.map(|peer| peer.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if !proxies.trusts(peer) {
        return peer;
    }
    let headers: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    forwarded(&headers, |address| proxies.trusts(address)).unwrap_or(peer)
}

fn forwarded(headers: &[&str], trusted: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let mut farthest = None;
    for text in headers.iter().rev().flat_map(|line| line.rsplit(',')) {
        // Behind nonsense nothing can be told: the last proxy that made sense counts.
        let Ok(address) = text.trim().parse::<IpAddr>() else {
            break;
        };
        farthest = Some(address);
        if !trusted(address) {
            break;
        }
    }
    farthest
}

/// What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address.
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[&str], expected: Option<&str>) {
        let trusted = |address: IpAddr| address.to_string().starts_with("10.");
        let found = forwarded(headers, trusted).map(|address| address.to_string());
        assert_eq!(found.as_deref(), expected, "{headers:?}");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        check(&[], None);
        check(&["192.0.2.1"], Some("192.0.2.1"));
        check(&["203.0.113.9, 192.0.2.1, 10.0.0.2"], Some("192.0.2.1"));
        check(&["203.0.113.9", "192.0.2.1, 10.0.0.2"], Some("192.0.2.1"));
        check(&["10.0.0.3, 10.0.0.2"], Some("10.0.0.3"));
        check(&["nonsense, 10.0.0.2"], Some("10.0.0.2"));
        check(&["192.0.2.1, nonsense"], None);
    }

    #[test]
    fn one_subscriber_has_one_limit() {
        let same = |one: &str, other: &str| {
            subscriber(one.parse().unwrap()) == subscriber(other.parse().unwrap())
        };
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
