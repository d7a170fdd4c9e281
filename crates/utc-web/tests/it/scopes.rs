//! Rights hold on some units and for some subjects only.

use serde_json::{Value, json};
use utc_app::{NewToken, UnitConfig};
use utc_domain::Scope;

use crate::support::{Ask, Site, actor, scope};

fn question(subject: &str, unit: &str) -> Value {
    json!({"subject": subject, "action": "write:x", "unit": unit})
}

fn agent(site: &Site) -> String {
    let new = NewToken {
        name: "agent".parse().unwrap(),
        roles: "decider".parse().unwrap(),
        subjects: scope(&["agent-42", "agent-42:*"]),
        units: scope(&["pay*"]),
        owner: None,
        expires_at: None,
    };
    site.create(new).0
}

#[actix_web::test]
async fn an_agent_cannot_speak_for_another_or_on_another_unit() {
    let site = Site::new();
    let token = agent(&site);
    let ask = |body: &Value| Ask::new("POST", "/api/v1/decide").token(&token).json(body);
    assert_eq!(
        site.send(ask(&question("agent-42", "payments")))
            .await
            .status,
        200
    );
    assert_eq!(
        site.send(ask(&question("agent-42:task", "payments")))
            .await
            .status,
        200
    );
    for subject in ["user:alice", "agent-43", "agent-42:a:b", "agent-422"] {
        let answer = site.send(ask(&question(subject, "payments"))).await;
        answer.check(403, "subject_not_allowed");
    }
    let answer = site.send(ask(&question("agent-42", "ledger"))).await;
    answer.check(403, "unit_not_allowed");
}

#[actix_web::test]
async fn in_a_batch_what_is_not_allowed_fails_alone() {
    let site = Site::new();
    let token = agent(&site);
    let batch = json!([
        question("agent-42", "payments"),
        question("user:alice", "payments"),
        question("agent-42", "ledger"),
        question("agent-42", "payroll"),
    ]);
    let ask = Ask::new("POST", "/api/v1/decide/batch")
        .token(&token)
        .json(&batch);
    let answers = site.send(ask).await.json();
    assert_eq!(answers[0]["decision"], "ALLOW");
    assert_eq!(answers[1]["code"], "subject_not_allowed");
    assert_eq!(answers[2]["code"], "unit_not_allowed");
    assert_eq!(answers[3]["decision"], "ALLOW");
}

#[actix_web::test]
async fn units_of_others_are_not_there() {
    let site = Site::new();
    for unit in ["payments", "secret"] {
        let mut config = UnitConfig::unconfigured();
        config
            .aliases
            .insert(format!("pay-{unit}").parse().unwrap());
        let update = Box::new(move |_: Option<&UnitConfig>| Ok(config.clone()));
        let unit = unit.parse().unwrap();
        site.console
            .configure_unit(unit, actor(), update)
            .wait()
            .unwrap();
    }
    let (token, _) = site.token("operator", &["pay*"]);
    let ask = |method, path| Ask::new(method, path).token(&token);
    let list = site.send(ask("GET", "/api/v1/units")).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["unit"], "payments");
    assert_eq!(
        site.send(ask("GET", "/api/v1/units/pay-payments"))
            .await
            .status,
        200
    );
    // The alias is in the pattern; the unit that it names is not.
    for (method, path) in [
        ("GET", "/api/v1/units/secret"),
        ("GET", "/api/v1/units/pay-secret"),
        ("GET", "/api/v1/units/pay%2Dsecret"),
        ("GET", "/api/v1/units/secret/history"),
        ("GET", "/api/v1/units/secret/scorecard"),
        ("PUT", "/api/v1/units/secret/scorecard/holt"),
        ("PUT", "/api/v1/units/secret"),
        ("PATCH", "/api/v1/units/pay-secret"),
        ("PUT", "/api/v1/units/secret/pin"),
        ("DELETE", "/api/v1/units/secret/pin"),
        ("PUT", "/api/v1/units/secret/risk"),
        ("DELETE", "/api/v1/units/secret/risk"),
        ("POST", "/api/v1/units/secret/observations"),
        ("GET", "/api/v1/units/never-heard-of"),
    ] {
        site.send(ask(method, path)).await.check(404, "not_found");
    }
    site.send(ask("GET", "/api/v1/units/No%20Name"))
        .await
        .check(400, "invalid_request");
}

#[actix_web::test]
async fn what_is_about_everything_takes_rights_on_everything() {
    let site = Site::new();
    let (operator, _) = site.token("operator", &["pay*"]);
    let (admin, _) = site.token("admin", &["pay*"]);
    let rule = json!({"enabled": true});
    let put = "/api/v1/rules/writes_require_approval";
    let asks = vec![
        Ask::new("PUT", put).token(&operator).json(&rule),
        Ask::new("PUT", put).token(&admin).json(&rule),
        Ask::new("GET", "/metrics").token(&operator),
        Ask::new("GET", "/api/v1/users").token(&admin),
        Ask::new("POST", "/api/v1/tokens")
            .token(&admin)
            .json(&json!({"name": "x", "roles": ["admin"]})),
    ];
    for answer in site.send_all(asks).await {
        answer.check(403, "unit_not_allowed");
    }
}

#[actix_web::test]
async fn load_is_reported_by_operators_and_by_sources_of_named_units() {
    let site = Site::new();
    let (everywhere, _) = site.token("signal", &[]);
    let (named, _) = site.token("signal", &["pay*"]);
    let report = json!({"arrival_rate": 1.0, "service_rate": 10.0});
    let ask = |token: &str, unit: &str| {
        let path: &'static str = match unit {
            "payments" => "/api/v1/units/payments/observations",
            _ => "/api/v1/units/ledger/observations",
        };
        Ask::new("POST", path).token(token).json(&report)
    };
    site.send(ask(&everywhere, "payments"))
        .await
        .check(403, "unit_not_allowed");
    site.send(ask(&named, "ledger"))
        .await
        .check(404, "not_found");
    assert_eq!(site.send(ask(&named, "payments")).await.status, 200);
}

#[actix_web::test]
async fn receipts_of_other_units_are_not_there_by_any_path() {
    let site = Site::new();
    let (all, _) = site.token("admin", &[]);
    let decide = |unit: &str| {
        let body = question("a", unit);
        Ask::new("POST", "/api/v1/decide").token(&all).json(&body)
    };
    site.send(decide("payments")).await;
    let hidden = site.send(decide("secret")).await.json();
    let hidden = hidden["receipt_id"].as_str().unwrap();
    let (some, _) = site.token("operator", &["pay*"]);
    let list = site
        .send(Ask::new("GET", "/api/v1/receipts").token(&some))
        .await
        .json();
    let units: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["payload"]["unit"].clone())
        .collect();
    assert_eq!(units, ["payments"]);
    let path = format!("/api/v1/receipts/{hidden}");
    let input = format!("{path}/input");
    let by_id = json!({"receipt_id": hidden});
    let asks = vec![
        Ask::new("GET", &path).token(&some),
        Ask::new("DELETE", &input).token(&some),
        Ask::new("POST", "/api/v1/verify").token(&some).json(&by_id),
    ];
    for answer in site.send_all(asks).await {
        answer.check(404, "not_found");
    }
    assert_eq!(scope(&[]), Scope::All);
}

#[actix_web::test]
async fn the_queue_of_those_who_approve_is_for_readers_and_approvers_of_the_unit() {
    let site = Site::new();
    let (token, _) = site.token("approver", &["payments"]);
    let ask = |path| Ask::new("GET", path).token(&token);
    let own = site
        .send(ask("/api/v1/approvals/queue?unit=payments&sla_minutes=60"))
        .await;
    let seen = own.json();
    // One person of 0.4 votes an hour, and nothing asked for.
    let expected = json!({
        "rate": {"votes_per_hour": 0.4, "assumed_votes_per_hour": 0.4, "votes": 0, "exposure_hours": 0.0},
        "sla_minutes": 60,
        "items": [{
            "units": ["payments"], "approvers": 1, "backlog": 0, "lambda_est": 0.0, "mu_est": 0.4, "rho": 0.0,
            "p_wait_longer_than_sla": 0.0, "expected_wait_minutes": 150.0, "p_expires": 0.0,
        }],
    });
    assert_eq!(seen, expected);
    let other = site.send(ask("/api/v1/approvals/queue?unit=ledger")).await;
    other.check(404, "not_found");
    for wrong in ["sla_minutes=0", "sla_minutes=soon", "unit=A%20B", "other=1"] {
        let path = format!("/api/v1/approvals/queue?{wrong}");
        let answer = site.send(Ask::new("GET", &path).token(&token)).await;
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text);
    }
}
