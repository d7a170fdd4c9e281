//! What upstreams answer comes back as it is.

use std::io::{Read as _, Write as _};

use utc_test_support::Upstream;

use crate::gate::TOKEN;
use crate::support::{Gateway, read_all, request, talk};

fn through(answer: impl Into<Vec<u8>>, method: &str) -> String {
    let gateway = Gateway::allowing(&Upstream::answering(answer));
    talk(
        &gateway,
        &request(method, "/gateway/payments-api/", &[], b""),
    )
}

#[test]
fn a_redirect_is_the_callers_to_follow() {
    let upstream = Upstream::answering(
        "HTTP/1.1 307 Elsewhere\r\nLocation: /b?c\r\nContent-Length: 0\r\n\r\n",
    );
    let gateway = Gateway::allowing(&upstream);
    for answer in [
        gateway.get("/gateway/payments-api/a"),
        gateway.post("/gateway/payments-api/a", b"x"),
    ] {
        assert_eq!(
            (answer.status, answer.header("location")),
            (307, Some("/b?c"))
        );
    }
    assert_eq!(upstream.received().len(), 2);
}

#[test]
fn a_compressed_body_is_not_touched() {
    let body = b"\x1f\x8bnot really gzip\xff\x00";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let upstream = Upstream::answering([head.as_bytes(), body].concat());
    let gateway = Gateway::allowing(&upstream);
    let answer = gateway.call(
        "GET",
        "/gateway/payments-api/",
        &[("Accept-Encoding", "gzip, br")],
        b"",
    );
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert_eq!(answer.body, body);
    assert_eq!(upstream.only().all("accept-encoding"), ["gzip, br"]);
}

#[test]
fn every_status_comes_back() {
    for status in [
        200, 202, 206, 300, 400, 401, 404, 409, 418, 429, 500, 503, 599,
    ] {
        let answer = through(
            format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok"),
            "GET",
        );
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    }
}

#[test]
fn answers_without_a_body_have_none() {
    let no_content = through("HTTP/1.1 204 No Content\r\n\r\n", "DELETE");
    assert!(
        no_content.starts_with("HTTP/1.1 204") && no_content.ends_with("\r\n\r\n"),
        "{no_content}"
    );
    assert!(
        !no_content.contains("content-length") && !no_content.contains("transfer-encoding"),
        "{no_content}"
    );
    let not_modified = through(
        "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 99\r\n\r\n",
        "GET",
    );
    assert!(
        not_modified.contains("etag: \"a\"") && not_modified.ends_with("\r\n\r\n"),
        "{not_modified}"
    );
    assert!(
        not_modified.contains("content-length: 99"),
        "{not_modified}"
    );
}

#[test]
fn the_answer_to_head_says_how_long_the_body_would_be() {
    let sized = through("HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n", "HEAD");
    assert!(
        sized.contains("content-length: 123\r\n") && sized.ends_with("\r\n\r\n"),
        "{sized}"
    );
    let unknown = through(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HEAD",
    );
    assert!(
        unknown.starts_with("HTTP/1.1 200") && unknown.ends_with("\r\n\r\n"),
        "{unknown}"
    );
    assert!(!unknown.contains("content-length:"), "{unknown}");
}

#[test]
fn a_chunked_answer_comes_chunked_and_its_trailers_do_not() {
    let answer = through(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-After\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nX-After: 1\r\nUTC-Receipt: forged\r\n\r\n",
        "GET",
    );
    assert!(answer.contains("transfer-encoding: chunked"), "{answer}");
    assert!(
        answer.contains("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            || answer.contains("5\r\nabcde\r\n0\r\n\r\n"),
        "{answer}"
    );
    assert!(
        !answer.to_lowercase().contains("x-after") && !answer.contains("forged"),
        "{answer}"
    );
}

#[test]
fn an_answer_that_ends_with_its_connection_comes_whole() {
    let upstream = Upstream::start(|_, stream| {
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")?;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    });
    let answer = talk(
        &Gateway::allowing(&upstream),
        &request("GET", "/gateway/payments-api/", &[], b""),
    );
    assert!(
        answer.contains("until the end") && answer.ends_with("0\r\n\r\n"),
        "{answer}"
    );
}

#[test]
fn interim_answers_are_not_the_answer() {
    let answer = through(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "GET",
    );
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok"),
        "{answer}"
    );
    assert!(!answer.contains("</a>"), "{answer}");
}

#[test]
fn bodies_of_requests_arrive_as_they_were_sent() {
    let every_byte: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let answer = gateway.post("/gateway/payments-api/", &every_byte);
    assert_eq!(answer.body, every_byte);
    assert_eq!(upstream.only().header("content-length"), Some("100000"));
    // A body that is passed on as it comes.
    let answer = gateway.post("/gateway/payments-api/search", &every_byte);
    assert_eq!(answer.body, every_byte);
    assert_eq!(
        upstream.received()[1].header("content-length"),
        Some("100000")
    );
}

#[test]
fn a_chunked_request_is_hashed_without_its_framing() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let chunked = |path: &str| {
        format!(
            "POST /gateway/payments-api/{path} HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nConnection: close\r\n\
             Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
    };
    assert!(talk(&gateway, chunked("").as_bytes()).ends_with("abcde"));
    assert_eq!(upstream.received()[0].header("content-length"), Some("5"));
    let whole = gateway.post("/gateway/payments-api/", b"abcde");
    assert_eq!(whole.status, 200);
    let asked = gateway.gate.asked();
    assert_eq!(asked[0].payload_hash, asked[1].payload_hash);
    // Nobody knows how long a body is that is passed on as it comes.
    assert!(talk(&gateway, chunked("search").as_bytes()).ends_with("abcde"));
    assert_eq!(
        upstream.received()[2].header("transfer-encoding"),
        Some("chunked")
    );
}

#[test]
fn a_caller_that_waits_to_be_asked_for_its_body_is_asked() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let mut stream = gateway.connect();
    let head = format!(
        "POST /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nConnection: close\r\n\
         Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").unwrap();
    assert!(read_all(&mut stream).ends_with("hello"));
    assert!(upstream.only().all("expect").is_empty());
}

#[test]
fn a_method_that_nobody_knows_is_a_write_like_others() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    assert_eq!(
        gateway
            .call("PROPFIND", "/gateway/payments-api/a", &[], b"x")
            .status,
        200
    );
    assert_eq!(upstream.only().method(), "PROPFIND");
    assert_eq!(gateway.gate.asked()[0].action.as_str(), "write:/a");
}

#[test]
fn an_old_client_gets_its_answer_without_chunks() {
    let upstream = Upstream::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    );
    let gateway = Gateway::allowing(&upstream);
    let request = format!("GET /gateway/payments-api/ HTTP/1.0\r\nUTC-Token: {TOKEN}\r\n\r\n");
    let answer = talk(&gateway, request.as_bytes());
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
}
