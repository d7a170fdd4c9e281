//! What callers get wrong: each gets a precise refusal, and nothing is written.

use utc_test_support::{Answer, Server, ServerOptions, exchange};

use crate::calls::{DECIDE, log_size};

const BODIES: [(&str, &str); 7] = [
    ("POST", DECIDE),
    ("POST", "/api/v1/decide/batch"),
    ("POST", "/api/v1/verify"),
    ("PUT", "/api/v1/rules/writes_require_approval"),
    ("PUT", "/api/v1/units/a"),
    ("POST", "/api/v1/units/a/observations"),
    ("PUT", "/api/v1/units/a/pin"),
];

fn send(server: &Server, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
    let headers = [("content-type", kind), ("x-request-id", "test-17")];
    server
        .client()
        .send(method, path, &headers, Some(body))
        .unwrap()
}

#[track_caller]
fn check(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let body = answer.json();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["status"], status);
    assert_eq!(body["request_id"], "test-17");
    assert_eq!(answer.header("x-request-id"), Some("test-17"));
    assert!(
        body["detail"]
            .as_str()
            .is_some_and(|detail| detail.len() > 10),
        "{body}"
    );
}

#[test]
fn bodies_that_no_endpoint_can_read_are_refused_by_each() {
    let server = Server::start(&ServerOptions::sqlite());
    let before = log_size(server.client());
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    let huge = format!(r#"{{"subject":"{}"}}"#, "x".repeat(10 << 20));
    for (method, path) in BODIES {
        let json = |body: &[u8]| send(&server, method, path, "application/json", body);
        for body in [
            b"".as_slice(),
            b"{",
            b"nonsense",
            b"{\"subject\":\"a\",}",
            b"{} trailing",
            b"\xff\xfe",
            b"{\"subject\":\"\xc3\x28\"}",
            deep.as_bytes(),
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":9007199254740993}",
            b"{\"a\":-9007199254740993}",
            b"{\"a\":1e400}",
            b"{\"a\":NaN}",
            b"{\"a\":Infinity}",
            b"null",
            b"17",
            b"\"text\"",
        ] {
            check(&json(body), 400, "invalid_request");
        }
        check(&json(huge.as_bytes()), 413, "body_too_large");
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
        ] {
            check(
                &send(&server, method, path, kind, b"{}"),
                415,
                "unsupported_media_type",
            );
        }
    }
    assert_eq!(log_size(server.client()), before, "nothing was written");
}

#[track_caller]
fn check_field(server: &Server, method: &str, path: &str, body: &str, pointer: &str) {
    let answer = send(server, method, path, "application/json", body.as_bytes());
    check(&answer, 400, "invalid_request");
    let errors = answer.json()["errors"].clone();
    let named = errors
        .as_array()
        .unwrap()
        .iter()
        .any(|error| error["pointer"] == pointer);
    assert!(named, "{body}: {errors} does not name {pointer:?}");
}

#[test]
fn each_wrong_member_is_named_by_its_pointer() {
    let server = Server::start(&ServerOptions::sqlite());
    let before = log_size(server.client());
    let long = "x".repeat(201);
    let decide = |member: &str| {
        let all = [
            ("subject", "\"a\""),
            ("action", "\"write:x\""),
            ("unit", "\"u\""),
        ];
        let name = member.split(['"', ':']).nth(1).unwrap();
        let rest = all.iter().filter(|(known, _)| *known != name);
        let rest: Vec<String> = rest
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{member},{}}}", rest.join(","))
    };
    for (member, pointer) in [
        ("\"subject\":7", "/subject"),
        ("\"subject\":\"\"", "/subject"),
        ("\"subject\":\"a\\u0000b\"", "/subject"),
        ("\"subject\":\"a\\u202eb\"", "/subject"),
        (&format!("\"subject\":\"{long}\""), "/subject"),
        ("\"action\":\"line\\nbreak\"", "/action"),
        ("\"action\":[]", "/action"),
        ("\"unit\":\"Upper\"", "/unit"),
        ("\"unit\":\"a b\"", "/unit"),
        ("\"payload_hash\":\"sha256:xyz\"", "/payload_hash"),
        ("\"payload_hash\":\"md5:00\"", "/payload_hash"),
        ("\"approval_id\":\"7\"", "/approval_id"),
        ("\"reason\":\"a\\u0007b\"", "/reason"),
    ] {
        check_field(&server, "POST", DECIDE, &decide(member), pointer);
    }
    check_field(&server, "POST", DECIDE, r#"{"action":"x","unit":"u"}"#, "");
    let observe = "/api/v1/units/a/observations";
    for (body, pointer) in [
        (r#"{"arrival_rate":-1,"service_rate":1}"#, "/arrival_rate"),
        (r#"{"arrival_rate":1,"service_rate":0}"#, "/service_rate"),
        (r#"{"arrival_rate":1e10,"service_rate":1}"#, "/arrival_rate"),
        (r#"{"arrival_rate":"1","service_rate":1}"#, "/arrival_rate"),
        (
            r#"{"arrival_rate":1,"service_rate":1,"at":"yesterday"}"#,
            "/at",
        ),
        (
            r#"{"arrival_rate":1,"service_rate":1,"at":"2199-01-01T00:00:00Z"}"#,
            "/at",
        ),
        (
            r#"[{"arrival_rate":1,"service_rate":1},{"arrival_rate":1,"service_rate":-1}]"#,
            "/1/service_rate",
        ),
        (r#"{"arrival_rate":1,"service_rate":1,"typo":1}"#, "/typo"),
    ] {
        check_field(&server, "POST", observe, body, pointer);
    }
    let pin = "/api/v1/units/a/pin";
    check_field(
        &server,
        "PUT",
        pin,
        r#"{"level":"tight","reason":"x"}"#,
        "/level",
    );
    check_field(
        &server,
        "PUT",
        pin,
        r#"{"level":"read_only","reason":""}"#,
        "/reason",
    );
    check_field(
        &server,
        "PUT",
        pin,
        r#"{"level":"read_only","reason":"x","expires_at":"2020-01-01T00:00:00Z"}"#,
        "/expires_at",
    );
    check_field(
        &server,
        "PUT",
        "/api/v1/units/a",
        r#"{"capacity_per_hour":-3}"#,
        "/capacity_per_hour",
    );
    check_field(
        &server,
        "PUT",
        "/api/v1/units/a",
        r#"{"mode":"strict"}"#,
        "/mode",
    );
    assert_eq!(log_size(server.client()), before, "nothing was written");
}

#[test]
fn wrong_queries_are_refused_by_name() {
    let server = Server::start(&ServerOptions::sqlite());
    for (query, part) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("cursor=%21", "cursor"),
        ("decision=MAYBE", "decision"),
        ("kind=none", "kind"),
        ("from=now", "from"),
        ("unit=A", "unit"),
        ("typo=1", "typo"),
    ] {
        let headers = [("x-request-id", "test-17")];
        let answer = server
            .client()
            .send("GET", &format!("/api/v1/receipts?{query}"), &headers, None)
            .unwrap();
        check(&answer, 400, "invalid_request");
        assert!(answer.text().contains(part), "{query}: {}", answer.text());
    }
    let headers = [("x-request-id", "test-17")];
    for (method, path, status, code) in [
        ("GET", "/api/v1/receipts/nonsense", 400, "invalid_request"),
        (
            "GET",
            "/api/v1/receipts/0192f0c1-2345-7abc-8def-0123456789ab",
            404,
            "not_found",
        ),
        ("GET", "/api/v1/units/none-such", 404, "not_found"),
        ("GET", "/api/v1/units/A%00", 400, "invalid_request"),
        ("GET", "/nothing", 404, "no_such_path"),
        ("DELETE", "/api/v1/rules", 405, "method_not_allowed"),
    ] {
        let answer = server.client().send(method, path, &headers, None).unwrap();
        check(&answer, status, code);
    }
}

/// Sends a request with these header lines, as a web page or a mistaken proxy might.
fn raw(server: &Server, lines: &str) -> u16 {
    let body = r#"{"subject":"a","action":"write:x","unit":"u"}"#;
    let token = server.client().token().unwrap();
    let request = format!(
        "POST {DECIDE} HTTP/1.1\r\n{lines}Authorization: Bearer {token}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    exchange(server.address(), request.as_bytes())
        .unwrap()
        .map_or(0, |answer| answer.status)
}

#[test]
fn a_web_page_cannot_post_here() {
    let server = Server::start(&ServerOptions::sqlite());
    let before = log_size(server.client());
    let own = server.address().to_owned();
    let port = own.rsplit(':').next().unwrap();
    let json = "Content-Type: application/json\r\n";
    for lines in [
        format!("Host: evil.example\r\n{json}"),
        format!("Host: evil.example:{port}\r\n{json}"),
        format!("Host: {own}\r\nHost: evil.example\r\n{json}"),
        format!("Host: {own}\r\nOrigin: http://evil.example\r\n{json}"),
        format!("Host: {own}\r\nOrigin: null\r\n{json}"),
        format!("Host: {own}\r\nSec-Fetch-Site: cross-site\r\n{json}"),
    ] {
        assert!(matches!(raw(&server, &lines), 400 | 403), "{lines}");
    }
    assert_eq!(
        raw(
            &server,
            &format!("Host: {own}\r\nContent-Type: text/plain\r\n")
        ),
        415
    );
    assert_eq!(log_size(server.client()), before, "nothing was written");
    assert_eq!(
        raw(
            &server,
            &format!("Host: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n{json}")
        ),
        200
    );
}
