//! What survives a restart, and what a polite stop finishes.

use serde_json::json;
use utc_test_support::{Server, ServerOptions};

use crate::calls::{APPROVAL, RISKY, check, observe, set_rule, unit_path, write};
use crate::chain::Log;
use crate::load::Load;

/// Rules, levels, pins, marks, configuration and estimates are the same after the server was stopped by `stop`.
#[track_caller]
fn check_state_survives(options: &ServerOptions, stop: fn(&mut Server)) {
    let mut server = Server::start(options);
    set_rule(server.client(), RISKY, true);
    server
        .put(
            &unit_path("orders", ""),
            &json!({"aliases": ["shop"], "labels": {"team": "a"}}),
        )
        .ok();
    observe(server.client(), "orders", 70.0, 100.0).ok();
    server
        .put(
            &unit_path("stock", "/pin"),
            &json!({"level": "read_only", "reason": "stock-taking"}),
        )
        .ok();
    server
        .put(&unit_path("leaky", "/risk"), &json!({"reason": "a leak"}))
        .ok();
    let paths = [
        "/api/v1/rules",
        "/api/v1/rules/history",
        "/api/v1/units",
        "/api/v1/units/orders/history",
    ];
    let before = paths.map(|path| server.get(path).ok());
    let log = Log::read(server.client());
    stop(&mut server);
    let server = Server::start(options);
    assert_eq!(paths.map(|path| server.get(path).ok()), before);
    assert_eq!(
        Log::read(server.client()).entries,
        log.entries,
        "a start by itself records nothing"
    );
    check(
        &write(server.client(), "shop"),
        "REQUIRE_APPROVAL",
        "approval_required",
        &["protection_require_approval"],
    );
    check(
        &write(server.client(), "stock"),
        "DENY",
        "protection_read_only",
        &["protection_read_only"],
    );
    check(
        &write(server.client(), "leaky"),
        "DENY",
        "unit_risky",
        &[RISKY],
    );
    let unit = observe(server.client(), "orders", 95.0, 100.0).ok();
    assert_eq!(
        (&unit["lambda_est"], &unit["mu_est"]),
        (&json!(77.5), &json!(100.0)),
        "the estimate goes on"
    );
    Log::read(server.client());
}

#[test]
fn state_survives_a_crash_on_sqlite() {
    check_state_survives(&ServerOptions::sqlite(), Server::kill9);
}

#[test]
fn state_survives_a_crash_on_postgres() {
    check_state_survives(&ServerOptions::postgres(), Server::kill9);
}

#[test]
fn state_survives_a_stop() {
    check_state_survives(&ServerOptions::sqlite(), |server| {
        server.stop();
    });
}

/// Stopping under load finishes what is in flight: every answer is 200 or says that the server is stopping, and what
/// was answered is there.
#[track_caller]
fn check_polite_stop(options: &ServerOptions) {
    let mut server = Server::start(options);
    let load = Load::default();
    let client = server.client().clone();
    let status = load.beside(&client, || {
        load.wait_for(500);
        server.terminate()
    });
    assert_eq!(status.code(), Some(0), "{}", server.output());
    let other: Vec<_> = load
        .refused()
        .into_iter()
        .filter(|answer| !answer.is_problem("stopping"))
        .collect();
    assert!(other.is_empty(), "{other:?}");
    let acknowledged = load.acknowledged();
    let server = Server::start(options);
    Log::read(server.client()).assert_holds(&acknowledged);
}

#[test]
fn a_polite_stop_under_load_loses_nothing_on_sqlite() {
    check_polite_stop(&ServerOptions::sqlite());
}

#[test]
fn a_polite_stop_under_load_loses_nothing_on_postgres() {
    check_polite_stop(&ServerOptions::postgres());
}

#[test]
fn a_second_server_on_one_sqlite_file_is_refused() {
    let options = ServerOptions::sqlite();
    let server = Server::start(&options);
    let refused = Server::try_start(&options.beside(), &[]).expect_err("the file is taken");
    assert!(!refused.status.success());
    assert!(
        refused.output.contains("another process uses"),
        "{}",
        refused.output
    );
    write(server.client(), "orders");
}

#[test]
fn a_server_with_another_secret_does_not_write_into_the_log() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    write(server.client(), "orders");
    server.kill9();
    let other = options
        .clone()
        .env("HMAC_SECRET", "another-secret-0123456789abcdef0123456789");
    let refused = Server::try_start(&other, &[]).expect_err("the log has another key");
    assert!(refused.output.contains("HMAC_SECRET"), "{}", refused.output);
    let server = Server::start(&options);
    set_rule(server.client(), APPROVAL, true);
    Log::read(server.client());
}
