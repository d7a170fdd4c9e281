//! Requests that two programs could read in two ways.

use std::io::Write as _;

use utc_test_support::{Received, Upstream};

use crate::gate::TOKEN;
use crate::support::{Gateway, read_all, talk};

/// What the gateway answers to raw bytes: status and code, or nothing when it just closes the connection. In no case
/// is anything sent on.
fn refused(request: &str) -> Option<(u16, String)> {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let request = request.replace("TOKEN", TOKEN);
    let answer = gateway.raw(&request);
    assert_eq!(upstream.connections(), 0, "{request}");
    let answer = answer?;
    let code = serde_json_code(&answer.text());
    Some((answer.status, code))
}

fn serde_json_code(text: &str) -> String {
    let rest = text.split_once("\"code\":\"").map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The framework itself refuses these: 400 without a document, and the connection closes.
fn check_unreadable(request: &str) {
    let got = refused(request);
    assert!(
        got.is_none() || got == Some((400, String::new())),
        "{request}: {got:?}"
    );
}

fn check(request: &str, status: u16, code: &str) {
    assert_eq!(
        refused(request),
        Some((status, code.to_owned())),
        "{request}"
    );
}

fn post(head: &str, body: &str) -> String {
    format!(
        "POST /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\nUTC-Token: TOKEN\r\n{head}\r\n{body}"
    )
}

#[test]
fn two_ways_to_say_how_long_a_body_is_are_refused() {
    let smuggled = "0\r\n\r\nGET /gateway/payments-api/admin HTTP/1.1\r\nHost: g\r\n\r\n";
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length: \r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: \x0bchunked\r\n",
    ] {
        check_unreadable(&post(head, smuggled));
    }
}

#[test]
fn transfer_encoding_is_not_for_http_1_0() {
    let request =
        post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0");
    check_unreadable(&request);
}

#[test]
fn headers_with_odd_white_space_are_refused() {
    for head in [
        "Content-Length : 5\r\n",
        "Content-Length\t: 5\r\n",
        " Content-Length: 5\r\n",
        "X-A: 1\r\n Content-Length: 5\r\n",
        "X-A: 1\r\n\tfolded\r\n",
        "Transfer-Encoding\x0b: chunked\r\n",
        "X A: 1\r\n",
        ": 1\r\n",
        "X-A\r\n",
        "X-A: a\x00b\r\n",
        "X-A: a\rContent-Length: 5\r\n",
    ] {
        check_unreadable(&post(head, "hello"));
    }
}

#[test]
fn one_host_and_only_one() {
    check_unreadable("GET /gateway/payments-api/ HTTP/1.1\r\nUTC-Token: TOKEN\r\n\r\n");
    check_unreadable(
        "GET /gateway/payments-api/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nUTC-Token: TOKEN\r\n\r\n",
    );
    check_unreadable(
        "GET /gateway/payments-api/ HTTP/1.1\r\nHost: a\r\nhost: a\r\nUTC-Token: TOKEN\r\n\r\n",
    );
}

#[test]
fn chunks_of_odd_sizes_are_refused() {
    for body in [
        "-1\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffff1\r\n",
        "g\r\n",
        "5 5\r\n",
        "\r\n5\r\n",
    ] {
        let got = refused(&post("Transfer-Encoding: chunked\r\n", body));
        let fine = match &got {
            None => true,
            Some((status, code)) => *status == 400 && ["", "body_broken"].contains(&code.as_str()),
        };
        assert!(fine, "{body}: {got:?}");
    }
}

#[test]
fn a_target_is_a_path_in_one_reading() {
    let get =
        |target: &str| format!("GET {target} HTTP/1.1\r\nHost: g\r\nUTC-Token: TOKEN\r\n\r\n");
    for path in [
        "/a%2fb",
        "/a%5Cb",
        "/..",
        "/%2e%2e/a",
        "/a//b",
        "//a",
        "/a;b",
        "/a%00",
        "/%c0%af",
        "/a%25",
    ] {
        check(
            &get(&format!("/gateway/payments-api{path}")),
            400,
            "path_refused",
        );
    }
    check(
        &get("http://g/gateway/payments-api/"),
        400,
        "target_refused",
    );
    check(
        &get("http://other/gateway/payments-api/"),
        400,
        "target_refused",
    );
    check(
        &get("/gateway/payments-api/../payments-api/"),
        400,
        "path_refused",
    );
    for target in [
        "/gateway/payments-api/a\\b",
        "/gateway/payments-api/\u{e9}",
        "/gateway/payments-api/a\x00",
    ] {
        let got = refused(&get(target));
        assert!(matches!(&got, None | Some((400, _))), "{target}: {got:?}");
    }
    check(
        &format!("OPTIONS * HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\n\r\n"),
        404,
        "no_such_path",
    );
}

#[test]
fn a_fragment_is_never_part_of_a_path() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let request = format!(
        "GET /gateway/payments-api/a#/../b HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nConnection: close\r\n\r\n"
    );
    if gateway
        .raw(request)
        .is_some_and(|answer| answer.status == 200)
    {
        assert_eq!(upstream.only().target(), "/a");
        assert_eq!(gateway.gate.asked()[0].action.as_str(), "read:/a");
    }
}

#[test]
fn tunnels_echoes_and_upgrades_are_refused() {
    check(
        "CONNECT /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\nUTC-Token: TOKEN\r\n\r\n",
        400,
        "method_refused",
    );
    check(
        "TRACE /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\nUTC-Token: TOKEN\r\n\r\n",
        400,
        "method_refused",
    );
    let got = refused("CONNECT g:443 HTTP/1.1\r\nHost: g\r\nUTC-Token: TOKEN\r\n\r\n");
    assert!(matches!(got, None | Some((400, _))), "{got:?}");
    for upgrade in ["websocket", "h2c", "anything"] {
        let request = post(
            &format!("Connection: Upgrade\r\nUpgrade: {upgrade}\r\n"),
            "",
        );
        check(&request, 400, "upgrade_refused");
    }
    check_unreadable("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

#[test]
fn a_request_has_the_method_that_it_has() {
    for name in [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
        "X_HTTP_Method_Override",
    ] {
        check(
            &post(&format!("{name}: GET\r\n"), ""),
            400,
            "method_override",
        );
    }
    let get = "GET /gateway/payments-api/a?_method=DELETE HTTP/1.1\r\nHost: g\r\nUTC-Token: TOKEN\r\n\r\n";
    check(get, 400, "method_override");
    let search =
        post("Content-Length: 1\r\n", "x").replace("api/ ", "api/search?%5Fmethod=DELETE ");
    check(&search, 400, "method_override");
}

#[test]
fn after_a_refused_request_with_a_body_no_other_is_read() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let second = format!(
        "GET /gateway/payments-api/second HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\n\r\n"
    );
    for first in [
        format!("POST /gateway/payments-api/..  HTTP/1.1\r\nHost: g\r\nContent-Length: {}\r\n\r\n", second.len()),
        format!("POST /gateway/payments-api/.. HTTP/1.1\r\nHost: g\r\nContent-Length: {}\r\n\r\n", second.len()),
        "POST /gateway/other/ HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(),
        "POST /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
    ] {
        let answers = talk(&gateway, format!("{first}{second}").as_bytes());
        let count = answers.matches("HTTP/1.1 ").count();
        assert!(count <= 1, "{first}: {answers}");
    }
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn requests_on_one_connection_are_each_judged() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let one = |line: &str, close: bool| {
        let close = if close { "Connection: close\r\n" } else { "" };
        format!(
            "{line} HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\n{close}Content-Length: 2\r\n\r\nab"
        )
    };
    let requests = [
        one("POST /gateway/payments-api/1", false),
        one("DELETE /gateway/payments-api/2", false),
        one("PUT /gateway/payments-api/3", true),
    ];
    let mut stream = gateway.connect();
    stream.write_all(requests.concat().as_bytes()).unwrap();
    assert_eq!(read_all(&mut stream).matches("HTTP/1.1 200").count(), 3);
    let actions: Vec<_> = gateway
        .gate
        .asked()
        .iter()
        .map(|q| q.action.to_string())
        .collect();
    assert_eq!(actions, ["write:/1", "write:/2", "write:/3"]);
}

#[test]
fn every_character_of_a_query_is_refused_or_goes_on_as_it_came() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let mut sent = Vec::new();
    for character in (b'!'..=b'~').map(char::from).filter(|c| *c != '#') {
        let target = format!("/a?x={character}y");
        match gateway
            .get(&format!("/gateway/payments-api{target}"))
            .status
        {
            200 => sent.push(target),
            status => assert_eq!(status, 400, "{target}"),
        }
    }
    let received: Vec<_> = upstream.received();
    let received: Vec<&str> = received.iter().map(Received::target).collect();
    assert_eq!(received, sent);
    assert!(sent.len() > 80, "{sent:?}");
}

#[test]
fn long_queries_go_on_and_longer_ones_are_refused() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let target = |length: usize| format!("/gateway/payments-api/?{}", "q".repeat(length));
    assert_eq!(gateway.get(&target(15_000)).status, 200);
    gateway.get(&target(15_001)).problem(414, "target_too_long");
    assert_eq!(upstream.only().target().len(), 15_002);
}
