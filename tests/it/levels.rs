//! Load raises a unit's protection and lets it fall; people pin it.

use serde_json::{Value, json};
use utc_test_support::{Server, ServerOptions};

use crate::calls::{check, observe, read, receipt, unit_path, write};
use crate::chain::Log;

fn fresh() -> Server {
    Server::start(&ServerOptions::sqlite())
}

/// The classic controller, whose windows and worked values these are.
fn classic(options: &ServerOptions) -> Server {
    Server::start(&options.clone().env("QUEUE_CONTROLLER", "classic"))
}

/// Whether `unit` has this estimate and level.
#[track_caller]
fn check_unit(unit: &Value, lambda: f64, mu: f64, level: &str) {
    assert_eq!(
        (&unit["lambda_est"], &unit["mu_est"]),
        (&json!(lambda), &json!(mu)),
        "{unit}"
    );
    let rho = unit["rho"].as_f64().unwrap();
    assert!((rho - lambda / mu).abs() < 1e-6, "{unit}");
    assert_eq!(unit["protection_level"], level, "{unit}");
}

#[test]
fn load_raises_the_level_at_once_and_decisions_follow() {
    let server = fresh();
    let unit = observe(server.client(), "orders", 70.0, 100.0).ok();
    check_unit(&unit, 70.0, 100.0, "require_approval");
    check(
        &write(server.client(), "orders"),
        "REQUIRE_APPROVAL",
        "approval_required",
        &["protection_require_approval"],
    );
    let unit = observe(server.client(), "orders", 950.0, 1_000.0).ok();
    check_unit(&unit, 334.0, 370.0, "read_only");
    check(
        &write(server.client(), "orders"),
        "DENY",
        "protection_read_only",
        &["protection_read_only"],
    );
    check(
        &read(server.client(), "orders"),
        "ALLOW",
        "read_allowed",
        &[],
    );
    check(
        &write(server.client(), "elsewhere"),
        "ALLOW",
        "no_restriction",
        &[],
    );
    let change = receipt(server.client(), &unit["receipts"][0]);
    assert_eq!(change["payload"]["kind"], "protection_change");
    assert_eq!(change["payload"]["meta"]["protection_level"], "read_only");
    assert_eq!(
        change["payload"]["meta"]["previous_level"],
        "require_approval"
    );
}

#[test]
fn estimates_follow_the_worked_example() {
    let server = classic(&ServerOptions::sqlite());
    check_unit(
        &observe(server.client(), "orders", 3.0, 10.0).ok(),
        3.0,
        10.0,
        "permissive",
    );
    check_unit(
        &observe(server.client(), "orders", 70.0, 100.0).ok(),
        23.1,
        37.0,
        "require_approval",
    );
    check_unit(
        &observe(server.client(), "orders", 95.0, 100.0).ok(),
        44.67,
        55.9,
        "require_approval",
    );
    check_unit(
        &observe(server.client(), "orders", 4.0, 10.0).ok(),
        32.469,
        42.13,
        "require_approval",
    );
}

#[test]
fn an_array_of_observations_is_taken_in_order_or_not_at_all() {
    let server = fresh();
    let rates = [(3.0, 10.0), (70.0, 100.0), (95.0, 100.0), (4.0, 10.0)];
    let report = |(arrivals, capacity): &(f64, f64)| json!({"arrival_rate": arrivals, "service_rate": capacity});
    let good = Value::Array(rates.iter().map(report).collect());
    let path = unit_path("orders", "/observations");
    check_unit(
        &server.post(&path, &good).ok(),
        32.469,
        42.13,
        "require_approval",
    );
    let mut bad = good;
    bad[2]["service_rate"] = json!(-1.0);
    let problem = server.post(&path, &bad).problem(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/2/service_rate");
    check_unit(
        &server.get(&unit_path("orders", "")).ok(),
        32.469,
        42.13,
        "require_approval",
    );
}

#[test]
fn protection_falls_one_level_at_a_time_once_the_load_is_low() {
    let server = classic(&ServerOptions::sqlite().env("AUTO_RELAX_WINDOW_MIN", "0"));
    observe(server.client(), "orders", 95.0, 100.0).ok();
    let mut levels = vec!["read_only".to_owned()];
    for _ in 0..8 {
        let unit = observe(server.client(), "orders", 1.0, 100.0).ok();
        let level = unit["protection_level"].as_str().unwrap().to_owned();
        if levels.last() != Some(&level) {
            levels.push(level);
        }
    }
    assert_eq!(levels, ["read_only", "require_approval", "permissive"]);
    check(
        &write(server.client(), "orders"),
        "ALLOW",
        "no_restriction",
        &[],
    );
    let history = server.get(&unit_path("orders", "/history")).ok();
    let causes: Vec<_> = history["level_changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["cause"])
        .collect();
    assert_eq!(causes, ["relaxed", "relaxed", "measured"], "newest first");
    assert_eq!(history["features"].as_array().unwrap().len(), 9);
    Log::read(server.client());
}

#[test]
fn a_pin_holds_until_it_is_removed_whatever_is_measured() {
    let server = fresh();
    let pin = json!({"level": "read_only", "reason": "stock-taking"});
    let pinned = server.put(&unit_path("orders", "/pin"), &pin).ok();
    assert_eq!(
        receipt(server.client(), &pinned["receipt_id"])["payload"]["kind"],
        "protection_change"
    );
    check(
        &write(server.client(), "orders"),
        "DENY",
        "protection_read_only",
        &["protection_read_only"],
    );
    let unit = observe(server.client(), "orders", 70.0, 100.0).ok();
    assert_eq!(unit["protection_level"], "read_only");
    assert_eq!(
        (&unit["pin"]["level"], &unit["pin"]["reason"]),
        (&json!("read_only"), &json!("stock-taking"))
    );
    let unit = server.delete(&unit_path("orders", "/pin")).ok();
    assert_eq!(
        (&unit["protection_level"], &unit["pin"]),
        (&json!("require_approval"), &Value::Null)
    );
    check(
        &write(server.client(), "orders"),
        "REQUIRE_APPROVAL",
        "approval_required",
        &["protection_require_approval"],
    );
    server
        .delete(&unit_path("orders", "/pin"))
        .problem(404, "not_found");
    Log::read(server.client());
}

#[test]
fn a_pin_below_the_measured_level_needs_an_end_within_four_hours() {
    let server = fresh();
    observe(server.client(), "orders", 95.0, 100.0).ok();
    let pin = |more: Value| {
        let mut body = json!({"level": "permissive", "reason": "the measuring is broken"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        server.put(&unit_path("orders", "/pin"), &body)
    };
    assert_eq!(pin(json!({})).status, 400);
    assert_eq!(
        pin(json!({"expires_at": "2999-01-01T00:00:00Z"})).status,
        400
    );
    assert_eq!(
        pin(json!({"expires_at": "2001-01-01T00:00:00Z"})).status,
        400
    );
    check(
        &write(server.client(), "orders"),
        "DENY",
        "protection_read_only",
        &["protection_read_only"],
    );
}

#[test]
fn a_unit_has_one_name_on_the_path_whatever_is_in_it() {
    let server = fresh();
    write(server.client(), "route:/payments");
    let unit = server.get("/api/v1/units/route%3A%2Fpayments").ok();
    assert_eq!(
        (&unit["unit"], &unit["no_data"]),
        (&json!("route:/payments"), &json!(true))
    );
    server
        .put(
            "/api/v1/units/route%3A%2Fpayments",
            &json!({"aliases": ["pay"]}),
        )
        .ok();
    observe(server.client(), "pay", 95.0, 100.0).ok();
    let unit = server.get("/api/v1/units/route%3A%2Fpayments").ok();
    assert_eq!(unit["protection_level"], "read_only");
    check(
        &write(server.client(), "pay"),
        "DENY",
        "protection_read_only",
        &["protection_read_only"],
    );
    for other in [
        "/api/v1/units/route:/payments",
        "/api/v1/units/route%253A%252Fpayments",
    ] {
        assert!([400, 404].contains(&server.get(other).status), "{other}");
    }
}

#[test]
fn a_configuration_is_replaced_by_put_and_merged_by_patch() {
    let server = fresh();
    let path = unit_path("orders", "");
    server
        .patch(&path, &json!({"servers": 2}))
        .problem(404, "not_found");
    let made = server.put(
        &path,
        &json!({"capacity_per_hour": 100.0, "servers": 2, "labels": {"team": "a"}}),
    );
    assert_eq!(made.status, 201);
    assert_eq!(
        receipt(server.client(), &made.ok()["receipt_id"])["payload"]["kind"],
        "config_change"
    );
    let unit = server
        .patch(&path, &json!({"labels": {"tier": "1"}, "servers": null}))
        .ok();
    assert_eq!(unit["labels"], json!({"team": "a", "tier": "1"}));
    assert_eq!(
        (&unit["servers"], &unit["capacity_per_hour"]),
        (&json!(1), &json!(100.0))
    );
    let unit = server.put(&path, &json!({})).ok();
    assert_eq!(
        (&unit["labels"], &unit["capacity_per_hour"]),
        (&json!({}), &Value::Null)
    );
    assert_eq!(unit["config_version"], 3);
    server
        .put(&path, &json!({"sevrers": 2}))
        .problem(400, "invalid_request");
}
