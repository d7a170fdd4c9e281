//! Upstreams that are not there, or not as they should be.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpListener};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use utc_app::gateway::Execution;
use utc_domain::ExecutionEvent;
use utc_outbound::{Outbound, OutboundPolicy, Timeouts};
use utc_test_support::{Answer, Upstream};

use crate::gate::{FakeGate, RECEIPT};
use crate::support::{Gateway, Setup, allow, client, eventually, patient, request};

/// What a read and a write answer, and what became of the write.
fn check(gateway: &Gateway, status: u16, code: &str, event: ExecutionEvent) -> Execution {
    gateway.get("/gateway/payments-api/").problem(status, code);
    let answer = gateway.post("/gateway/payments-api/", b"x");
    let problem = answer.problem(status, code);
    assert_eq!(problem["receipt_id"], RECEIPT);
    assert_eq!(problem["decision"], "ALLOW");
    eventually("the execution is told", || {
        !gateway.gate.executed().is_empty()
    });
    let executed = gateway.gate.executed();
    assert_eq!(executed.len(), 1);
    assert_eq!(executed[0].outcome.event, event);
    executed[0].clone()
}

/// Where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn with_client(upstream: &str, client: Outbound) -> Gateway {
    let setup = Setup {
        client,
        ..Setup::usual()
    };
    Gateway::start(FakeGate::new(upstream, allow), setup)
}

#[test]
fn an_upstream_that_cannot_be_reached_got_nothing() {
    let gateway = with_client(&nowhere(), client(patient()));
    check(
        &gateway,
        502,
        "upstream_unreachable",
        ExecutionEvent::Failed,
    );
}

#[test]
fn an_upstream_at_a_forbidden_address_is_not_called() {
    let upstream = Upstream::echo();
    let public_only = Outbound::new(OutboundPolicy::default(), patient()).unwrap();
    let gateway = with_client(&upstream.origin(), public_only);
    check(&gateway, 502, "upstream_refused", ExecutionEvent::Failed);
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn an_upstream_that_closes_without_an_answer_may_have_done_it() {
    let upstream = Upstream::start(|_, _| Err(io::ErrorKind::ConnectionReset.into()));
    let gateway = with_client(&upstream.origin(), client(patient()));
    check(
        &gateway,
        502,
        "upstream_broken",
        ExecutionEvent::OutcomeUnknown,
    );
    assert_eq!(upstream.received().len(), 2, "each was sent once");
}

#[test]
fn an_upstream_that_does_not_answer_in_time_may_have_done_it() {
    let upstream = Upstream::start(|_, _| {
        thread::park();
        Ok(())
    });
    let hasty = Timeouts {
        first_byte: Duration::from_millis(100),
        ..patient()
    };
    let gateway = with_client(&upstream.origin(), client(hasty));
    check(
        &gateway,
        504,
        "upstream_timeout",
        ExecutionEvent::OutcomeUnknown,
    );
}

#[test]
fn an_upstream_that_does_not_speak_http_is_an_error_of_its_own() {
    let upstream = Upstream::answering("SSH-2.0-OpenSSH\r\n\r\n");
    let gateway = with_client(&upstream.origin(), client(patient()));
    check(
        &gateway,
        502,
        "upstream_broken",
        ExecutionEvent::OutcomeUnknown,
    );
}

#[test]
fn an_answer_that_breaks_off_is_seen_to_break_off() {
    let half = |head: &'static str| {
        Upstream::start(move |_, stream| {
            stream.write_all(head.as_bytes())?;
            stream.flush()?;
            stream.shutdown(Shutdown::Both)
        })
    };
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let gateway = with_client(&half(head).origin(), client(patient()));
        let answer = crate::support::talk(
            &gateway,
            &request("POST", "/gateway/payments-api/", &[], b"x"),
        );
        assert!(answer.contains("half"), "{answer}");
        assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
        eventually("the execution is told", || {
            gateway.gate.executed().len() == 1
        });
        let outcome = gateway.gate.executed().remove(0).outcome;
        assert_eq!(
            (outcome.event, outcome.status, outcome.answer),
            (ExecutionEvent::Done, Some(200), None)
        );
    }
}

#[test]
fn a_write_whose_caller_leaves_is_carried_out_and_told() {
    let (go, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let upstream = Upstream::start(move |_, stream| {
        wait.lock().unwrap().recv().unwrap();
        stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    });
    let gateway = with_client(&upstream.origin(), client(patient()));
    let mut stream = gateway.connect();
    stream
        .write_all(&request("POST", "/gateway/payments-api/", &[], b"x"))
        .unwrap();
    eventually("it reached the upstream", || upstream.received().len() == 1);
    drop(stream);
    go.send(()).unwrap();
    eventually("the execution is told", || {
        gateway.gate.executed().len() == 1
    });
    let outcome = gateway.gate.executed().remove(0).outcome;
    assert_eq!(
        (outcome.event, outcome.status),
        (ExecutionEvent::Done, Some(201))
    );
}

#[test]
fn an_upstream_that_stays_away_is_not_asked_for_a_while() {
    let upstream = nowhere();
    let gateway = with_client(&upstream, client(patient()));
    let codes: Vec<String> = (0..7)
        .map(|_| code(&gateway.get("/gateway/payments-api/")))
        .collect();
    assert_eq!(codes[..5], ["upstream_unreachable"; 5]);
    assert_eq!(codes[5..], ["upstream_suspended"; 2]);
    let answer = gateway.post("/gateway/payments-api/", b"x");
    answer.problem(503, "upstream_suspended");
    assert!(answer.header("retry-after").is_some());
    eventually("the execution is told", || {
        gateway.gate.executed().len() == 1
    });
    assert_eq!(
        gateway.gate.executed()[0].outcome.event,
        ExecutionEvent::Failed
    );
}

#[test]
fn answers_of_any_status_and_broken_connections_keep_the_way_open() {
    // It says that it closes: whether a close is seen before the next request is a matter of luck.
    let busy = "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    for answer in [busy, ""] {
        let upstream = Upstream::start(move |_, stream| {
            stream.write_all(answer.as_bytes())?;
            Err(io::ErrorKind::ConnectionReset.into())
        });
        let gateway = with_client(&upstream.origin(), client(patient()));
        for _ in 0..8 {
            let answer = gateway.get("/gateway/payments-api/");
            assert_ne!(code(&answer), "upstream_suspended");
        }
        assert_eq!(upstream.connections(), 8);
    }
}

fn code(answer: &Answer) -> String {
    let body: Option<&str> = str::from_utf8(&answer.body).ok();
    let rest = body
        .and_then(|text| text.split_once("\"code\":\""))
        .map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default().to_owned()
}
