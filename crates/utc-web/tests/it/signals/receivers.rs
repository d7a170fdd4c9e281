//! Every receiver takes what it should, once, and says clearly what it does not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use utc_tdx::ContentHash;

use super::{Signals, UNIT, registered};
use crate::support::{Answer, Ask};

const CLOUD_EVENTS: &str = "/api/v1/tdx/cloudevents";
const WEBHOOK: &str = "/api/v1/tdx/webhooks/siem";
const WEBHOOK_SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const GITHUB_SECRET: &str = "It's a Secret to Everybody";

fn native(signals: &Signals) -> Value {
    json!({
        "source": "scanner",
        "event_time": signals.now().to_string(),
        "topic": "identity",
        "severity": "high",
        "confidence": 0.9,
        "entities": [UNIT],
    })
}

pub(crate) fn tag(secret: &[u8], parts: &[&str]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    for part in parts {
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}

/// A request that is signed as Standard Webhooks says, at so many seconds since 1970.
fn signed<'a>(path: &'a str, id: &str, seconds: i64, body: &Value) -> Ask<'a> {
    let (text, seconds) = (body.to_string(), seconds.to_string());
    let secret = STANDARD.decode(WEBHOOK_SECRET).unwrap();
    let tag = STANDARD.encode(tag(&secret, &[id, ".", &seconds, ".", &text]));
    Ask::new("POST", path)
        .json(body)
        .header("webhook-id", id)
        .header("webhook-timestamp", &seconds)
        .header("webhook-signature", &format!("v1,{tag}"))
}

fn counts(answer: &Answer) -> [u64; 3] {
    assert_eq!(answer.status, 202, "{}", answer.text);
    let body = answer.json();
    ["accepted", "repeated", "quarantined"].map(|name| body[name].as_u64().unwrap())
}

/// Sends the same thing twice: it is taken once.
async fn check_once(signals: &Signals, ask: impl Fn() -> Ask<'static>) {
    let before = signals.events().await;
    assert_eq!(counts(&signals.site.send(ask()).await), [1, 0, 0]);
    assert_eq!(counts(&signals.site.send(ask()).await), [0, 1, 0]);
    assert_eq!(signals.events().await, before + 1);
}

#[actix_web::test]
async fn native_events_are_taken_once_each_and_an_array_as_a_whole_or_not() {
    let signals = Signals::new();
    let (body, token) = (native(&signals), signals.sender.clone());
    check_once(&signals, || {
        Ask::new("POST", "/api/v1/tdx/events")
            .token(&token)
            .json(&body)
    })
    .await;
    let mut wrong = body.clone();
    wrong["severity"] = json!("dreadful");
    let both = json!([native(&signals), wrong]);
    let refused = signals.site.post(&token, "/api/v1/tdx/events", &both).await;
    refused.check(400, "form");
    assert!(refused.text.contains("/1/severity"), "{}", refused.text);
    assert_eq!(signals.events().await, 1);
    assert_eq!(signals.quarantined().await, ["form"]);
}

#[actix_web::test]
async fn cloud_events_come_in_three_forms_and_two_ways_to_prove_oneself() {
    let signals = Signals::new();
    let time = signals.now().to_string();
    let data = json!({ "severity": "medium", "confidence": 0.5 });
    let structured = json!({
        "specversion": "1.0", "id": "one", "source": "scanner", "type": "runtime", "time": time,
        "subject": UNIT, "data": data,
    });
    let token = signals.sender.clone();
    check_once(&signals, || {
        let ask = Ask::new("POST", CLOUD_EVENTS)
            .token(&token)
            .json(&structured);
        ask.media_type("application/cloudevents+json")
    })
    .await;
    let mut other = structured.clone();
    other["id"] = json!("two");
    let batch = json!([structured, other]);
    let ask = Ask::new("POST", CLOUD_EVENTS).token(&token).json(&batch);
    let answer = signals
        .site
        .send(ask.media_type("application/cloudevents-batch+json"))
        .await;
    assert_eq!(counts(&answer), [1, 1, 0]);
    let time = time.clone();
    check_once(&signals, || {
        let ask = Ask::new("POST", CLOUD_EVENTS).token(&token).json(&data);
        ask.header("ce-specversion", "1.0")
            .header("ce-id", "three")
            .header("ce-source", "scanner")
            .header("ce-type", "runtime")
            .header("ce-time", &time)
            .header("ce-subject", UNIT)
    })
    .await;
    // With a signature of the source that the event names, and no token.
    let mut body = registered("standard_webhooks");
    body["secret"] = json!(WEBHOOK_SECRET);
    signals.source("scanner", body).await;
    let mut fourth = structured.clone();
    fourth["id"] = json!("four");
    let now = signals.now().as_seconds();
    check_once(&signals, || {
        signed(CLOUD_EVENTS, "msg-1", now, &fourth).media_type("application/cloudevents+json")
    })
    .await;
    let unsigned = Ask::new("POST", CLOUD_EVENTS).json(&fourth);
    let refused = signals
        .site
        .send(unsigned.media_type("application/cloudevents+json"))
        .await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    // The same id with other content.
    fourth["data"] = json!({ "severity": "critical", "confidence": 1.0 });
    let ask = signed(CLOUD_EVENTS, "msg-2", now, &fourth);
    let conflict = signals
        .site
        .send(ask.media_type("application/cloudevents+json"))
        .await;
    conflict.check(409, "conflict");
    assert_eq!(signals.quarantined().await[0], "conflict");
    // A token does not speak any more for a source that signs.
    let ask = Ask::new("POST", CLOUD_EVENTS).token(&token).json(&fourth);
    let refused = signals
        .site
        .send(ask.media_type("application/cloudevents+json"))
        .await;
    refused.check(403, "not_granted");
    assert_eq!(signals.quarantined().await[0], "not_granted");
}

#[actix_web::test]
async fn standard_webhooks_are_believed_by_their_signature_and_within_five_minutes() {
    let signals = Signals::new();
    let mut body = registered("standard_webhooks");
    body["secret"] = json!(format!("whsec_{WEBHOOK_SECRET}"));
    signals.source("siem", body.clone()).await;
    let mut event = native(&signals);
    event["source"] = json!("siem");
    let now = signals.now().as_seconds();
    check_once(&signals, || signed(WEBHOOK, "msg-1", now, &event)).await;
    let stale = signals
        .site
        .send(signed(WEBHOOK, "msg-2", now - 301, &event))
        .await;
    stale.check(400, "stale");
    let forged = signed(WEBHOOK, "msg-3", now, &event).header("x-ignored", "1");
    let mut changed = event.clone();
    changed["severity"] = json!("critical");
    let forged = signals.site.send(forged.json(&changed)).await;
    assert!(matches!(forged.status, 400 | 401), "{}", forged.text);
    let unknown = signed("/api/v1/tdx/webhooks/nobody", "msg-4", now, &event);
    signals.site.send(unknown).await.check(401, "signature");
    assert_eq!(signals.events().await, 1);
    // A new secret takes over, the old one holds for a while.
    body["secret"] = json!("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    signals.source("siem", body).await;
    event["summary"] = json!("with the old secret");
    let answer = signals
        .site
        .send(signed(WEBHOOK, "msg-5", now, &event))
        .await;
    assert_eq!(counts(&answer), [1, 0, 0]);
}

#[actix_web::test]
async fn who_cannot_sign_is_not_told_which_sources_there_are() {
    let signals = Signals::new();
    let mut body = super::registered("standard_webhooks");
    body["secret"] = json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    signals.source("siem", body).await;
    signals.source("scanner", super::registered("token")).await;
    let (seconds, body) = (signals.now().as_seconds().to_string(), native(&signals));
    for signature in ["v1,AAAA", "nothing"] {
        let mut told = Vec::new();
        for name in ["siem", "scanner", "nobody"] {
            let path = format!("/api/v1/tdx/webhooks/{name}");
            let ask = Ask::new("POST", &path)
                .header("webhook-id", "msg_1")
                .header("webhook-timestamp", &seconds)
                .header("webhook-signature", signature)
                .json(&body);
            let answer = signals.site.send(ask).await;
            told.push((answer.status, answer.json()["detail"].clone()));
        }
        assert_eq!(told[0].0, 401);
        assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    }
}

#[actix_web::test]
async fn github_is_believed_by_its_signature_and_known_by_its_delivery() {
    let signals = Signals::new();
    let mut body = registered("github");
    body["secret"] = json!(GITHUB_SECRET);
    signals.source("github", body).await;
    let alert = json!({
        "action": "created",
        "repository": { "full_name": "acme/payments-api" },
        "alert": {
            "number": 7, "state": "open", "created_at": signals.now().to_string(),
            "updated_at": signals.now().to_string(), "html_url": "https://github.example/7",
            "security_advisory": { "severity": "critical", "summary": "a hole" },
        },
    });
    let post = |delivery: &'static str, body: Value| {
        let tag = tag(GITHUB_SECRET.as_bytes(), &[&body.to_string()]);
        let hex = ContentHash::from_bytes(tag.try_into().unwrap()).to_string();
        Ask::new("POST", "/api/v1/tdx/github/github")
            .json(&body)
            .header("x-github-event", "dependabot_alert")
            .header("x-github-delivery", delivery)
            .header("x-hub-signature-256", &hex.replace(':', "="))
    };
    check_once(&signals, || post("d-1", alert.clone())).await;
    // The same alert through another hook.
    let again = signals.site.send(post("d-2", alert.clone())).await;
    assert_eq!(counts(&again), [0, 1, 0]);
    let forged = post("d-3", alert.clone()).json(&json!({ "action": "forged" }));
    let forged = signals.site.send(forged).await;
    assert!(matches!(forged.status, 400 | 401), "{}", forged.text);
}

#[actix_web::test]
async fn alertmanager_repeats_itself_and_resolves() {
    let signals = Signals::new();
    signals.source("prometheus", registered("token")).await;
    let alert = |status: &str| {
        json!({
            "version": "4",
            "alerts": [{
                "status": status, "labels": { "alertname": "Down", "service": UNIT, "severity": "critical" },
                "annotations": {}, "startsAt": signals.now().plus_seconds(-60).to_string(),
                "endsAt": signals.now().to_string(), "fingerprint": "f00",
            }],
        })
    };
    let (firing, resolved, token) = (alert("firing"), alert("resolved"), signals.sender.clone());
    let post = |body: &Value| {
        Ask::new("POST", "/api/v1/tdx/alertmanager/prometheus")
            .token(&token)
            .json(body)
    };
    check_once(&signals, || post(&firing)).await;
    signals.site.console.score_waiting().unwrap();
    let risk = format!("/api/v1/units/{UNIT}/risk");
    assert!(signals.get(&risk).await["score"].as_f64().unwrap() > 10.0);
    let mut resolved = resolved;
    resolved["alerts"][0]["startsAt"] = firing["alerts"][0]["startsAt"].clone();
    let answer = signals.site.send(post(&resolved)).await;
    assert_eq!(counts(&answer), [1, 0, 0]);
    signals.site.console.score_waiting().unwrap();
    assert_eq!(signals.get(&risk).await["score"], json!(0.0));
}

#[actix_web::test]
async fn falco_is_taken_for_the_source_in_the_path() {
    let signals = Signals::new();
    let alert = json!({
        "uuid": "cb8a1f2c-0d0f-4b7c-9f70-1d1c6f0a7b2e", "output": "a shell in a container", "priority": "Critical",
        "rule": "shell", "time": signals.now().to_string(), "hostname": UNIT,
        "output_fields": { "container.name": "web" },
    });
    let token = signals.sender.clone();
    check_once(&signals, || {
        Ask::new("POST", "/api/v1/tdx/falco/falco")
            .token(&token)
            .json(&alert)
    })
    .await;
}

#[actix_web::test]
async fn hostile_bodies_get_a_clear_answer_a_counter_and_a_place_in_the_quarantine() {
    let signals = Signals::new();
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    for (body, status, code) in [
        ("{", 400, "json"),
        (r#"{"source":"a","source":"b"}"#, 400, "json"),
        (deep.as_str(), 400, "json"),
        (large.as_str(), 413, "too_large"),
    ] {
        let ask = Ask::new("POST", "/api/v1/tdx/events").token(&signals.sender);
        let ask = ask.text("application/json", body);
        signals.site.send(ask).await.check(status, code);
        assert_eq!(signals.quarantined().await[0], code);
    }
    let ask = Ask::new("POST", "/api/v1/tdx/events").token(&signals.sender);
    let plain = signals.site.send(ask.text("text/plain", "{}")).await;
    plain.check(415, "media_type");
    let metrics = signals.admin("GET", "/metrics", None).await;
    let counter = r#"utc_signals_total{adapter="native",result="json"} 3"#;
    assert!(metrics.text.contains(counter), "{}", metrics.text);
    assert_eq!(signals.events().await, 0);
    // One address does not fill the quarantine.
    for _ in 0..60 {
        let ask = Ask::new("POST", "/api/v1/tdx/webhooks/x").text("application/json", "{}");
        signals.site.send(ask).await;
    }
    assert!(signals.quarantined().await.len() < 40);
}

#[actix_web::test]
async fn a_token_without_the_role_or_for_other_sources_is_refused() {
    let signals = Signals::new();
    let (viewer, _) = signals.site.token("viewer", &[]);
    let body = native(&signals);
    let refused = signals
        .site
        .post(&viewer, "/api/v1/tdx/events", &body)
        .await;
    refused.check(403, "role_missing");
    let new = utc_app::NewToken {
        name: "narrow".parse().unwrap(),
        roles: "signal".parse().unwrap(),
        subjects: crate::support::scope(&["siem"]),
        units: utc_domain::Scope::All,
        owner: None,
        expires_at: None,
    };
    let (narrow, _) = signals.site.create(new);
    let refused = signals
        .site
        .post(&narrow, "/api/v1/tdx/events", &body)
        .await;
    refused.check(403, "not_granted");
    assert_eq!(signals.quarantined().await, ["not_granted"]);
    let nobody = Ask::new("POST", "/api/v1/tdx/events").json(&body);
    signals
        .site
        .send(nobody)
        .await
        .check(401, "unauthenticated");
}
