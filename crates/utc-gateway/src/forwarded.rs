//! Where a request came from, as the upstream is told.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{HOST, HeaderName, HeaderValue};
use ipnet::IpNet;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const ASKED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The proxies in front of the gateway whose word about callers counts.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// The proxies whose addresses lie in one of the networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Sets `X-Forwarded-For`, `-Proto` and `-Host` in `out`. What `came` says of them counts when `peer` is a trusted
/// proxy, and is dropped otherwise.
pub(crate) fn set(
    out: &mut HeaderMap,
    came: &HeaderMap,
    peer: SocketAddr,
    trusted: &TrustedProxies,
) {
    let peer = peer.ip().to_canonical();
    let from_proxy = |name| came.get(name).filter(|_| trusted.hold(peer)).cloned();
    let proto = from_proxy(PROTO).filter(|proto| proto == "http" || proto == "https");
    out.insert(PROTO, proto.unwrap_or(HeaderValue::from_static("http")));
    if let Some(host) = from_proxy(ASKED_HOST).or_else(|| came.get(HOST).cloned()) {
        out.insert(ASKED_HOST, host);
    }
    let before: Vec<&[u8]> = came
        .get_all(FOR)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    let list = if trusted.hold(peer) && !before.is_empty() {
        [before.join(b", ".as_slice()), peer.to_string().into_bytes()].join(b", ".as_slice())
    } else {
        peer.to_string().into_bytes()
    };
    // Both parts are the values of headers already.
    if let Ok(list) = HeaderValue::from_bytes(&list) {
        out.insert(FOR, list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, came: &[(HeaderName, &'static str)], expected: [&str; 3]) {
        let trusted = TrustedProxies::new(["10.0.0.0/8".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for (name, value) in came {
            headers.append(name, HeaderValue::from_static(value));
        }
        let mut out = HeaderMap::new();
        set(&mut out, &headers, peer.parse().unwrap(), &trusted);
        let got = [FOR, PROTO, ASKED_HOST].map(|name| out[name].to_str().unwrap().to_owned());
        assert_eq!(got, expected, "{peer}");
    }

    const CLAIM: [(HeaderName, &str); 5] = [
        (FOR, "203.0.113.9"),
        (FOR, "198.51.100.1"),
        (PROTO, "https"),
        (ASKED_HOST, "console.example"),
        (HOST, "gateway:8001"),
    ];

    #[test]
    fn a_stranger_is_named_by_its_own_address_whatever_it_says() {
        check("192.0.2.7:1", &CLAIM, ["192.0.2.7", "http", "gateway:8001"]);
        check(
            "[::ffff:192.0.2.7]:1",
            &CLAIM,
            ["192.0.2.7", "http", "gateway:8001"],
        );
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_added_to_the_list() {
        let list = "203.0.113.9, 198.51.100.1, 10.1.2.3";
        check("10.1.2.3:1", &CLAIM, [list, "https", "console.example"]);
        check(
            "[::ffff:10.1.2.3]:1",
            &CLAIM,
            [list, "https", "console.example"],
        );
    }

    #[test]
    fn a_trusted_proxy_that_says_nothing_is_the_caller() {
        check("10.1.2.3:1", &[(HOST, "g")], ["10.1.2.3", "http", "g"]);
        check(
            "10.1.2.3:1",
            &[(HOST, "g"), (PROTO, "gopher")],
            ["10.1.2.3", "http", "g"],
        );
    }
}
