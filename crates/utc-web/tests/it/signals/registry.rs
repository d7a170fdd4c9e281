//! Sources, events, runs, overrides: for people and their tools.

use serde_json::json;
use utc_app::NewToken;

use super::{Signals, UNIT, registered};
use crate::support::scope;
use crate::visitor::Visitor;

#[actix_web::test]
async fn a_source_is_registered_changed_and_shown_without_its_secret() {
    let signals = Signals::new();
    let mut body = registered("github");
    body["secret"] = json!("It's a Secret to Everybody");
    body["units"] = json!(["payments-*"]);
    let path = "/api/v1/tdx/sources/urn%3Aacme%2Fgithub";
    let made = signals.admin("PUT", path, Some(body.clone())).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["source"], "urn:acme/github");
    assert!(made.json()["receipt_id"].is_string());
    body.as_object_mut().unwrap().remove("secret");
    let changed = signals.admin("PUT", path, Some(body.clone())).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let shown = signals.get(path).await;
    assert_eq!(
        (&shown["has_secret"], &shown["health"]),
        (&json!(true), &json!("silent"))
    );
    assert!(!shown.to_string().contains("Everybody"));
    body["colour"] = json!("red");
    let unknown = signals.admin("PUT", path, Some(body)).await;
    unknown.check(400, "invalid_request");
    let missing = signals.admin("GET", "/api/v1/tdx/sources/none", None).await;
    missing.check(404, "not_found");
}

#[actix_web::test]
async fn the_whole_way_from_an_event_to_a_denied_write_and_back() {
    let signals = Signals::new();
    let mut body = registered("token");
    body["authoritative"] = json!(true);
    signals.source("siem", body).await;
    let event = json!({
        "source": "siem", "event_time": signals.now().to_string(), "topic": "identity", "severity": "critical",
        "confidence": 0.95, "entities": [UNIT], "summary": "a stolen key",
    });
    let taken = signals
        .site
        .post(&signals.sender, "/api/v1/tdx/events", &event)
        .await;
    let id = taken.json()["events"][0].as_str().unwrap().to_owned();
    let run = signals.admin("POST", "/api/v1/tdx/run", None).await;
    assert_eq!(run.status, 200, "{}", run.text);
    assert_eq!(
        (&run.json()["flagged"], &run.json()["flip"]),
        (&json!(1), &json!("on"))
    );
    let ask = json!({ "subject": "agent-1", "action": "write:/x", "unit": UNIT });
    let denied = signals
        .admin("POST", "/api/v1/decide", Some(ask.clone()))
        .await;
    assert_eq!(denied.json()["code"], "unit_risky", "{}", denied.text);
    let unit = signals.get(&format!("/api/v1/units/{UNIT}")).await;
    assert_eq!(unit["risky"], true);
    assert!(unit["risk_score"].as_f64().unwrap() > 70.0);
    let risk = signals.get(&format!("/api/v1/units/{UNIT}/risk")).await;
    assert_eq!(risk["evidence"][0]["event"], id);
    assert_eq!(risk["events"][0]["summary"], "a stolen key");
    assert_eq!(risk["history"].as_array().unwrap().len(), 1);
    let rules = signals.get("/api/v1/rules").await;
    assert!(rules.to_string().contains(r#""owner":"job""#), "{rules}");
    // A person overrides it for a while.
    let until = signals.now().plus_minutes(30).to_string();
    let path = format!("/api/v1/units/{UNIT}/risk-override");
    let set = json!({ "reason": "contained", "expires_at": until });
    let set = signals.admin("PUT", &path, Some(set)).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let allowed = signals
        .admin("POST", "/api/v1/decide", Some(ask.clone()))
        .await;
    assert_eq!(allowed.json()["decision"], "ALLOW", "{}", allowed.text);
    let ended = signals.admin("DELETE", &path, None).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let denied = signals.admin("POST", "/api/v1/decide", Some(ask)).await;
    assert_eq!(denied.json()["decision"], "DENY", "{}", denied.text);
    // The event is dismissed, and found by what it is.
    let dismiss = format!("/api/v1/tdx/events/{id}/dismiss");
    let dismissed = signals
        .admin("POST", &dismiss, Some(json!({ "reason": "a drill" })))
        .await;
    assert_eq!(dismissed.status, 200, "{}", dismissed.text);
    for (query, count) in [
        ("source=siem", 1),
        ("severity=critical&topic=identity", 1),
        ("unit=payments-api", 1),
        ("severity=low", 0),
        ("unmatched=true", 0),
        ("source=siem&unit=payments-api&from=2020-01-01T00:00:00Z", 1),
    ] {
        let found = signals.get(&format!("/api/v1/tdx/events?{query}")).await;
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    let found = signals.get(&format!("/api/v1/tdx/events/{id}")).await;
    assert_eq!(found["dismissed"]["reason"], "a drill");
    let runs = signals.get("/api/v1/tdx/runs").await;
    assert_eq!(runs["items"][0]["occasion"], "demand");
}

#[actix_web::test]
async fn events_are_listed_page_by_page_and_only_to_those_who_see_their_units() {
    let signals = Signals::new();
    let events: Vec<_> = (0..25)
        .map(|number| {
            json!({
                "source": "siem", "event_time": signals.now().to_string(), "topic": "t", "severity": "low",
                "confidence": 0.5, "entities": [if number % 5 == 0 { UNIT } else { "elsewhere" }],
                "summary": format!("number {number}"),
            })
        })
        .collect();
    let sent = signals
        .site
        .post(&signals.sender, "/api/v1/tdx/events", &json!(events))
        .await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    let (mut cursor, mut seen) = (String::new(), 0);
    loop {
        let page = signals
            .get(&format!("/api/v1/tdx/events?limit=10{cursor}"))
            .await;
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, 25);
    let (narrow, _) = signals.site.token("viewer", &["payments-*"]);
    let ask = crate::support::Ask::new("GET", "/api/v1/tdx/events?limit=200").token(&narrow);
    let found = signals.site.send(ask).await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 5);
}

#[actix_web::test]
async fn only_a_demo_has_a_clock_to_advance() {
    let signals = Signals::new();
    let body = Some(json!({ "hours": 1 }));
    let refused = signals.admin("POST", "/api/v1/tdx/clock", body).await;
    refused.check(404, "no_demo");
}

#[actix_web::test]
async fn the_token_that_an_empty_page_tells_to_make_may_send() {
    let signals = Signals::new();
    let olga = Visitor::new(&signals.site, "olga", "operator viewer").await;
    let page = olga.page("/signals").await;
    let (_, rest) = page.split_once("<code>utc-admin token create ").unwrap();
    let (command, _) = rest.split_once("</code>").unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    let after = |flag: &str| {
        let at = words.iter().position(|word| *word == flag);
        words[at.unwrap_or_else(|| panic!("no {flag}: {command}")) + 1]
    };
    let new = NewToken {
        name: words[0].parse().unwrap(),
        roles: after("--role").parse().unwrap(),
        subjects: scope(&[after("--subject")]),
        units: scope(&[after("--unit")]),
        owner: None,
        expires_at: None,
    };
    let (token, _) = signals.site.create(new);
    let event = json!({
        "source": "scanner", "event_time": signals.now().to_string(), "topic": "identity",
        "severity": "high", "confidence": 0.9, "entities": [UNIT],
    });
    let sent = signals
        .site
        .post(&token, "/api/v1/tdx/events", &event)
        .await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    let found = signals.get("/api/v1/tdx/events").await;
    assert_eq!(found["items"][0]["units"], json!([UNIT]));
}
