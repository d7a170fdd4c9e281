//! What is sent is what was asked for, and what comes back is what was sent.

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderValue,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{Method, StatusCode};
use utc_outbound::{Body, OutboundError, Request};

use crate::server::{OK, Script, Server};
use crate::support::{client, development, get, post, text};

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    let elsewhere = Server::start(Script::Answer(OK));
    let answer = format!(
        "HTTP/1.1 307 Elsewhere\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        elsewhere.url("/")
    );
    let server = Server::start(Script::Answer(answer.leak()));
    let client = client(development());
    let response = client.send(get(&server.url("/"))).await.unwrap();
    assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers()["location"], elsewhere.url("/"));
    assert_eq!((server.accepted(), elsewhere.accepted()), (1, 0));
}

#[tokio::test]
async fn a_body_that_says_it_is_compressed_comes_as_it_is() {
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 3\r\n\r\nraw"
        );
        let server = Server::start(Script::Answer(answer.leak()));
        let mut request = get(&server.url("/"));
        let accept = HeaderValue::from_static("gzip, deflate, br, zstd");
        request.headers.insert(ACCEPT_ENCODING, accept);
        let response = client(development()).send(request).await.unwrap();
        assert_eq!(response.headers()["content-encoding"], encoding);
        assert_eq!(text(response).await, "raw");
    }
}

#[tokio::test]
async fn the_path_goes_out_byte_for_byte_and_no_header_is_made_up() {
    let server = Server::start(Script::Answer(OK));
    let base = get(&server.url("/base"));
    let path = "/a%2Fb/../%7e//c;d?x=%00&y=a|b";
    let target = base.target.with_path(path).unwrap();
    let request = Request { target, ..base };
    client(development()).send(request).await.unwrap();
    let expected = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    assert_eq!(server.requests(), [expected]);
}

#[tokio::test]
async fn headers_that_frame_the_message_are_the_clients_own() {
    let server = Server::start(Script::Answer(OK));
    let mut request = post(&server.url("/"), Body::whole("12345"));
    for (name, value) in [
        (CONTENT_LENGTH, "2"),
        (TRANSFER_ENCODING, "chunked"),
        (CONNECTION, "upgrade"),
        (UPGRADE, "h2c"),
        (HOST, "evil.example"),
        (AUTHORIZATION, "Bearer of-the-caller"),
    ] {
        request
            .headers
            .append(name, HeaderValue::from_static(value));
    }
    client(development()).send(request).await.unwrap();
    let expected = format!(
        "POST / HTTP/1.1\r\nauthorization: Bearer of-the-caller\r\nhost: {}\r\ncontent-length: 5\r\n\r\n12345",
        server.address
    );
    assert_eq!(server.requests(), [expected]);
}

#[tokio::test]
async fn an_empty_body_is_said_to_be_empty_where_one_is_usual() {
    for (method, said) in [
        (Method::POST, true),
        (Method::PUT, true),
        (Method::PATCH, true),
        (Method::GET, false),
        (Method::DELETE, false),
    ] {
        let server = Server::start(Script::Answer(OK));
        let request = Request {
            method: method.clone(),
            ..get(&server.url("/"))
        };
        client(development()).send(request).await.unwrap();
        let sent = server.requests().concat();
        assert_eq!(sent.contains("content-length: 0\r\n"), said, "{sent}");
        assert_eq!(sent.contains("content-length"), said, "{method}");
    }
}

#[tokio::test]
async fn connect_is_not_sent() {
    let server = Server::start(Script::Answer(OK));
    let request = Request {
        method: Method::CONNECT,
        ..get(&server.url("/"))
    };
    let sent = client(development()).send(request).await;
    assert!(matches!(sent, Err(OutboundError::Method)), "{sent:?}");
    assert_eq!(server.accepted(), 0);
}
