//! Headers on both ways.

use utc_gateway::TrustedProxies;
use utc_test_support::{Received, Upstream};

use crate::gate::{FakeGate, TOKEN};
use crate::support::{Gateway, Setup, allow};

fn sent(headers: &[(&str, &str)]) -> Received {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    gateway.call("GET", "/gateway/payments-api/", headers, b"");
    upstream.only()
}

#[test]
fn the_token_and_the_subject_end_here() {
    let received = sent(&[
        ("UTC-Subject", "agent-7"),
        ("UTC-Approval", "x"),
        ("UTC-Anything", "x"),
        ("utc_token", "x"),
    ]);
    let ours: Vec<_> = received
        .headers
        .iter()
        .filter(|(name, value)| {
            name.to_lowercase().replace('_', "-").starts_with("utc-") || value.contains(TOKEN)
        })
        .collect();
    assert!(ours.is_empty(), "{ours:?}");
}

#[test]
fn the_callers_own_credentials_go_on() {
    let received = sent(&[
        ("Authorization", "Bearer own"),
        ("Cookie", "a=1; utc=console; b=2"),
    ]);
    assert_eq!(received.all("authorization"), ["Bearer own"]);
    assert_eq!(received.all("cookie"), ["a=1; b=2"]);
}

#[test]
fn the_upstream_learns_who_called_and_how() {
    let received = sent(&[
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Port", "1"),
        ("Forwarded", "for=203.0.113.9"),
        ("X-Real-IP", "203.0.113.9"),
    ]);
    assert_eq!(received.all("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(received.all("x-forwarded-proto"), ["http"]);
    assert_eq!(received.all("x-forwarded-host"), ["gateway.test"]);
    for name in ["x-forwarded-port", "forwarded", "x-real-ip"] {
        assert!(received.all(name).is_empty(), "{name}");
    }
    let trace = received.header("traceparent").unwrap();
    assert_eq!((trace.len(), &trace[..3]), (55, "00-"));
}

#[test]
fn a_trusted_proxy_speaks_for_its_callers() {
    let upstream = Upstream::echo();
    let mut setup = Setup::usual();
    setup.options.trusted_proxies = TrustedProxies::new(["127.0.0.0/8".parse().unwrap()]);
    let gateway = Gateway::start(FakeGate::new(&upstream.origin(), allow), setup);
    let headers = [
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "api.example"),
    ];
    gateway.call("GET", "/gateway/payments-api/", &headers, b"");
    let received = upstream.only();
    assert_eq!(received.all("x-forwarded-for"), ["203.0.113.9, 127.0.0.1"]);
    assert_eq!(received.all("x-forwarded-proto"), ["https"]);
    assert_eq!(received.all("x-forwarded-host"), ["api.example"]);
}

#[test]
fn no_caller_can_have_a_header_of_ours_removed() {
    let received = sent(&[
        (
            "Connection",
            "X-Forwarded-For, traceparent, UTC-Token, x-request-id, X-Gone",
        ),
        ("X-Gone", "1"),
    ]);
    assert_eq!(received.all("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(received.all("traceparent").len(), 1);
    assert_eq!(received.all("x-request-id").len(), 1);
    assert!(received.all("x-gone").is_empty() && received.all("connection").is_empty());
}

#[test]
fn host_is_the_upstreams() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    gateway.get("/gateway/payments-api/");
    let host = upstream.origin().replace("http://", "");
    assert_eq!(upstream.only().all("host"), [host]);
}

#[test]
fn values_need_not_be_ascii() {
    let upstream = Upstream::answering(
        b"HTTP/1.1 200 OK\r\nX-Back: \xe9\r\nContent-Length: 0\r\n\r\n".to_vec(),
    );
    let gateway = Gateway::allowing(&upstream);
    let head = format!(
        "GET /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nX-There: "
    );
    let request = [head.as_bytes(), b"\xfc\r\n\r\n"].concat();
    let answer = gateway.raw(request).unwrap();
    assert_eq!(upstream.only().header("x-there"), Some("\u{fc}"));
    assert!(answer.header("x-back").is_some());
}

#[test]
fn an_upstream_speaks_neither_for_the_gateway_nor_for_the_console() {
    let upstream = Upstream::answering(
        "HTTP/1.1 200 OK\r\nUTC-Decision: DENY\r\nUTC-Receipt: forged\r\nUTC-Would-Be: DENY\r\nutc_x: 1\r\n\
         Set-Cookie: utc=forged\r\nSet-Cookie: own=1\r\nConnection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\
         Proxy-Authenticate: Basic\r\nServer: own\r\nX-Own: 1\r\nX-Own: 2\r\nContent-Length: 0\r\n\r\n",
    );
    let gateway = Gateway::allowing(&upstream);
    let answer = gateway.get("/gateway/payments-api/");
    assert_eq!(answer.header("utc-decision"), Some("ALLOW"));
    let all = |name: &str| -> Vec<&str> {
        let found = answer.headers.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(all("utc-receipt").len(), 1);
    assert_eq!(all("set-cookie"), ["own=1"]);
    assert_eq!(all("x-own"), ["1", "2"]);
    assert_eq!(all("server"), ["own"]);
    for name in [
        "utc-would-be",
        "utc_x",
        "x-hop",
        "keep-alive",
        "proxy-authenticate",
    ] {
        assert!(all(name).is_empty(), "{name}");
    }
}
