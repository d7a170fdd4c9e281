//! Every wait has an end, and the error tells which it was.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use utc_outbound::{Body, Outbound, OutboundError, Phase, Resolve, Resolving, Timeouts};

use crate::server::{Script, Server};
use crate::support::{development, get, patient, post};

const SHORT: Duration = Duration::from_millis(50);

/// A resolver that never answers.
struct Silent;

impl Resolve for Silent {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(std::future::pending::<std::io::Result<Vec<IpAddr>>>())
    }
}

/// Checks that `url` runs out of time in `phase`, when the limit of that phase alone is short.
async fn check(url: &str, phase: Phase) {
    let short = |is: Phase, long| if phase == is { SHORT } else { long };
    let timeouts = Timeouts {
        connect: short(Phase::Connect, patient().connect),
        first_byte: short(Phase::FirstByte, patient().first_byte),
        idle: short(Phase::Idle, patient().idle),
        ..patient()
    };
    let client = Outbound::with_resolver(development(), timeouts, Arc::new(Silent)).unwrap();
    let error = match client.send(get(url)).await {
        Ok(response) => response.bytes(1_000).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(
        matches!(error, OutboundError::Timeout(is) if is == phase),
        "{error:?}"
    );
    assert_eq!(error.is_unsent(), phase == Phase::Connect);
    assert!(error.is_outage());
}

#[tokio::test]
async fn a_name_that_is_not_resolved_in_time_is_no_connection() {
    check("http://silent.example/", Phase::Connect).await;
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_in_time_is_no_connection() {
    // The system takes the connection, and nobody reads from it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    check(&url, Phase::Connect).await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_runs_out_of_time() {
    let server = Server::start(Script::Stall(""));
    check(&server.url("/"), Phase::FirstByte).await;
    let half = Server::start(Script::Stall("HTTP/1.1 200 OK\r\nContent-"));
    check(&half.url("/"), Phase::FirstByte).await;
}

#[tokio::test]
async fn a_server_that_does_not_take_the_body_runs_out_of_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(&[0; 16_384])));
    let timeouts = Timeouts {
        first_byte: SHORT,
        ..patient()
    };
    let client = Outbound::new(development(), timeouts).unwrap();
    let sent = client.send(post(&url, Body::chunks(None, endless))).await;
    assert!(
        matches!(sent, Err(OutboundError::Timeout(Phase::FirstByte))),
        "{sent:?}"
    );
}

#[tokio::test]
async fn an_answer_that_stops_coming_runs_out_of_time() {
    const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab";
    check(&Server::start(Script::Stall(HALF)).url("/"), Phase::Idle).await;
}

#[tokio::test]
async fn the_check_of_a_target_has_an_end_too() {
    let timeouts = Timeouts {
        connect: SHORT,
        ..patient()
    };
    let client = Outbound::with_resolver(development(), timeouts, Arc::new(Silent)).unwrap();
    let checked = client
        .check(&"http://silent.example/".parse().unwrap())
        .await;
    assert!(
        matches!(checked, Err(OutboundError::Timeout(Phase::Connect))),
        "{checked:?}"
    );
}
