//! Recorded decisions computed again, through the API and from the command line.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use utc_test_support::postgres::sql;
use utc_test_support::{Server, ServerOptions, Upstream, admin};

use crate::calls::{
    APPROVAL, DECIDE, RISKY, observe, question, receipt, set_rule, unit_path, write,
};
use crate::chain::{claims, signed_again};
use crate::load::wait_until;

/// Decisions under changing rules and levels.
fn history(server: &Server) -> u64 {
    let mut decisions = 0;
    let mut ask = |action: &str, unit: &str| {
        let mut body = question(action, unit);
        body["subject"] = format!("agent-{decisions}").into();
        server.post(DECIDE, &body).ok();
        decisions += 1;
    };
    let client = server.client();
    ask("write:/a", "payments");
    ask("read:/a", "payments");
    set_rule(client, APPROVAL, true);
    ask("write:/b", "payments");
    ask("write:/b", "ledger");
    observe(client, "payments", 95.0, 100.0).ok();
    ask("write:/c", "payments");
    set_rule(client, APPROVAL, false);
    let risk = json!({"reason": "a test"});
    client.put(&unit_path("ledger", "/risk"), &risk).ok();
    set_rule(client, RISKY, true);
    ask("write:/d", "ledger");
    ask("write:/d", "payments");
    decisions
}

/// Begins a replay and waits for its end.
fn ended(server: &Server, body: &Value) -> Value {
    let started = server.post("/api/v1/replay", body);
    assert_eq!(started.status, 202, "{started:?}");
    let path = started.json()["status_url"].as_str().unwrap().to_owned();
    let mut view = Value::Null;
    wait_until("the replay has ended", || {
        view = server.get(&path).ok();
        view["state"] != "running"
    });
    view
}

fn check(options: &ServerOptions) {
    let server = Server::start(options);
    let decisions = history(&server);
    let view = ended(&server, &json!({"mode": "faithful"}));
    assert_eq!(view["state"], "done", "{view}");
    let result = &view["result"];
    assert_eq!(
        (&result["total"], &result["equal"]),
        (&decisions.into(), &decisions.into())
    );
    // Beside the running server, into the same log.
    let told = admin(options, &["replay", "--json"]).ok().json();
    assert_eq!(
        (&told["total"], &told["equal"]),
        (&decisions.into(), &decisions.into())
    );
    let left = receipt(server.client(), &told["receipt_id"]);
    assert_eq!(left["payload"]["kind"], "replay");
    assert_eq!(left["payload"]["code"], "replay_equal");
    assert_eq!(left["payload"]["sub"], "admin:cli");
    // The same question has the same answer everywhere.
    let rules = json!({"read_only_for_risky": false, "writes_require_approval": true});
    let body = json!({"mode": "counterfactual", "rules": rules, "unit": "ledger"});
    let api = ended(&server, &body)["result"]["counterfactual"].clone();
    let arguments = [
        "replay",
        "--unit",
        "ledger",
        "--json",
        "--rule",
        "read_only_for_risky=off",
        "--rule",
        "writes_require_approval=on",
    ];
    let cli = admin(options, &arguments).ok().json();
    assert_eq!(cli["counterfactual"], api);
    let changed = json!([
        {"old": "REQUIRE_APPROVAL", "new": "REQUIRE_APPROVAL", "count": 1},
        {"old": "DENY", "new": "REQUIRE_APPROVAL", "count": 1}
    ]);
    assert_eq!(api["matrix"], changed);
    let simulated = server.post(
        "/api/v1/rules/simulate",
        &json!({"rules": rules, "unit": "ledger"}),
    );
    assert_eq!(simulated.ok()["counterfactual"], api);
    let verified = admin(options, &["receipts", "verify", "--json"])
        .ok()
        .json();
    assert_eq!(verified["valid"], true);
}

#[test]
fn a_history_is_computed_again_by_the_api_and_beside_it_from_the_command_line() {
    check(&ServerOptions::sqlite());
}

#[test]
fn on_postgresql_too() {
    check(&ServerOptions::postgres());
}

#[test]
fn what_the_gateway_asked_comes_out_again_too() {
    let options = ServerOptions::sqlite();
    let upstream = Upstream::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let server = Server::start(&options);
    let config = json!({"upstream": upstream.origin()});
    server.put(&unit_path("payments", ""), &config).ok();
    set_rule(server.client(), APPROVAL, true);
    let token = |arguments: &[&str]| {
        let created = admin(&options, &[&["token", "create"], arguments].concat());
        created.ok().stdout.trim().to_owned()
    };
    let agent = token(&["agent", "--role", "decider", "--subject", "agent-7"]);
    let call = |method: &str, body: Option<&[u8]>| {
        let headers = [("UTC-Token", agent.as_str())];
        let gateway = server.gateway();
        gateway
            .send(method, "/gateway/payments/x", &headers, body)
            .unwrap()
    };
    call("GET", None);
    let held = call("POST", Some(b"7")).problem(409, "approval_required");
    let approval = format!(
        "/api/v1/approvals/{}",
        held["approval_id"].as_str().unwrap()
    );
    let approver = token(&["ann", "--role", "approver"]);
    let approver = server.client().with_token(approver);
    approver
        .post(&format!("{approval}/approve"), &json!({}))
        .ok();
    wait_until("the request was sent", || {
        server.get(&approval).ok()["execution"]["status"] == "done"
    });
    // The read, the write that was held, and the one that was sent.
    let found = admin(&options, &["replay", "--json"]).ok().json();
    assert_eq!((&found["total"], &found["equal"]), (&3.into(), &3.into()));
}

#[test]
fn people_read_a_table_and_scripts_an_exit_code() {
    let options = ServerOptions::sqlite();
    let mut server = Server::start(&options);
    history(&server);
    server.stop();
    let faithful = admin(&options, &["replay"]).ok();
    assert!(faithful.stdout.contains("7  decisions"), "{faithful:?}");
    assert!(
        faithful.stdout.contains("0  came out otherwise"),
        "{faithful:?}"
    );
    let arguments = [
        "replay",
        "--threshold-low",
        "0.96",
        "--threshold-high",
        "0.97",
    ];
    let other = admin(&options, &arguments).ok();
    for text in [
        "was \\ would be",
        "unit payments",
        "never matched",
        "note: Levels are those",
    ] {
        assert!(other.stdout.contains(text), "{text}: {other:?}");
    }
    for wrong in [
        &["replay", "--rule", "writes_require_approval"][..],
        &["replay", "--rule", "no_rule=on"],
        &["replay", "--threshold-low", "0.5"],
        &["replay", "--from", "yesterday"],
    ] {
        assert_eq!(admin(&options, wrong).code(), Some(2), "{wrong:?}");
    }
    let backwards = [
        "replay",
        "--threshold-low",
        "0.9",
        "--threshold-high",
        "0.6",
    ];
    let refused = admin(&options, &backwards);
    assert_eq!(refused.code(), Some(1));
    assert!(
        refused
            .stderr
            .contains("`low` must be above 0 and below `high`"),
        "{refused:?}"
    );
}

/// Exchanges a receipt in the database for one that says something else and has the right tag: whoever does that holds the
/// secret and writes to the database.
fn forge(options: &ServerOptions, seq: u64, jws: &str, change: impl FnOnce(&mut Value)) {
    let mut changed = claims(jws);
    change(&mut changed);
    let header = jws.split('.').next().unwrap();
    // The members are in their canonical order already.
    let payload = URL_SAFE_NO_PAD.encode(changed.to_string());
    let forged = signed_again(&format!("{header}.{payload}.none"));
    let update = format!("UPDATE receipts SET jws = '{forged}' WHERE seq = {seq}");
    sql(options.database_url(), &update);
}

/// What somebody who owns the whole machine does: the log is as if it were from before trees and guards.
fn forget_the_tree(options: &ServerOptions, last: u64) {
    std::fs::remove_file(options.guard_file()).unwrap();
    let jws = format!("(SELECT jws FROM receipts WHERE seq = {last})");
    let leaf = format!("encode(sha256('\\x00'::bytea || convert_to({jws}, 'UTF8')), 'hex')");
    for statement in [
        "DELETE FROM log_signers".to_owned(),
        format!("UPDATE log_head SET frontier = '', last_leaf = {leaf}"),
    ] {
        sql(options.database_url(), &statement);
    }
}

#[test]
fn a_decision_that_was_changed_in_the_database_ends_a_replay_with_one() {
    let options = ServerOptions::postgres();
    let mut server = Server::start(&options);
    let id = write(server.client(), "payments")["receipt_id"].clone();
    let stored = receipt(server.client(), &id);
    server.stop();
    let (seq, jws) = (stored["seq"].as_u64(), stored["receipt"].as_str());
    forge(&options, seq.unwrap(), jws.unwrap(), |claims| {
        claims["reason"] = "Because.".into();
    });
    let refused = admin(&options, &["replay", "--json"]);
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("not those that the guard"),
        "{refused:?}"
    );
    forget_the_tree(&options, seq.unwrap());
    let found = admin(&options, &["replay", "--json"]);
    assert_eq!(found.code(), Some(1), "{found:?}");
    let found = found.json();
    assert_eq!(
        (&found["different"], &found["total"]),
        (&1.into(), &1.into())
    );
    let example = &found["faithful"]["examples"][0];
    assert_eq!(example["receipt_id"], id);
    assert_eq!(example["fields"][0]["field"], "reason");
    assert_eq!(example["fields"][0]["recorded"], "Because.");
    let shown = admin(&options, &["replay"]);
    assert_eq!(shown.code(), Some(1));
    assert!(
        shown.stdout.contains("reason: recorded   Because."),
        "{shown:?}"
    );
}
