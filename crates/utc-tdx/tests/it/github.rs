//! GitHub's security alerts.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use utc_tdx::receive::{SignedSource, github};
use utc_tdx::{
    DedupeKey, Entity, Event, HmacSecret, Meaning, Novelty, QuarantineReason, Refusal, Severity,
    novelty,
};

use crate::support::{Post, check_refused, name, one, with};

/// The secret of GitHub's example.
const SECRET: &str = "It's a Secret to Everybody";
/// Its signature over `Hello, World!`.
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn source() -> SignedSource {
    SignedSource {
        name: name("github"),
        secrets: vec![HmacSecret::from_bytes(SECRET.as_bytes()).unwrap()],
    }
}

fn receive(post: &Post) -> Result<Vec<Event>, Refusal> {
    post.to(|delivery| github::receive(delivery, &source()))
}

fn signature(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let tag = mac.finalize().into_bytes();
    let digits: Vec<String> = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={}", digits.concat())
}

fn delivery(event: &str, id: &str, body: &Value) -> Post {
    let signature = signature(&body.to_string());
    Post::json(body)
        .header("X-GitHub-Event", event)
        .header("X-GitHub-Delivery", id)
        .header("X-Hub-Signature-256", &signature)
}

fn dependabot() -> Value {
    json!({
        "action": "created",
        "alert": {
            "number": 7,
            "html_url": "https://github.example/acme/pay/security/dependabot/7",
            "created_at": "2026-01-31T10:00:00Z",
            "updated_at": "2026-01-31T11:00:00Z",
            "security_advisory": { "severity": "critical", "summary": "a hole" },
        },
        "repository": { "full_name": "Acme/Pay" },
    })
}

/// An alert of another tool, with these members.
fn marked(members: &[(&str, Value)]) -> Value {
    let mut body = dependabot();
    let alert = body
        .pointer_mut("/alert")
        .and_then(Value::as_object_mut)
        .unwrap();
    alert.remove("security_advisory");
    for (name, value) in members {
        alert.insert((*name).to_owned(), value.clone());
    }
    body
}

fn dependabot_event(body: &Value) -> Event {
    one(receive(&delivery("dependabot_alert", "d1", body)))
}

#[test]
fn the_example_of_the_documentation_verifies() {
    let post = |signature: &str| {
        Post::new("application/json", b"Hello, World!")
            .header("X-GitHub-Event", "ping")
            .header("X-GitHub-Delivery", "d1")
            .header("X-Hub-Signature-256", signature)
    };
    // The body is no JSON, which is found out after the signature was found to hold.
    check_refused(receive(&post(SIGNATURE)), QuarantineReason::Json, "JSON");
    let wrong = SIGNATURE.replace("757107", "757108");
    check_refused(
        receive(&post(&wrong)),
        QuarantineReason::Signature,
        "verify",
    );
}

#[test]
fn an_alert_becomes_an_event_about_its_repository() {
    let event = dependabot_event(&dependabot());
    assert_eq!(event.severity, Severity::Critical);
    assert_eq!(event.topic.as_str(), "vulnerability");
    assert_eq!(event.event_time.to_string(), "2026-01-31T11:00:00.000000Z");
    let entities: Vec<_> = event.entities.iter().map(Entity::as_str).collect();
    assert_eq!(entities, ["acme/pay", "repo=acme/pay"]);
    assert_eq!(event.summary.unwrap().as_str(), "a hole");
}

#[test]
fn each_kind_of_alert_says_how_bad_it_is_in_its_own_way() {
    let rule = |rule: Value| marked(&[("rule", rule), ("tool", json!({ "name": "CodeQL" }))]);
    let secret =
        |validity: Value| marked(&[("secret_type", json!("acme_token")), ("validity", validity)]);
    let cases = [
        (
            "code_scanning_alert",
            rule(json!({ "security_severity_level": "high", "severity": "note" })),
            Severity::High,
        ),
        (
            "code_scanning_alert",
            rule(json!({ "security_severity_level": null, "severity": "error" })),
            Severity::Medium,
        ),
        (
            "code_scanning_alert",
            rule(json!({ "severity": "warning" })),
            Severity::Low,
        ),
        (
            "secret_scanning_alert",
            secret(json!("active")),
            Severity::Critical,
        ),
        (
            "secret_scanning_alert",
            secret(json!("inactive")),
            Severity::Low,
        ),
        ("secret_scanning_alert", secret(Value::Null), Severity::High),
    ];
    for (kind, body, expected) in cases {
        let event = one(receive(&delivery(kind, "d1", &body)));
        assert_eq!(event.severity, expected, "{kind}");
    }
}

#[test]
fn what_is_fixed_closes_what_was_created() {
    let created = dependabot_event(&dependabot());
    for action in [
        "fixed",
        "dismissed",
        "auto_dismissed",
        "resolved",
        "closed_by_user",
    ] {
        let closing = dependabot_event(&with(dependabot(), "/action", json!(action)));
        assert_eq!(closing.meaning, Meaning::Closes(created.thread), "{action}");
    }
    for action in ["reopened", "reintroduced"] {
        let again = dependabot_event(&with(dependabot(), "/action", json!(action)));
        assert_eq!(again.meaning, Meaning::Raises, "{action}");
        assert_eq!(again.thread, created.thread);
    }
    let other = dependabot_event(&with(dependabot(), "/alert/number", json!(8)));
    assert_ne!(other.thread, created.thread);
}

#[test]
fn an_alert_is_of_the_kind_that_its_signed_body_shows() {
    let code = || {
        let rule = json!({ "severity": "warning" });
        marked(&[("rule", rule), ("tool", json!({ "name": "CodeQL" }))])
    };
    let secret = || marked(&[("secret_type", json!("acme_token"))]);
    for (called, body, pointer) in [
        (
            "secret_scanning_alert",
            dependabot(),
            "/alert/security_advisory",
        ),
        (
            "code_scanning_alert",
            dependabot(),
            "/alert/security_advisory",
        ),
        ("dependabot_alert", code(), "/alert/security_advisory"),
        ("secret_scanning_alert", code(), "/alert/rule"),
        ("dependabot_alert", secret(), "/alert/security_advisory"),
        ("code_scanning_alert", secret(), "/alert/rule"),
        ("secret_scanning_alert", marked(&[]), "/alert/secret_type"),
        ("ping", secret(), "/alert"),
    ] {
        let refused = receive(&delivery(called, "d1", &body));
        check_refused(refused, QuarantineReason::Form, pointer);
    }
    assert_eq!(
        one(receive(&delivery("secret_scanning_alert", "d1", &secret())))
            .topic
            .as_str(),
        "identity"
    );
}

#[test]
fn an_action_that_is_not_known_is_kept_without_weight() {
    let event = dependabot_event(&with(dependabot(), "/action", json!("painted")));
    assert_eq!(event.meaning, Meaning::Unknown);
}

#[test]
fn a_ping_is_answered_and_says_nothing() {
    let ping = delivery("ping", "d1", &json!({ "zen": "…" }));
    assert!(receive(&ping).unwrap().is_empty());
}

#[test]
fn other_events_and_other_forms_are_refused() {
    let push = delivery("push", "d1", &json!({}));
    check_refused(
        receive(&push),
        QuarantineReason::Unsupported,
        "dependabot_alert",
    );
    for (pointer, member) in [
        ("/action", Value::Null),
        ("/repository", Value::Null),
        ("/alert/number", json!(-1)),
        ("/alert/security_advisory/severity", json!("huge")),
        ("/alert/updated_at", json!("soon")),
    ] {
        let wrong = delivery(
            "dependabot_alert",
            "d1",
            &with(dependabot(), pointer, member),
        );
        check_refused(receive(&wrong), QuarantineReason::Form, pointer);
    }
    let good = delivery("dependabot_alert", "d1", &dependabot());
    for missing in ["x-github-event", "x-github-delivery"] {
        let post = good.clone().without(missing);
        check_refused(receive(&post), QuarantineReason::Form, missing);
    }
    let unsigned = good.clone().without("x-hub-signature-256");
    check_refused(receive(&unsigned), QuarantineReason::Signature, "missing");
    let sha1 = unsigned.header("x-hub-signature-256", "sha1=0011");
    check_refused(receive(&sha1), QuarantineReason::Signature, "missing");
}

#[test]
fn one_alert_through_two_hooks_is_one_event_and_a_changed_delivery_is_a_conflict() {
    let first = dependabot_event(&dependabot());
    let known = |text: &str| {
        let key = first.keys.iter().find(|key| key.as_str() == text);
        key.map(DedupeKey::content)
    };
    let event = |id: &str, body: &Value| one(receive(&delivery("dependabot_alert", id, body)));
    let through_another_hook = with(dependabot(), "/organization", json!({ "login": "acme" }));
    let elsewhere = event("d2", &through_another_hook);
    assert_eq!(novelty(&elsewhere.keys, known), Novelty::Repeat);
    assert_eq!(
        novelty(&event("d1", &dependabot()).keys, known),
        Novelty::Repeat
    );
    let changed = event("d1", &through_another_hook);
    assert_eq!(novelty(&changed.keys, known), Novelty::Conflict);
    let milder = with(
        dependabot(),
        "/alert/security_advisory/severity",
        json!("low"),
    );
    assert_eq!(
        novelty(&event("d3", &milder).keys, known),
        Novelty::Conflict
    );
    let later = with(
        dependabot(),
        "/alert/updated_at",
        json!("2026-01-31T11:30:00Z"),
    );
    assert_eq!(novelty(&event("d4", &later).keys, known), Novelty::New);
}
