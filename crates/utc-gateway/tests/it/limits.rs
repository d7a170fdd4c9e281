//! How much and how long.

use std::io::Write as _;
use std::time::Duration;

use utc_test_support::Upstream;

use crate::gate::{FakeGate, TOKEN};
use crate::support::{Gateway, Setup, allow, eventually, read_all};

fn limited(upstream: &Upstream, change: impl FnOnce(&mut Setup)) -> Gateway {
    let mut setup = Setup::usual();
    change(&mut setup);
    Gateway::start(FakeGate::new(&upstream.origin(), allow), setup)
}

fn head(path: &str, framing: &str) -> String {
    format!(
        "POST /gateway/payments-api/{path} HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nConnection: close\r\n{framing}\r\n\r\n"
    )
}

#[test]
fn a_write_has_at_most_the_limit() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |setup| setup.options.body_limit = 1_000);
    assert_eq!(
        gateway
            .post("/gateway/payments-api/", &[b'a'; 1_000])
            .status,
        200
    );
    gateway
        .post("/gateway/payments-api/", &[b'a'; 1_001])
        .problem(413, "body_too_large");
    let chunked = format!(
        "{}3e9\r\n{}\r\n0\r\n\r\n",
        head("", "Transfer-Encoding: chunked"),
        "a".repeat(1_001)
    );
    gateway.raw(chunked).unwrap().problem(413, "body_too_large");
    assert_eq!(upstream.received().len(), 1);
    assert_eq!(gateway.gate.asked().len(), 1);
    // A read is neither hashed nor held.
    assert_eq!(
        gateway
            .post("/gateway/payments-api/search", &[b'a'; 5_000])
            .status,
        200
    );
}

#[test]
fn a_body_that_is_said_to_be_too_large_is_not_waited_for() {
    let gateway = limited(&Upstream::echo(), |setup| setup.options.body_limit = 1_000);
    let answer = gateway.raw(head("", "Content-Length: 1001")).unwrap();
    answer.problem(413, "body_too_large");
}

#[test]
fn a_body_that_does_not_come_in_time_is_given_up() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |setup| {
        setup.options.body_time = Duration::from_millis(50);
    });
    let answer = gateway
        .raw(format!("{}ab", head("", "Content-Length: 5")))
        .unwrap();
    answer.problem(408, "body_too_slow");
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn a_read_whose_body_stops_is_given_up() {
    let gateway = limited(&Upstream::echo(), |setup| {
        setup.options.idle = Duration::from_millis(50);
    });
    let answer = gateway
        .raw(format!("{}ab", head("search", "Content-Length: 5")))
        .unwrap();
    answer.problem(400, "body_broken");
}

#[test]
fn all_bodies_together_have_a_limit_and_give_back_what_they_took() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |setup| {
        setup.options.body_limit = 1_000;
        setup.options.body_budget = 1_500;
    });
    let mut first = gateway.connect();
    first
        .write_all(format!("{}{}", head("", "Content-Length: 1000"), "a".repeat(999)).as_bytes())
        .unwrap();
    let second = || gateway.post("/gateway/payments-api/", &[b'b'; 1_000]);
    // Until the first one's bytes have arrived there is room for the second.
    eventually("the budget is used", || second().is_problem("busy"));
    first.write_all(b"a").unwrap();
    assert!(read_all(&mut first).ends_with('a'));
    eventually("the budget is free again", || second().status == 200);
}
