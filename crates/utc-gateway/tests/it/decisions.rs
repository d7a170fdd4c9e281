//! What is asked, and what the answer does.

use utc_domain::{ApprovalId, Code, Decision, ExecutionEvent, Timestamp};
use utc_gateway::port::{Refused, Ruling, Waiting};
use utc_test_support::Upstream;
use uuid::Uuid;

use crate::gate::RECEIPT;
use crate::support::{CONSOLE, Gateway, eventually};

const APPROVAL: &str = "0192f0c1-2345-7abc-8def-00000000000a";

/// SHA-256 of `{"amount":7}`, computed by another program.
const DIGEST: &str = "sha256:fb6632bd6651ff35747457d7d6aab3f5d91ff8521f5a79f7382c412da5ef081b";

fn waiting() -> Waiting {
    Waiting {
        id: ApprovalId::new(Uuid::parse_str(APPROVAL).unwrap()),
        expires_at: Timestamp::from_micros(1_790_000_000_000_000),
        expected_wait_minutes: Some(12.5),
    }
}

#[test]
fn a_write_that_is_allowed_is_forwarded_with_its_receipt() {
    let upstream = Upstream::answering("HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\ndone");
    let gateway = Gateway::allowing(&upstream);
    let answer = gateway.post(
        "/gateway/payments-api/v1/transfers?dry=0",
        b"{\"amount\":7}",
    );
    assert_eq!((answer.status, answer.text().as_str()), (201, "done"));
    assert_eq!(answer.header("utc-decision"), Some("ALLOW"));
    assert_eq!(answer.header("utc-receipt"), Some(RECEIPT));
    assert_eq!(answer.header("utc-would-be"), None);

    let asked = &gateway.gate.asked()[0];
    assert_eq!(asked.action.as_str(), "write:/v1/transfers");
    assert_eq!(asked.config_version, 7);
    assert_eq!(asked.payload_hash.as_ref().unwrap().as_str(), DIGEST);
    let bound = asked.request.as_ref().unwrap();
    assert_eq!(bound.method, "POST");
    assert_eq!(bound.origin, upstream.origin());
    assert_eq!(bound.query.as_deref(), Some("dry=0"));
    assert_eq!(&bound.body[..], b"{\"amount\":7}");

    let received = upstream.only();
    assert_eq!(received.line, "POST /v1/transfers?dry=0 HTTP/1.1");
    assert_eq!(received.body, b"{\"amount\":7}");
}

#[test]
fn what_is_bound_is_what_is_sent() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let headers = [
        ("Authorization", "Bearer own"),
        ("X-A", "1"),
        ("X-A", "2"),
        ("Connection", "x-b"),
        ("X-B", "3"),
    ];
    gateway.call("PUT", "/gateway/payments-api/a", &headers, b"body");
    let bound = gateway.gate.asked()[0].request.clone().unwrap();
    let received = upstream.only();
    for (name, value) in &bound.headers {
        let value = String::from_utf8(value.clone()).unwrap();
        assert!(
            received.all(name).contains(&value.as_str()),
            "{name}: {value}"
        );
    }
    let ours = ["host", "content-length", "idempotency-key"];
    for (name, _) in &received.headers {
        let known =
            bound.headers.iter().any(|(bound, _)| bound == name) || ours.contains(&name.as_str());
        assert!(known, "{name} is sent and not bound");
    }
}

#[test]
fn a_write_without_a_body_is_bound_to_having_none() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    assert_eq!(gateway.post("/gateway/payments-api/a", b"").status, 200);
    assert_eq!(gateway.gate.asked()[0].payload_hash, None);
    assert_eq!(upstream.only().header("content-length"), Some("0"));
}

#[test]
fn a_read_is_asked_for_too_and_not_hashed() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    let answer = gateway.get("/gateway/payments-api/v1/x?secret=1");
    assert_eq!(answer.header("utc-receipt"), Some(RECEIPT));
    let asked = &gateway.gate.asked()[0];
    assert_eq!(asked.action.as_str(), "read:/v1/x");
    assert!(asked.payload_hash.is_none() && asked.request.is_none());
    assert!(gateway.gate.executed().is_empty());
}

#[test]
fn a_unit_says_what_is_a_read_and_what_is_a_write() {
    let gateway = Gateway::allowing(&Upstream::echo());
    gateway.post("/gateway/payments-api/search", b"query");
    gateway.post("/gateway/payments-api/%73earch", b"query");
    gateway.get("/gateway/payments-api/export");
    gateway.get("/gateway/payments-api/%65xport");
    let actions: Vec<_> = gateway
        .gate
        .asked()
        .iter()
        .map(|q| q.action.to_string())
        .collect();
    assert_eq!(
        actions,
        [
            "read:/search",
            "write:/%73earch",
            "write:/export",
            "write:/%65xport"
        ]
    );
}

#[test]
fn a_write_that_is_denied_is_not_forwarded() {
    let upstream = Upstream::echo();
    let gateway = Gateway::deciding(&upstream, |_| {
        let reason = "The unit is risky.".to_owned();
        Ok(Ruling::Deny {
            code: Code::UnitRisky,
            reason,
        })
    });
    let answer = gateway.post("/gateway/payments-api/a", b"body");
    let problem = answer.problem(403, "unit_risky");
    assert_eq!(problem["decision"], "DENY");
    assert_eq!(problem["receipt_id"], RECEIPT);
    assert_eq!(problem["detail"], "The unit is risky.");
    assert_eq!(answer.header("utc-decision"), Some("DENY"));
    assert_eq!(answer.header("utc-receipt"), Some(RECEIPT));
    assert_eq!(upstream.connections(), 0);
    assert!(gateway.gate.executed().is_empty());
}

#[test]
fn a_write_that_waits_is_a_conflict_and_not_a_success() {
    let upstream = Upstream::echo();
    let gateway = Gateway::deciding(&upstream, |_| {
        let reason = "A person must approve.".to_owned();
        Ok(Ruling::Hold {
            reason,
            approval: waiting(),
        })
    });
    let answer = gateway.post("/gateway/payments-api/a", b"body");
    let problem = answer.problem(409, "approval_required");
    let place = format!("{CONSOLE}/api/v1/approvals/{APPROVAL}");
    assert_eq!(answer.header("location"), Some(place.as_str()));
    assert_eq!(answer.header("utc-decision"), Some("REQUIRE_APPROVAL"));
    assert_eq!(problem["status_url"], place.as_str());
    assert_eq!(problem["approval_id"], APPROVAL);
    assert_eq!(problem["expires_at"], waiting().expires_at.to_string());
    assert_eq!(problem["expected_wait_minutes"], 12.5);
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn in_observe_mode_it_is_forwarded_and_says_what_would_have_been() {
    let upstream = Upstream::echo();
    let gateway = Gateway::deciding(&upstream, |_| {
        Ok(Ruling::Allow {
            would_be: Some(Decision::Deny),
        })
    });
    let answer = gateway.post("/gateway/payments-api/a", b"body");
    assert_eq!((answer.status, answer.text().as_str()), (200, "body"));
    assert_eq!(answer.header("utc-decision"), Some("ALLOW"));
    assert_eq!(answer.header("utc-would-be"), Some("DENY"));
}

#[test]
fn without_storage_nothing_is_forwarded() {
    let upstream = Upstream::echo();
    let gateway = Gateway::deciding(&upstream, |_| Err(Refused::Unavailable("disk full".into())));
    for answer in [
        gateway.get("/gateway/payments-api/"),
        gateway.post("/gateway/payments-api/", b"x"),
    ] {
        let problem = answer.problem(503, "storage_unavailable");
        assert!(!problem.to_string().contains("disk"), "{problem}");
        assert_eq!(answer.header("retry-after"), Some("5"));
    }
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn an_unknown_commit_names_the_receipts_and_forwards_nothing() {
    let upstream = Upstream::echo();
    let gateway = Gateway::deciding(&upstream, |_| {
        Err(Refused::OutcomeUnknown {
            receipts: vec![RECEIPT.parse().unwrap()],
        })
    });
    let problem = gateway
        .post("/gateway/payments-api/", b"x")
        .problem(503, "outcome_unknown");
    assert_eq!(problem["receipts"][0], RECEIPT);
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn the_callers_idempotency_key_is_kept_and_one_is_made_where_there_is_none() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    gateway.call(
        "POST",
        "/gateway/payments-api/",
        &[("Idempotency-Key", "k-1")],
        b"x",
    );
    gateway.call("POST", "/gateway/payments-api/", &[], b"x");
    gateway.get("/gateway/payments-api/");
    let keys: Vec<_> = gateway
        .gate
        .asked()
        .into_iter()
        .map(|q| q.idempotency_key.map(|key| key.to_string()))
        .collect();
    assert_eq!(keys, [Some("k-1".to_owned()), None, None]);
    let sent = upstream.received();
    assert_eq!(sent[0].all("idempotency-key"), ["k-1"]);
    assert_eq!(sent[1].all("idempotency-key"), [RECEIPT]);
    assert!(sent[2].all("idempotency-key").is_empty());
    let two = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")];
    gateway
        .call("POST", "/gateway/payments-api/", &two, b"x")
        .problem(400, "idempotency_key");
    let long = "k".repeat(256);
    let long = [("Idempotency-Key", long.as_str())];
    gateway
        .call("POST", "/gateway/payments-api/", &long, b"x")
        .problem(400, "idempotency_key");
}

#[test]
fn what_became_of_an_allowed_write_is_told() {
    let upstream =
        Upstream::answering("HTTP/1.1 500 Oops\r\nContent-Length: 12\r\n\r\n{\"amount\":7}");
    let gateway = Gateway::allowing(&upstream);
    assert_eq!(gateway.post("/gateway/payments-api/a", b"x").status, 500);
    eventually("the execution is told", || {
        gateway.gate.executed().len() == 1
    });
    let executed = gateway.gate.executed().remove(0);
    assert_eq!(executed.answers.to_string(), RECEIPT);
    assert_eq!(executed.unit.as_str(), "payments-api");
    assert_eq!(executed.action.as_str(), "write:/a");
    assert_eq!(executed.outcome.event, ExecutionEvent::Done);
    assert_eq!(executed.outcome.status, Some(500));
    assert!(executed.outcome.latency.is_some());
    assert_eq!(executed.outcome.answer.unwrap().as_str(), DIGEST);
}
