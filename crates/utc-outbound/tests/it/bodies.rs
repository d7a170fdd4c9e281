//! Bodies in both directions.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use utc_outbound::{Body, OutboundError};

use crate::server::{OK, Script, Server};
use crate::support::{client, development, get, post};

fn chunks(length: Option<u64>, chunks: &[&'static str]) -> Body {
    let chunks: Vec<_> = chunks
        .iter()
        .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())))
        .collect();
    Body::chunks::<_, io::Error>(length, stream::iter(chunks))
}

/// What the server got after the head.
async fn received(body: Body) -> (String, String) {
    let server = Server::start(Script::Answer(OK));
    client(development())
        .send(post(&server.url("/"), body))
        .await
        .unwrap();
    let request = server.requests().concat();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

async fn failure(body: Body) -> OutboundError {
    let server = Server::start(Script::Answer(OK));
    let sent = client(development())
        .send(post(&server.url("/"), body))
        .await;
    assert!(
        server.requests().is_empty(),
        "a broken request was taken for a whole one"
    );
    sent.unwrap_err()
}

#[tokio::test]
async fn chunks_of_unknown_length_go_out_chunked() {
    let (head, body) = received(chunks(None, &["abc", "de"])).await;
    assert!(head.ends_with("transfer-encoding: chunked"), "{head}");
    assert_eq!(body, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
}

#[tokio::test]
async fn chunks_of_known_length_go_out_under_that_length() {
    let (head, body) = received(chunks(Some(5), &["abc", "de"])).await;
    assert!(head.ends_with("content-length: 5"), "{head}");
    assert_eq!(body, "abcde");
}

#[tokio::test]
async fn a_body_of_another_length_than_said_fails() {
    for body in [
        chunks(Some(6), &["abc", "de"]),
        chunks(Some(4), &["abc", "de"]),
    ] {
        let error = failure(body).await;
        assert!(matches!(error, OutboundError::Body(_)), "{error:?}");
        assert!(!error.is_unsent() && !error.is_outage());
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_breaks_the_request_off() {
    let broken = stream::iter([
        Ok(Bytes::from_static(b"abc")),
        Err(io::Error::other("gone")),
    ]);
    let error = failure(Body::chunks(None, broken)).await;
    assert!(matches!(error, OutboundError::Body(_)), "{error:?}");
}

#[tokio::test]
async fn an_answer_comes_chunk_by_chunk_without_its_trailers() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n\
                           3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n";
    let server = Server::start(Script::Answer(CHUNKED));
    let mut response = client(development())
        .send(get(&server.url("/")))
        .await
        .unwrap();
    let mut whole = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        whole.extend_from_slice(&chunk);
    }
    assert_eq!(whole, b"abcde");
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_limit() {
    let server = Server::start(Script::Answer(OK));
    let client = client(development());
    let response = client.send(get(&server.url("/"))).await.unwrap();
    assert_eq!(response.bytes(2).await.unwrap(), "ok");
    let response = client.send(get(&server.url("/"))).await.unwrap();
    let read = response.bytes(1).await;
    assert!(
        matches!(read, Err(OutboundError::TooLarge { limit: 1 })),
        "{read:?}"
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
    const SHORT: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nab";
    let server = Server::start(Script::CloseAfter(SHORT));
    let response = client(development())
        .send(get(&server.url("/")))
        .await
        .unwrap();
    let read = response.bytes(10).await;
    assert!(matches!(read, Err(OutboundError::Broken(_))), "{read:?}");
}
