//! The predictive controller behind the API: forecasts earn their gates, act, and are accounted for.

use serde_json::{Value, json};
use utc_domain::Timestamp;
use utc_test_support::{Server, ServerOptions};

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
    let predictive = options.clone().env("QUEUE_CONTROLLER", "predictive");
    let mut server = Server::start(&predictive);
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
        (&json!("earned"), &json!(7)),
        "{scorecard}"
    );
    let metrics = server.get("/metrics").text();
    assert!(
        metrics.contains("utc_unit_forecast_rho{unit=\"orders\",predictor=\"fast_ewma\"}"),
        "{metrics}"
    );
    server.terminate();

    let server = Server::start(&options);
    let unit = server.get(&unit_path("orders", "")).ok();
    assert_eq!(
        (&unit["protection_level"], unit.get("forecast")),
        (&json!("read_only"), None),
        "{unit}"
    );
    Log::read(server.client());
}
