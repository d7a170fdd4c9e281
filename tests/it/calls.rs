//! The calls that nearly every test makes.

use std::process::Command;

use serde_json::{Value, json};
use utc_test_support::{Answer, Client, ServerOptions, postgres, segment};

/// Where to ask.
pub(crate) const DECIDE: &str = "/api/v1/decide";

/// The rule that holds every write.
pub(crate) const APPROVAL: &str = "writes_require_approval";

/// The rule that refuses writes to risky units.
pub(crate) const RISKY: &str = "read_only_for_risky";

/// A question.
pub(crate) fn question(action: &str, unit: &str) -> Value {
    json!({"subject": "agent-1", "action": action, "unit": unit})
}

/// The answer to a write on a unit.
#[track_caller]
pub(crate) fn write(client: &Client, unit: &str) -> Value {
    client.post(DECIDE, &question("write:order", unit)).ok()
}

/// The answer to a read on a unit.
#[track_caller]
pub(crate) fn read(client: &Client, unit: &str) -> Value {
    client.post(DECIDE, &question("read:order", unit)).ok()
}

/// Takes back a request that waits for approval: not too many of one caller may.
#[track_caller]
pub(crate) fn cancel(client: &Client, held: &Value) {
    let id = held["approval"]["id"].as_str();
    let id = id.unwrap_or_else(|| panic!("nothing waits: {held}"));
    let path = format!("/api/v1/approvals/{id}/cancel");
    client.post(&path, &json!({})).ok();
}

/// Turns a rule on or off.
#[track_caller]
pub(crate) fn set_rule(client: &Client, rule: &str, enabled: bool) -> Value {
    let body = json!({"enabled": enabled, "reason": "a test"});
    client.put(&format!("/api/v1/rules/{rule}"), &body).ok()
}

/// A path below a unit: `""`, `/pin`, `/observations`.
pub(crate) fn unit_path(unit: &str, below: &str) -> String {
    format!("/api/v1/units/{}{below}", segment(unit))
}

/// Reports load on a unit.
pub(crate) fn observe(client: &Client, unit: &str, arrivals: f64, capacity: f64) -> Answer {
    let body = json!({"arrival_rate": arrivals, "service_rate": capacity});
    client.post(&unit_path(unit, "/observations"), &body)
}

/// The receipt with this id: its exact bytes, its claims.
#[track_caller]
pub(crate) fn receipt(client: &Client, id: &Value) -> Value {
    let id = id.as_str().expect("an id is a text");
    client.get(&format!("/api/v1/receipts/{id}")).ok()
}

/// How many receipts the database holds.
#[track_caller]
pub(crate) fn log_size(client: &Client) -> u64 {
    client.get("/readyz").ok()["log_size"]
        .as_u64()
        .expect("a size is a number")
}

/// Checks one answer: decision, code, and all rules that matched.
#[track_caller]
pub(crate) fn check(answer: &Value, decision: &str, code: &str, rules: &[&str]) {
    assert_eq!(answer["decision"], decision, "{answer}");
    assert_eq!(answer["code"], code, "{answer}");
    assert_eq!(answer["rules"], json!(rules), "{answer}");
}

/// Runs statements without a program of ours.
#[track_caller]
pub(crate) fn sql(options: &ServerOptions, statement: &str) {
    if options.is_postgres() {
        postgres::sql(options.database_url(), statement);
        return;
    }
    let file = options.database_url().trim_start_matches("sqlite://");
    let script =
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2])";
    let status = Command::new("python3")
        .args(["-c", script, file, statement])
        .status()
        .unwrap();
    assert!(status.success(), "{statement}");
}
