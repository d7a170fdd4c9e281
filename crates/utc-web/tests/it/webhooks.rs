//! Webhooks over HTTP: made, tried, changed, deleted; their secrets are seen once.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};
use utc_app::{RuleChange, Settled};
use utc_domain::Rule;
use utc_notify::Courier;
use utc_outbound::OutboundPolicy;

use crate::support::{Answer, Ask, Site, actor};

const PATH: &str = "/api/v1/webhooks";

/// Answers one request with these bytes.
fn receiver(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4_096];
        let _ = stream.read(&mut request).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
    });
    format!("http://{address}/hook")
}

fn body(url: &str) -> Value {
    json!({"name": "on call", "url": url, "events": ["rule.changed"], "units": ["pay*"]})
}

struct Operator {
    site: Site,
    token: String,
}

impl Operator {
    fn new(site: Site) -> Self {
        let (token, _) = site.token("operator", &[]);
        Self { site, token }
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let ask = Ask::new(method, path).token(&self.token);
        let ask = match &body {
            Some(body) => ask.json(body),
            None => ask,
        };
        self.site.send(ask).await
    }

    async fn create(&self, url: &str) -> Value {
        let answer = self.send("POST", PATH, Some(body(url))).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }
}

fn path(webhook: &Value, rest: &str) -> String {
    format!("{PATH}/{}{rest}", webhook["id"].as_str().unwrap())
}

#[actix_web::test]
async fn a_secret_is_in_the_answer_that_made_it_and_in_no_other() {
    let operator = Operator::new(Site::new());
    let made = operator.create("https://hooks.example/x").await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{made}");
    assert_eq!(made["format"], "standard");
    assert_eq!(made["events"], json!(["rule.changed"]));
    let list = operator.send("GET", PATH, None).await;
    let one = operator.send("GET", &path(&made, ""), None).await;
    for answer in [&list, &one] {
        assert_eq!(answer.status, 200);
        assert!(!answer.text.contains("secret"), "{}", answer.text);
    }
    let patch = json!({"new_secret": true, "name": "night"});
    let changed = operator.send("PATCH", &path(&made, ""), Some(patch)).await;
    let changed = changed.json();
    assert_eq!(changed["name"], "night");
    assert_ne!(changed["secret"], made["secret"]);
    let deleted = operator.send("DELETE", &path(&made, ""), None).await;
    assert!(deleted.json()["receipt_id"].is_string());
    let gone = operator.send("GET", &path(&made, ""), None).await;
    gone.check(404, "not_found");
}

#[actix_web::test]
async fn what_is_wrong_is_named_member_by_member() {
    let operator = Operator::new(Site::new());
    let wrong = json!({
        "name": "", "url": "ftp://x", "format": "teams", "events": ["rule.changed", "x"], "units": [""]
    });
    let answer = operator.send("POST", PATH, Some(wrong)).await;
    answer.check(400, "invalid_request");
    let errors = answer.json()["errors"].clone();
    let pointers: Vec<&str> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        ["/name", "/url", "/format", "/events/1", "/units/0"]
    );
    let empty = json!({"name": "a", "url": "https://hooks.example", "events": []});
    let answer = operator.send("POST", PATH, Some(empty)).await;
    answer.check(400, "invalid_request");
    let unknown = json!({"name": "a", "url": "https://hooks.example", "secret": "mine"});
    let answer = operator.send("POST", PATH, Some(unknown)).await;
    answer.check(400, "invalid_request");
}

#[actix_web::test]
async fn an_address_that_is_not_called_is_refused_when_it_is_set() {
    let site = Site::with(|state| {
        state.courier = Courier::new(OutboundPolicy::default()).unwrap();
    });
    let operator = Operator::new(site);
    let made = operator.create("https://no-such-name.invalid/x").await;
    let refuse = |answer: Answer| {
        answer.check(400, "invalid_request");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["pointer"], "/url");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("UTC_OUTBOUND_ALLOW"), "{message}");
    };
    let private = "http://10.0.0.7/hook";
    refuse(operator.send("POST", PATH, Some(body(private))).await);
    let patch = json!({"url": "http://127.0.0.1/"});
    refuse(operator.send("PATCH", &path(&made, ""), Some(patch)).await);
}

#[actix_web::test]
async fn a_test_answers_with_what_the_receiver_said() {
    let operator = Operator::new(Site::new());
    let url = receiver("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nwelcome");
    let made = operator.create(&url).await;
    let answer = operator.send("POST", &path(&made, "/test"), None).await;
    assert_eq!(
        answer.json(),
        json!({"delivered": true, "status": 200, "answer": "welcome"})
    );
    let url = receiver("HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno");
    let patch = json!({"url": url, "enabled": false});
    operator.send("PATCH", &path(&made, ""), Some(patch)).await;
    let answer = operator.send("POST", &path(&made, "/test"), None).await;
    assert_eq!(
        answer.json(),
        json!({"delivered": false, "status": 403, "answer": "no", "error": "answered 403: no"})
    );
    // Nobody listens there any more.
    let answer = operator.send("POST", &path(&made, "/test"), None).await;
    let answer = answer.json();
    assert_eq!(answer["delivered"], false);
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .starts_with("cannot connect")
    );
    let none = operator
        .send("GET", &path(&made, "/deliveries"), None)
        .await;
    assert_eq!(none.json(), json!({"items": []}));
}

#[actix_web::test]
async fn deliveries_are_listed_and_sent_again() {
    let operator = Operator::new(Site::new());
    let made = operator.create("https://hooks.example/x").await;
    let console = &operator.site.console;
    for enabled in [true, false] {
        let change = RuleChange {
            rule: Rule::ReadOnlyForRisky,
            enabled,
            reason: None,
            actor: actor().into(),
        };
        console.set_rule(change).await.unwrap();
    }
    let metrics = operator.send("GET", "/metrics", None).await;
    assert!(
        metrics.text.contains("utc_outbox_pending 2"),
        "{}",
        metrics.text
    );
    let lease = std::time::Duration::from_mins(1);
    let taken = first_due(console, lease);
    let dead = Settled::Dead {
        error: "answered 500".to_owned(),
    };
    operator.site.state.metrics.attempted(&dead);
    console.settle_notice("test", taken, dead).await.unwrap();
    let dead = operator
        .send("GET", &path(&made, "/deliveries?state=dead"), None)
        .await;
    let dead = dead.json();
    let only = &dead["items"][0];
    assert_eq!(dead["items"].as_array().unwrap().len(), 1);
    assert_eq!(only["event"], "rule.changed");
    assert_eq!(only["last_error"], "answered 500");
    let again = format!("/deliveries/{}/redeliver", only["id"].as_str().unwrap());
    let answer = operator.send("POST", &path(&made, &again), None).await;
    assert_eq!(answer.json()["state"], "pending");
    let answer = operator.send("POST", &path(&made, &again), None).await;
    answer.check(409, "delivery_pending");
    let page = operator
        .send("GET", &path(&made, "/deliveries?limit=1"), None)
        .await;
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = format!("/deliveries?limit=1&cursor={cursor}");
    let last = operator.send("GET", &path(&made, &rest), None).await.json();
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    assert!(last.get("next_cursor").is_none());
    let metrics = operator.send("GET", "/metrics", None).await;
    let line = "utc_deliveries_total{result=\"dead\"} 1";
    assert!(metrics.text.contains(line), "{}", metrics.text);
}

/// The first of those that are due, taken as a sender would.
fn first_due(console: &utc_app::Console, lease: std::time::Duration) -> utc_domain::NoticeId {
    let taken = console.take_notices("test", lease).unwrap();
    taken.first().unwrap().id
}

#[actix_web::test]
async fn an_operator_of_some_units_has_no_webhooks() {
    let site = Site::new();
    let (token, _) = site.token("operator", &["pay*"]);
    let answer = site.send(Ask::new("GET", PATH).token(&token)).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
}
