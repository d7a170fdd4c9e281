//! How much and how long.

use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::RequestHead;
use utc_app::Who;
use utc_gateway::port::Limit;
use utc_test_support::Upstream;

use crate::gate::{FakeGate, TOKEN};
use crate::support::{Gateway, Setup, allow, eventually, read_all, talk};

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
fn a_head_that_does_not_come_is_given_up() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |_| {});
    // Reading ends because the gateway closes the connection, long before this side would.
    let answer = talk(
        &gateway,
        b"GET /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
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

/// What a caller hears first that waits to be asked for its body.
fn first_line(gateway: &Gateway, request: &str) -> String {
    let mut stream = gateway.connect();
    stream.write_all(request.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn waiting(path: &str, framing: &str) -> String {
    head(path, &format!("{framing}\r\nExpect: 100-continue"))
}

#[test]
fn nobody_is_asked_for_a_body_that_is_refused_whatever_it_is() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |setup| setup.options.body_limit = 1_000);
    let five = waiting("", "Content-Length: 5");
    for (request, status) in [
        (five.replace(TOKEN, "utc_id_other"), "401 Unauthorized"),
        (
            five.replace(&format!("UTC-Token: {TOKEN}\r\n"), ""),
            "401 Unauthorized",
        ),
        (five.replace("payments-api", "other"), "404 Not Found"),
        (
            five.replace("Expect", "UTC-Subject: user:alice\r\nExpect"),
            "403 Forbidden",
        ),
        (waiting("..", "Content-Length: 5"), "400 Bad Request"),
        (waiting("", "Content-Length: 1001"), "413 Payload Too Large"),
    ] {
        let line = first_line(&gateway, &request);
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{request}");
    }
    assert_eq!(gateway.gate.asked().len(), 0);
    assert_eq!(upstream.connections(), 0);
    for request in [
        five,
        waiting("", "Content-Length: 1000"),
        waiting("", "Transfer-Encoding: chunked"),
        // A read is neither hashed nor held.
        waiting("search", "Content-Length: 1001"),
    ] {
        assert_eq!(
            first_line(&gateway, &request),
            "HTTP/1.1 100 Continue",
            "{request}"
        );
    }
}

#[test]
fn a_body_that_was_asked_for_has_its_limit_too() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |setup| setup.options.body_limit = 1_000);
    let chunks = format!("3e9\r\n{}\r\n0\r\n\r\n", "a".repeat(1_001));
    let request = waiting("", "Transfer-Encoding: chunked") + &chunks;
    let answers = talk(&gateway, request.as_bytes());
    assert!(answers.contains("HTTP/1.1 413 "), "{answers}");
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn after_a_caller_that_is_not_asked_for_its_body_no_other_request_is_read() {
    let upstream = Upstream::echo();
    let gateway = limited(&upstream, |_| {});
    let second = head("second", "Content-Length: 0");
    let framing = format!("Content-Length: {}", second.len());
    for first in [
        waiting("..", &framing),
        waiting("", &framing).replace(TOKEN, "no"),
    ] {
        let first = first.replace("Connection: close\r\n", "");
        let answers = talk(&gateway, format!("{first}{second}").as_bytes());
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    }
    assert_eq!(upstream.connections(), 0);
}

/// Counts calls and lets everybody go on.
#[derive(Default)]
struct Counted(AtomicUsize);

impl Limit for Counted {
    fn count(&self, _: Option<Who>, _: &RequestHead) -> Option<Duration> {
        self.0.fetch_add(1, Ordering::SeqCst);
        None
    }
}

#[test]
fn a_request_that_waits_to_be_asked_for_its_body_is_one_request() {
    let upstream = Upstream::echo();
    let counted = Arc::new(Counted::default());
    let gateway = limited(&upstream, |setup| setup.limit = counted.clone());
    let request = waiting("", "Content-Length: 5") + "hello";
    assert!(talk(&gateway, request.as_bytes()).ends_with("hello"));
    assert_eq!(counted.0.load(Ordering::SeqCst), 1);
    assert_eq!(gateway.gate.asked().len(), 1);
    let refused = waiting("", "Content-Length: 5").replace(TOKEN, "no");
    gateway
        .raw(refused)
        .unwrap()
        .problem(401, "unauthenticated");
    assert_eq!(counted.0.load(Ordering::SeqCst), 2);
}
