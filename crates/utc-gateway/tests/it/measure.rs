//! What the units' queues learn.

use std::io::Write as _;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use utc_app::Access;
use utc_test_support::Upstream;

use crate::gate::FakeGate;
use crate::support::{Gateway, Setup, allow};

#[test]
fn requests_in_flight_and_service_times_are_measured() {
    let both = Arc::new(Barrier::new(2));
    let upstream = Upstream::start(move |_, stream| {
        both.wait();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    });
    let gateway = Gateway::allowing(&upstream);
    thread::scope(|scope| {
        scope.spawn(|| gateway.get("/gateway/payments-api/"));
        scope.spawn(|| gateway.post("/gateway/payments-api/", b"x"));
    });
    let mut sent = gateway.measured.sent.lock().unwrap().clone();
    sent.sort_by_key(|one| one.2);
    let counts: Vec<_> = sent.iter().map(|one| (one.0.as_str(), one.2)).collect();
    assert_eq!(counts, [("payments-api", 1), ("payments-api", 2)]);
    let served = gateway.measured.served.lock().unwrap().clone();
    assert_eq!(served.len(), 2);
    assert!(
        served.iter().any(|one| one.1 == Access::Read)
            && served.iter().any(|one| one.1 == Access::Write)
    );
    assert!(served.iter().all(|one| one.2 > Duration::ZERO));
    let mut left = gateway.measured.ended.lock().unwrap().clone();
    left.sort_unstable();
    assert_eq!(left, [0, 1]);
}

#[test]
fn requests_without_an_answer_are_sent_and_not_served() {
    let upstream = Upstream::start(|_, _| Err(std::io::ErrorKind::ConnectionReset.into()));
    let gateway = Gateway::start(FakeGate::new(&upstream.origin(), allow), Setup::usual());
    gateway
        .get("/gateway/payments-api/")
        .problem(502, "upstream_broken");
    gateway
        .get("/gateway/payments-api/")
        .problem(502, "upstream_broken");
    let sent: Vec<_> = gateway
        .measured
        .sent
        .lock()
        .unwrap()
        .iter()
        .map(|one| one.2)
        .collect();
    assert_eq!(sent, [1, 1]);
    assert_eq!(*gateway.measured.ended.lock().unwrap(), [0, 0]);
    assert!(gateway.measured.served.lock().unwrap().is_empty());
}

#[test]
fn what_is_refused_is_not_measured() {
    let gateway = Gateway::allowing(&Upstream::echo());
    gateway.get("/gateway/payments-api/..");
    gateway.get("/gateway/other/");
    assert!(gateway.measured.sent.lock().unwrap().is_empty());
}
