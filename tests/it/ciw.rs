//! The formulas of waiting lines against a simulator that nobody here wrote.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use utc_queueing::formulas::{ErlangA, Mmc, ggc_wait_hours, mg1_wait_hours};
use utc_test_support::simulator::{Dice, Line};
use utc_test_support::workspace;

use crate::jwt::python;

const CUSTOMERS: u32 = 40_000;

/// What Ciw finds for a queue.
fn simulated(mut case: Value) -> Value {
    case["customers"] = CUSTOMERS.into();
    case["seed"] = 1.into();
    let mut child = Command::new(python())
        .arg(workspace().join("tests/py/simulate_queue.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{case}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{case}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn check(result: &Value, name: &str, computed: f64, tolerance: f64) {
    let simulated = result[name].as_f64().unwrap();
    assert!(
        (simulated - computed).abs() <= tolerance * computed,
        "{name}: Ciw has {simulated}, the formula {computed}"
    );
}

/// What the simulator of our own tests finds for a queue, by the names that Ciw's results have.
fn ours(arrival_rate: f64, servers: usize, patience: Option<f64>) -> Value {
    let line = Line {
        arrival_rate,
        service_rate: 1.0,
        servers,
        patience,
    };
    let outcome = line.run(&mut Dice::new(1), 400_000);
    let share = |count: u32| f64::from(count) / f64::from(outcome.came);
    json!({
        "mean_wait": outcome.total_wait / f64::from(outcome.came),
        "p_wait": share(outcome.waited),
        "p_abandon": share(outcome.gave_up),
    })
}

#[test]
fn the_simulator_of_the_property_tests_agrees_with_ciw() {
    let result = simulated(json!({
        "arrival_rate": 2.4, "service_rate": 1.0, "servers": 3, "service": "exponential",
    }));
    let ours_plain = ours(2.4, 3, None);
    check(
        &result,
        "p_wait",
        ours_plain["p_wait"].as_f64().unwrap(),
        0.05,
    );
    check(
        &result,
        "mean_wait",
        ours_plain["mean_wait"].as_f64().unwrap(),
        0.12,
    );
    let result = simulated(json!({
        "arrival_rate": 4.0, "service_rate": 1.0, "servers": 3, "service": "exponential", "patience": 0.5,
    }));
    let impatient = ours(4.0, 3, Some(0.5));
    check(
        &result,
        "p_abandon",
        impatient["p_abandon"].as_f64().unwrap(),
        0.05,
    );
    check(
        &result,
        "p_wait",
        impatient["p_wait"].as_f64().unwrap(),
        0.05,
    );
}

#[test]
fn several_servers_wait_as_erlang_c_says() {
    let result = simulated(json!({
        "arrival_rate": 2.4, "service_rate": 1.0, "servers": 3, "service": "exponential",
    }));
    let queue = Mmc::new(2.4, 1.0, 3).unwrap();
    check(&result, "p_wait", queue.p_wait(), 0.05);
    check(&result, "mean_wait", queue.mean_wait_hours(), 0.1);
}

#[test]
fn equal_service_times_wait_as_pollaczek_and_khinchine_say() {
    let result = simulated(json!({
        "arrival_rate": 0.8, "service_rate": 1.0, "servers": 1, "service": "deterministic",
    }));
    check(
        &result,
        "mean_wait",
        mg1_wait_hours(0.8, 1.0, 0.0).unwrap(),
        0.1,
    );
}

#[test]
fn several_servers_with_equal_times_wait_about_as_allen_and_cunneen_say() {
    let result = simulated(json!({
        "arrival_rate": 4.0, "service_rate": 1.0, "servers": 5, "service": "deterministic",
    }));
    let wait = ggc_wait_hours(4.0, 1.0, 5, 1.0, 0.0).unwrap();
    check(&result, "mean_wait", wait, 0.15);
}

#[test]
fn those_who_give_up_do_so_as_erlang_a_says() {
    let result = simulated(json!({
        "arrival_rate": 4.0, "service_rate": 1.0, "servers": 3, "service": "exponential", "patience": 0.5,
    }));
    let queue = ErlangA::new(4.0, 1.0, 3, 2.0).unwrap();
    check(&result, "p_wait", queue.p_wait(), 0.05);
    check(&result, "p_abandon", queue.p_abandon(), 0.05);
}
