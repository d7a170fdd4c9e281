//! Replays and simulations over HTTP.

use serde_json::json;

use crate::support::{Ask, Site};

const REPLAY: &str = "/api/v1/replay";
const SIMULATE: &str = "/api/v1/rules/simulate";

/// A site where `n` writes were allowed on each unit.
async fn decided(units: &[&str], n: usize) -> Site {
    let site = Site::new();
    let (token, _) = site.token("decider", &[]);
    for unit in units {
        let body = json!({"subject": "agent-1", "action": "write:/x", "unit": unit});
        let ask = || Ask::new("POST", "/api/v1/decide").token(&token).json(&body);
        site.send_all((0..n).map(|_| ask()).collect()).await;
    }
    site
}

#[actix_web::test]
async fn a_faithful_replay_ends_with_equal_answers_and_a_receipt() {
    let site = decided(&["payments", "ledger"], 3).await;
    let (token, _) = site.token("auditor", &[]);
    let view = site
        .ended(&token, REPLAY, &json!({"mode": "faithful"}))
        .await;
    assert_eq!(view["state"], "done", "{view}");
    assert_eq!(view["started_by"], "token:auditor []");
    let size = &view["progress"]["total"];
    assert_eq!(
        (&view["progress"]["done"], &view["result"]["end_seq"]),
        (size, size)
    );
    let result = &view["result"];
    assert_eq!(result["mode"], "faithful");
    assert_eq!((&result["total"], &result["equal"]), (&6.into(), &6.into()));
    assert_eq!(
        (&result["different"], &result["not_replayable"]),
        (&0.into(), &0.into())
    );
    assert_eq!(result["faithful"], json!({"by_field": [], "examples": []}));
    assert!(result.get("counterfactual").is_none());
    let path = format!("/api/v1/receipts/{}", view["receipt_id"].as_str().unwrap());
    let receipt = site.send(Ask::new("GET", &path).token(&token)).await.json();
    assert_eq!(receipt["payload"]["kind"], "replay");
    assert_eq!(receipt["payload"]["sub"], view["started_by"]);
}

#[actix_web::test]
async fn a_counterfactual_replay_and_a_simulation_say_what_would_have_been_answered() {
    let site = decided(&["payments", "ledger"], 3).await;
    let (token, _) = site.token("admin", &[]);
    let rules = json!({"writes_require_approval": true});
    let body = json!({"mode": "counterfactual", "rules": &rules, "unit": "payments"});
    let view = site.ended(&token, REPLAY, &body).await;
    let found = &view["result"]["counterfactual"];
    let matrix = json!([{"old": "ALLOW", "new": "REQUIRE_APPROVAL", "count": 3}]);
    assert_eq!(found["matrix"], matrix, "{view}");
    assert_eq!(found["by_rule"][0]["rule"], "writes_require_approval");
    assert_eq!(found["by_rule"][0]["after"], 3);
    assert_eq!(found["by_unit"]["items"][0]["name"], "payments");
    assert_eq!(found["by_subject"]["items"][0]["changed"], 3);
    assert_eq!(
        found["by_subject"]["rest"],
        json!({"names": 0, "more_names": false, "total": 0, "changed": 0})
    );
    assert_eq!(found["examples"].as_array().unwrap().len(), 3);
    let body = json!({"rules": &rules, "unit": "payments"});
    let simulated = site.post(&token, SIMULATE, &body).await;
    assert_eq!(simulated.status, 200, "{}", simulated.text);
    let simulated = simulated.json();
    assert_eq!(simulated["cut"], false);
    assert_eq!(&simulated["counterfactual"], found);
    let thresholds = json!({"mode": "counterfactual", "thresholds": {"low": 0.5, "high": 0.6}});
    let view = site.ended(&token, REPLAY, &thresholds).await;
    assert_eq!(view["result"]["different"], 0);
    assert_eq!(
        view["result"]["counterfactual"]["notes"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[actix_web::test]
async fn what_is_wrong_with_a_request_is_named() {
    let site = Site::new();
    let (token, _) = site.token("admin", &[]);
    let cases = [
        (REPLAY, json!({"mode": "both"}), "/mode"),
        (REPLAY, json!({"mode": "faithful", "rules": {}}), "/mode"),
        (
            REPLAY,
            json!({"mode": "faithful", "from": "yesterday"}),
            "/from",
        ),
        (REPLAY, json!({"mode": "faithful", "to": "2026"}), "/to"),
        (
            REPLAY,
            json!({"mode": "faithful", "unit": "No Name"}),
            "/unit",
        ),
        (
            REPLAY,
            json!({"mode": "faithful", "from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}),
            "/to",
        ),
        (REPLAY, json!({"mode": "counterfactual"}), "/rules"),
        (
            REPLAY,
            json!({"mode": "counterfactual", "rules": {"no/rule": true}}),
            "/rules/no~1rule",
        ),
        (
            REPLAY,
            json!({"mode": "counterfactual", "thresholds": {"low": 0.9, "high": 0.6}}),
            "/thresholds/low",
        ),
        (
            REPLAY,
            json!({"mode": "counterfactual", "thresholds": {"low": 0.9, "high": 1e4}}),
            "/thresholds/high",
        ),
        (SIMULATE, json!({"rules": {}}), "/rules"),
        (
            SIMULATE,
            json!({"rules": {"no_rule": true}}),
            "/rules/no_rule",
        ),
    ];
    for (path, body, pointer) in cases {
        let answer = site.post(&token, path, &body).await;
        answer.check(400, "invalid_request");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    for (path, body) in [
        (REPLAY, json!({"mode": "faithful", "extra": 1})),
        (REPLAY, json!({})),
        (SIMULATE, json!({"rules": {"read_only_for_risky": 1}})),
    ] {
        site.post(&token, path, &body)
            .await
            .check(400, "invalid_request");
    }
    let none = format!("{REPLAY}/0192f0c1-2345-7abc-8def-0123456789ab");
    for path in [none.as_str(), "/api/v1/replay/nonsense"] {
        site.send(Ask::new("GET", path).token(&token))
            .await
            .check(404, "not_found");
        let cancel = format!("{path}/cancel");
        site.send(Ask::new("POST", &cancel).token(&token))
            .await
            .check(404, "not_found");
    }
}

#[actix_web::test]
async fn rights_on_some_units_are_enough_for_those_and_for_nothing_else() {
    let site = decided(&["payments", "ledger"], 2).await;
    let (auditor, _) = site.token("auditor", &["pay*"]);
    let (operator, _) = site.token("operator", &["pay*"]);
    let of = |unit: Option<&str>| match unit {
        Some(unit) => (
            json!({"mode": "faithful", "unit": unit}),
            json!({"rules": {"writes_require_approval": true}, "unit": unit}),
        ),
        None => (
            json!({"mode": "faithful"}),
            json!({"rules": {"writes_require_approval": true}}),
        ),
    };
    for unit in [None, Some("ledger")] {
        let (replay, simulate) = of(unit);
        site.post(&auditor, REPLAY, &replay)
            .await
            .check(403, "unit_not_allowed");
        site.post(&operator, SIMULATE, &simulate)
            .await
            .check(403, "unit_not_allowed");
    }
    let (replay, simulate) = of(Some("payments"));
    assert_eq!(
        site.ended(&auditor, REPLAY, &replay).await["result"]["total"],
        2
    );
    assert_eq!(
        site.post(&operator, SIMULATE, &simulate).await.json()["different"],
        2
    );
    // Somebody else's run over everything is not there for them.
    let (all, _) = site.token("admin", &[]);
    let started = site
        .post(&all, REPLAY, &json!({"mode": "faithful"}))
        .await
        .json();
    let path = started["status_url"].as_str().unwrap();
    site.send(Ask::new("GET", path).token(&auditor))
        .await
        .check(404, "not_found");
}
