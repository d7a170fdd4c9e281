//! Each request is sent once, over the connection that it asked for.

use std::net::TcpListener;

use utc_outbound::{Body, Connection, OutboundError, Request};

use crate::server::{OK, Script, Server};
use crate::support::{Fake, client, development, get, post, text};

fn over(connection: Connection, request: Request) -> Request {
    Request {
        connection,
        ..request
    }
}

#[tokio::test]
async fn a_connection_that_closes_instead_of_an_answer_is_not_tried_again() {
    for connection in [Connection::Shared, Connection::Fresh] {
        for body in ["", "content"] {
            let server = Server::start(Script::CloseAfter(""));
            let request = post(&server.url("/"), Body::whole(body));
            let error = client(development())
                .send(over(connection, request))
                .await
                .unwrap_err();
            assert!(matches!(error, OutboundError::Broken(_)), "{error:?}");
            assert!(!error.is_unsent() && !error.is_outage());
            assert_eq!((server.accepted(), server.requests().len()), (1, 1));
        }
    }
}

#[tokio::test]
async fn a_request_on_a_kept_connection_that_closes_is_not_sent_again() {
    let server = Server::start(Script::AnswerOnce(OK));
    let client = client(development());
    assert_eq!(
        text(client.send(get(&server.url("/1"))).await.unwrap()).await,
        "ok"
    );
    let error = client.send(get(&server.url("/2"))).await.unwrap_err();
    assert!(matches!(error, OutboundError::Broken(_)), "{error:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn shared_requests_use_connections_again() {
    let server = Server::start(Script::Answer(OK));
    let client = client(development());
    for _ in 0..20 {
        assert_eq!(
            text(client.send(get(&server.url("/"))).await.unwrap()).await,
            "ok"
        );
    }
    assert_eq!(server.requests().len(), 20);
    assert!(server.accepted() < 20, "{}", server.accepted());
}

#[tokio::test]
async fn a_fresh_request_never_uses_a_connection_again() {
    let server = Server::start(Script::Answer(OK));
    let client = client(development());
    for _ in 0..5 {
        let shared = client.send(get(&server.url("/"))).await.unwrap();
        assert_eq!(text(shared).await, "ok");
    }
    let before = server.accepted();
    for _ in 0..5 {
        let fresh = over(Connection::Fresh, get(&server.url("/")));
        assert_eq!(text(client.send(fresh).await.unwrap()).await, "ok");
    }
    assert_eq!(server.accepted(), before + 5);
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = client(development()).send(get(&url)).await.unwrap_err();
    assert!(matches!(error, OutboundError::Connect(_)), "{error:?}");
    assert!(error.is_unsent() && error.is_outage());
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_followed_by_the_next() {
    let server = Server::start(Script::Answer(OK));
    let fake = Fake::answering(&[&["127.9.9.9", "127.0.0.1"]]);
    let url = format!("http://two.example:{}/", server.address.port());
    let sent = fake.client(development()).send(get(&url)).await;
    assert_eq!(text(sent.unwrap()).await, "ok");
}

#[tokio::test]
async fn what_is_not_http_is_a_broken_connection() {
    let server = Server::start(Script::Answer("SSH-2.0-OpenSSH\r\n\r\n"));
    let error = client(development())
        .send(get(&server.url("/")))
        .await
        .unwrap_err();
    assert!(matches!(error, OutboundError::Broken(_)), "{error:?}");
}
