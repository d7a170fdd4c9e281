//! Who is served, and what of.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::RequestHead;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use utc_app::Who;
use utc_gateway::port::{Limit, Refused};
use utc_test_support::Upstream;

use crate::gate::{FakeGate, TOKEN};
use crate::support::{Gateway, Setup, allow, request};

fn check(head: &str, status: u16, code: &str) {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let request = format!("GET /gateway/payments-api/x HTTP/1.1\r\nHost: g\r\n{head}\r\n");
    let answer = gateway.raw(request).unwrap();
    answer.problem(status, code);
    assert_eq!(upstream.connections(), 0, "{head}");
}

#[test]
fn without_a_token_nobody_is_served() {
    check("", 401, "unauthenticated");
    check("UTC-Token: utc_id_other\r\n", 401, "unauthenticated");
    check("UTC-Token: \r\n", 401, "unauthenticated");
}

#[test]
fn no_other_credentials_count() {
    for head in [
        format!("Authorization: Bearer {TOKEN}\r\n"),
        format!("Cookie: utc={TOKEN}\r\n"),
        format!("Cookie: UTC-Token={TOKEN}\r\n"),
        format!("UTC_Token: {TOKEN}\r\n"),
        format!("X-UTC-Token: {TOKEN}\r\n"),
    ] {
        check(&head, 401, "unauthenticated");
    }
}

#[test]
fn two_tokens_are_not_one() {
    let twice = format!("UTC-Token: {TOKEN}\r\nUTC-Token: {TOKEN}\r\n");
    check(&twice, 400, "token_header");
    let two = format!("UTC-Token: {TOKEN}\r\nUTC-Subject: a\r\nUTC-Subject: b\r\n");
    check(&two, 400, "subject_header");
}

#[test]
fn a_caller_speaks_for_no_other_subject() {
    let head = format!("UTC-Token: {TOKEN}\r\nUTC-Subject: user:alice\r\n");
    check(&head, 403, "forbidden");
}

#[test]
fn the_subject_is_the_one_that_was_named() {
    let gateway = Gateway::allowing(&Upstream::echo());
    gateway.call(
        "GET",
        "/gateway/payments-api/",
        &[("UTC-Subject", "agent-7")],
        b"",
    );
    gateway.get("/gateway/payments-api/");
    assert_eq!(gateway.gate.subjects(), [Some("agent-7".to_owned()), None]);
}

#[test]
fn a_401_says_which_credentials_are_needed() {
    let gateway = Gateway::allowing(&Upstream::echo());
    let answer = gateway
        .raw("GET /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\n\r\n")
        .unwrap();
    assert_eq!(answer.header("www-authenticate"), Some("UTC-Token"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn an_unknown_unit_is_not_found() {
    let gateway = Gateway::allowing(&Upstream::echo());
    gateway.get("/gateway/other/").problem(404, "no_such_unit");
    gateway.get("/gateway/Payments/").problem(400, "unit_name");
    gateway.get("/api/v1/decide").problem(404, "no_such_path");
    gateway.get("/").problem(404, "no_such_path");
}

#[test]
fn a_units_name_is_one_encoded_segment_and_an_alias_means_the_unit() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    for unit in ["route%3A%2Fpayments", "route:%2fpayments"] {
        assert_eq!(gateway.get(&format!("/gateway/{unit}/a")).status, 200);
    }
    let units: Vec<_> = gateway
        .gate
        .asked()
        .iter()
        .map(|q| q.unit.to_string())
        .collect();
    assert_eq!(units, ["payments-api", "payments-api"]);
    assert_eq!(upstream.received()[0].target(), "/a");
}

#[test]
fn a_request_keeps_its_id_or_gets_one() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let refused = gateway.call("GET", "/", &[("X-Request-ID", "mine-1")], b"");
    assert_eq!(refused.header("x-request-id"), Some("mine-1"));
    assert_eq!(refused.json()["request_id"], "mine-1");
    let made = gateway.call("GET", "/", &[("X-Request-ID", "a b\"")], b"");
    assert_eq!(made.header("x-request-id").unwrap().len(), 36);
    gateway.call(
        "GET",
        "/gateway/payments-api/",
        &[("X-Request-ID", "mine-2")],
        b"",
    );
    gateway.get("/gateway/payments-api/");
    let received = upstream.received();
    assert_eq!(received[0].header("x-request-id"), Some("mine-2"));
    assert_eq!(received[1].header("x-request-id").unwrap().len(), 36);
}

#[test]
fn what_the_gate_refuses_has_its_status() {
    type Refusing = fn() -> Refused;
    let refusals: [(Refusing, u16, &str); 9] = [
        (|| Refused::Unauthenticated, 401, "unauthenticated"),
        (|| Refused::Forbidden("no".into()), 403, "forbidden"),
        (|| Refused::Invalid("no".into()), 400, "invalid_request"),
        (|| Refused::KeyReused, 422, "idempotency_key_reused"),
        (
            || Refused::Conflict {
                code: "superseded",
                message: "no".into(),
            },
            409,
            "superseded",
        ),
        (|| Refused::Changed, 503, "unit_changed"),
        (|| Refused::Busy, 503, "busy"),
        (|| Refused::Stopping, 503, "stopping"),
        (
            || Refused::Internal("secret detail".into()),
            500,
            "internal",
        ),
    ];
    for (refusal, status, code) in refusals {
        let upstream = Upstream::echo();
        let gateway = Gateway::deciding(&upstream, move |_| Err(refusal()));
        for request in [
            request("GET", "/gateway/payments-api/", &[], b""),
            request("POST", "/gateway/payments-api/", &[], b"body"),
        ] {
            let problem = gateway.raw(request).unwrap().problem(status, code);
            assert!(!problem.to_string().contains("secret"), "{problem}");
        }
        assert_eq!(upstream.connections(), 0, "{code}");
    }
}

#[test]
fn a_token_of_this_service_never_goes_on() {
    for value in [
        "Bearer utc_id_secret",
        "bearer  UTC_id_secret",
        "utc_id_secret",
        "Token token=\"utc_id_secret\"",
        "Basic eDp5, Bearer utc_id_secret",
    ] {
        let head = format!("UTC-Token: {TOKEN}\r\nAuthorization: {value}\r\n");
        check(&head, 400, "token_in_authorization");
    }
    for own in ["Bearer sk_utc_1", "Basic dXNlcjpub190b2tlbg==", "Basic !!!"] {
        check_passed_on(own);
    }
}

#[test]
fn a_token_of_this_service_is_seen_in_basic_credentials() {
    for pair in [
        "user:utc_id_secret",
        "utc_id_secret:",
        ":UTC_id_secret",
        "user:a:utc_id_secret",
        "utc_id_secret",
        "\u{3ff}\u{3ff}\u{3ff}:utc_id_secret",
    ] {
        let whole = STANDARD.encode(pair);
        let bare = whole.trim_end_matches('=');
        let url_safe = whole.replace('+', "-").replace('/', "_");
        for value in [&whole, bare, &url_safe, &format!("x, Basic {whole}")] {
            let head = format!("UTC-Token: {TOKEN}\r\nAuthorization: bAsIc {value}\r\n");
            check(&head, 400, "token_in_authorization");
        }
    }
}

#[track_caller]
fn check_passed_on(value: &str) {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let own = [("Authorization", value)];
    let answer = gateway.call("GET", "/gateway/payments-api/", &own, b"");
    assert_eq!(answer.status, 200);
    let received = &upstream.received()[0];
    assert_eq!(received.header("authorization"), Some(value));
}

/// Lets nobody in twice.
#[derive(Default)]
struct Once(Mutex<Vec<Option<Who>>>);

impl Limit for Once {
    fn count(&self, who: Option<Who>, _: &RequestHead) -> Option<Duration> {
        let mut seen = self.0.lock().unwrap();
        let wait = seen.contains(&who).then(|| Duration::from_secs(7));
        seen.push(who);
        wait
    }
}

#[test]
fn who_calls_too_often_is_told_when_to_call_again_and_nothing_is_decided() {
    let upstream = Upstream::echo();
    let setup = Setup {
        limit: Arc::new(Once::default()),
        ..Setup::usual()
    };
    let gateway = Gateway::start(FakeGate::new(&upstream.origin(), allow), setup);
    let stranger = "GET /gateway/payments-api/ HTTP/1.1\r\nHost: g\r\n\r\n";
    let nonsense = "GET /../ HTTP/1.1\r\nHost: g\r\n\r\n";
    assert_eq!(gateway.get("/gateway/payments-api/").status, 200);
    gateway
        .raw(stranger)
        .unwrap()
        .problem(401, "unauthenticated");
    for request in [stranger, nonsense] {
        let answer = gateway.raw(request).unwrap();
        answer.problem(429, "too_many_requests");
        assert_eq!(answer.header("retry-after"), Some("7"));
    }
    let again = gateway.get("/gateway/payments-api/");
    again.problem(429, "too_many_requests");
    assert_eq!(gateway.gate.asked().len(), 1);
    assert_eq!(upstream.received().len(), 1);
}
