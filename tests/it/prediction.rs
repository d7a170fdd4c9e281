//! The predictive controller behind the API: forecasts earn their gates, act, and are accounted for.

use std::time::Duration;

use serde_json::{Value, json};
use utc_domain::Timestamp;
use utc_test_support::{Server, ServerOptions, admin};

use crate::calls::{receipt, unit_path};
use crate::chain::Log;

/// Quiet half days that end in a quarter of an hour of overload, and then the first step of one more.
fn recurring_overloads() -> Vec<Value> {
    let day = || {
        std::iter::repeat_n(30.0, 156)
            .chain([110.0, 120.0, 120.0, 120.0])
            .collect::<Vec<f64>>()
    };
    let begun: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let rates = std::iter::repeat_with(day).take(8).flatten();
    rates
        .take(7 * 160 + 157)
        .zip(0_i64..)
        .map(|(rate, step)| {
            let at = begun.plus_minutes(5 * step).to_string();
            json!({"arrival_rate": rate, "service_rate": 100.0, "at": at})
        })
        .collect()
}

#[test]
fn a_forecast_that_earned_its_gate_tightens_and_the_classic_controller_goes_on_from_there() {
    let options = ServerOptions::sqlite();
    // The predictive controller is the default.
    let mut server = Server::start(&options);
    server.put(&unit_path("orders", ""), &json!({})).ok();
    let mut unit = Value::Null;
    for part in recurring_overloads().chunks(100) {
        let reports = Value::Array(part.to_vec());
        unit = server
            .post(&unit_path("orders", "/observations"), &reports)
            .ok();
    }
    assert_eq!(
        (&unit["protection_level"], &unit["level_cause"]),
        (&json!("read_only"), &json!("forecast")),
        "{unit}"
    );
    let fast = unit["forecast"]["predictors"][0].clone();
    assert_eq!(
        (&fast["predictor"], &fast["gate_open"]),
        (&json!("fast_ewma"), &json!(true)),
        "{unit}"
    );
    assert!(
        unit["forecast"]["signal_rho"].as_f64() < Some(0.9),
        "{unit}"
    );
    let change = receipt(
        server.client(),
        unit["receipts"].as_array().unwrap().last().unwrap(),
    );
    let said = &change["payload"]["meta"]["forecast"];
    assert_eq!(
        (&said["predictor"], &said["rho"], &said["precision"]),
        (&fast["predictor"], &fast["rho"], &fast["precision"]),
        "{change}"
    );
    let scorecard = server.get(&unit_path("orders", "/scorecard")).ok();
    assert_eq!(
        (
            &scorecard["predictors"][0]["gate"],
            &scorecard["predictors"][0]["episodes"]
        ),
        (&json!("automatic"), &json!(7)),
        "{scorecard}"
    );
    let metrics = server.get("/metrics").text();
    for line in [
        "utc_unit_forecast_rho{unit=\"orders\",predictor=\"fast_ewma\"}",
        "utc_unit_forecast_precision{unit=\"orders\",predictor=\"fast_ewma\"}",
        "utc_unit_forecast_gate_open{unit=\"orders\",predictor=\"fast_ewma\"} 1",
        // The reports are from 2024.
        "utc_unit_stale{unit=\"orders\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    server.terminate();

    let server = Server::start(&options.clone().env("QUEUE_CONTROLLER", "classic"));
    let unit = server.get(&unit_path("orders", "")).ok();
    assert_eq!(
        (&unit["protection_level"], unit.get("forecast")),
        (&json!("read_only"), None),
        "{unit}"
    );
    Log::read(server.client());
}

#[test]
fn a_gate_is_set_by_operators_and_at_the_terminal_with_a_receipt_each() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    server.put(&unit_path("orders", ""), &json!({})).ok();
    let gate = unit_path("orders", "/scorecard/holt");
    let wanted = json!({"gate": "open", "reason": "the sale begins"});
    let set = server.put(&gate, &wanted).ok();
    let holt = &set["predictors"][1];
    assert_eq!(
        (&holt["predictor"], &holt["gate"], &holt["gate_open"]),
        (&json!("holt"), &json!("open"), &json!(true)),
        "{set}"
    );
    let payload = receipt(server.client(), &set["receipt_id"])["payload"].clone();
    assert_eq!(
        (&payload["kind"], &payload["code"]),
        (&json!("config_change"), &json!("gate_set")),
        "{payload}"
    );
    let arguments = [
        "units",
        "gate",
        "orders",
        "holt",
        "closed",
        "--reason",
        "it is over",
    ];
    let closed = admin(&options, &arguments);
    assert_eq!(closed.code(), Some(0), "{closed:?}");
    let scorecard = server.get(&unit_path("orders", "/scorecard")).ok();
    assert_eq!(scorecard["predictors"][1]["gate"], "closed", "{scorecard}");
    for (path, body, pointer) in [
        (
            gate.clone(),
            json!({"gate": "ajar", "reason": "x"}),
            "/gate",
        ),
        (gate, json!({"gate": "open", "reason": ""}), "/reason"),
        (
            unit_path("orders", "/scorecard/oracle"),
            json!({"gate": "open", "reason": "x"}),
            "/predictor",
        ),
    ] {
        let problem = server.put(&path, &body).problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let wanted = json!({"gate": "automatic", "reason": "x"});
    server
        .put(&unit_path("nowhere", "/scorecard/holt"), &wanted)
        .problem(404, "not_found");
    Log::read(server.client());
}

#[test]
fn what_is_asked_becomes_load_by_itself_and_a_noisy_subject_is_held_alone() {
    let server = Server::start(&ServerOptions::sqlite().env("QUEUE_TICK_SECONDS", "1"));
    let config = json!({"capacity_per_hour": 100});
    server.put(&unit_path("orders", ""), &config).ok();
    let write = |subject: &str| {
        let question = json!({"subject": subject, "action": "write:/order", "unit": "orders"});
        server.post("/api/v1/decide", &question).ok()
    };
    // A look may come at any time: the robot writes on until it is held.
    let held = (0..2_000)
        .map(|_| write("robot"))
        .find(|answer| answer["decision"] != "ALLOW");
    let held = held.unwrap();
    assert_eq!(
        (&held["decision"], &held["rules"]),
        (&json!("REQUIRE_APPROVAL"), &json!(["subject_share"])),
        "{held}"
    );
    let unit = server.get(&unit_path("orders", "")).ok();
    assert_eq!(
        (
            &unit["source"],
            &unit["protection_level"],
            &unit["held_subjects"]
        ),
        (&json!("measured"), &json!("permissive"), &json!(["robot"])),
        "{unit}"
    );
    for number in 0..60 {
        write(&format!("person-{}", number % 6));
    }
    let locked = |_: &u32| {
        std::thread::sleep(Duration::from_millis(50));
        server.get(&unit_path("orders", "")).ok()["protection_level"] == "read_only"
    };
    assert!((0..600).any(|attempt| locked(&attempt)));
    assert_eq!(write("person-7")["code"], "protection_read_only");
    Log::read(server.client());
}
