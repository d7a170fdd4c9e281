//! May I do this now? The whole loop over HTTP.

use serde_json::{Value, json};
use utc_test_support::{Server, ServerOptions};

use crate::calls::{
    APPROVAL, DECIDE, RISKY, check, log_size, question, read, receipt, set_rule, unit_path, write,
};
use crate::chain::{Log, claims, signed_again};

fn fresh() -> Server {
    Server::start(&ServerOptions::sqlite())
}

#[test]
fn a_fresh_installation_allows_with_a_receipt_that_anyone_with_the_secret_can_check() {
    let server = fresh();
    let answer = write(server.client(), "orders");
    check(&answer, "ALLOW", "no_restriction", &[]);
    assert_eq!(answer["protection_level"], "permissive");
    assert_eq!(answer.get("approval"), None);
    let jws = answer["receipt"].as_str().unwrap();
    assert_eq!(jws, signed_again(jws));
    let said = claims(jws);
    assert_eq!(said["jti"], answer["receipt_id"]);
    assert_eq!(said["decision"], answer["decision"]);
    assert_eq!(said["reason"], answer["reason"]);
    assert_eq!(
        (&said["sub"], &said["action"], &said["unit"]),
        (&json!("agent-1"), &json!("write:order"), &json!("orders"))
    );
    let stored = receipt(server.client(), &answer["receipt_id"]);
    assert_eq!(stored["receipt"], answer["receipt"]);
    assert_eq!(stored["payload"], said);
}

#[test]
fn a_receipt_verifies_by_its_bytes_and_by_its_id() {
    let server = fresh();
    let answer = write(server.client(), "orders");
    for body in [
        json!({"receipt": answer["receipt"]}),
        json!({"receipt_id": answer["receipt_id"]}),
    ] {
        let verified = server.post("/api/v1/verify", &body).ok();
        assert_eq!(verified["valid"], true, "{verified}");
        assert_eq!(
            verified["payload"],
            claims(answer["receipt"].as_str().unwrap())
        );
        let outcomes = verified["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| &check["outcome"]);
        assert!(
            outcomes.clone().count() >= 12 && outcomes.clone().all(|outcome| outcome == "ok"),
            "{verified}"
        );
    }
}

#[test]
fn a_rule_that_is_on_holds_the_next_write_and_no_read() {
    let server = fresh();
    let changed = set_rule(server.client(), APPROVAL, true);
    let said = &receipt(server.client(), &changed["receipt_id"])["payload"];
    assert_eq!(
        (&said["kind"], &said["decision"]),
        (&json!("policy_change"), &json!("POLICY_CHANGE"))
    );
    let held = write(server.client(), "orders");
    check(&held, "REQUIRE_APPROVAL", "approval_required", &[APPROVAL]);
    assert!(held["approval"]["id"].is_string(), "{held}");
    assert_eq!(held.get("act_before"), None);
    check(
        &read(server.client(), "orders"),
        "ALLOW",
        "read_allowed",
        &[],
    );
    set_rule(server.client(), APPROVAL, false);
    check(
        &write(server.client(), "orders"),
        "ALLOW",
        "no_restriction",
        &[],
    );
    let rules = server.get("/api/v1/rules").ok();
    let listed: Vec<_> = rules["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (&rule["key"], &rule["enabled"]))
        .collect();
    assert_eq!(listed.len(), 2);
    assert!(
        listed.iter().all(|(_, enabled)| **enabled == json!(false)),
        "{rules}"
    );
    let history = server.get("/api/v1/rules/history").ok();
    let switched: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["enabled"])
        .collect();
    assert_eq!(
        switched,
        [&json!(false), &json!(true), &Value::Null],
        "newest first, down to the first version"
    );
}

#[test]
fn a_risky_unit_is_closed_for_writes_only_while_the_rule_is_on() {
    let server = fresh();
    let marked = server
        .put(
            &unit_path("orders", "/risk"),
            &json!({"reason": "a leak is suspected"}),
        )
        .ok();
    assert_eq!(
        receipt(server.client(), &marked["receipt_id"])["payload"]["kind"],
        "risk_change"
    );
    check(
        &write(server.client(), "orders"),
        "ALLOW",
        "no_restriction",
        &[],
    );
    set_rule(server.client(), RISKY, true);
    check(
        &write(server.client(), "orders"),
        "DENY",
        "unit_risky",
        &[RISKY],
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
    set_rule(server.client(), APPROVAL, true);
    check(
        &write(server.client(), "orders"),
        "DENY",
        "unit_risky",
        &[RISKY, APPROVAL],
    );
    server.delete(&unit_path("orders", "/risk")).ok();
    check(
        &write(server.client(), "orders"),
        "REQUIRE_APPROVAL",
        "approval_required",
        &[APPROVAL],
    );
}

#[test]
fn whatever_is_not_a_read_is_a_write() {
    let server = fresh();
    set_rule(server.client(), APPROVAL, true);
    let writes = ["write:x", "delete", "READ:x", " read:x", "reader:x", "read"];
    for (number, action) in writes.into_iter().enumerate() {
        // Not too many of one subject may wait.
        let mut body = question(action, "orders");
        body["subject"] = json!(format!("agent-{number}"));
        let answer = server.post(DECIDE, &body).ok();
        check(
            &answer,
            "REQUIRE_APPROVAL",
            "approval_required",
            &[APPROVAL],
        );
    }
    check(
        &server.post(DECIDE, &question("read:", "orders")).ok(),
        "ALLOW",
        "read_allowed",
        &[],
    );
}

#[test]
fn a_batch_answers_in_order_and_a_bad_item_fails_alone() {
    let server = fresh();
    let before = log_size(server.client());
    let batch =
        json!([question("write:a", "one"), {"subject": "agent-1"}, question("read:b", "two"), 7]);
    let answers = server.post("/api/v1/decide/batch", &batch).ok();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 4);
    check(&answers[0], "ALLOW", "no_restriction", &[]);
    assert_eq!(
        (&answers[1]["status"], &answers[1]["code"]),
        (&json!(400), &json!("invalid_request"))
    );
    check(&answers[2], "ALLOW", "read_allowed", &[]);
    assert_eq!(answers[3]["status"], 400);
    assert_eq!(log_size(server.client()), before + 2);
}

#[test]
fn a_batch_holds_up_to_a_thousand() {
    let server = fresh();
    let batch = |count| Value::Array(vec![question("write:a", "orders"); count]);
    let answers = server.post("/api/v1/decide/batch", &batch(1_000)).ok();
    assert_eq!(answers.as_array().unwrap().len(), 1_000);
    let size = log_size(server.client());
    server
        .post("/api/v1/decide/batch", &batch(1_001))
        .problem(400, "invalid_request");
    server
        .post("/api/v1/decide/batch", &batch(0))
        .problem(400, "invalid_request");
    assert_eq!(log_size(server.client()), size);
    Log::read(server.client());
}

#[test]
fn an_approval_id_must_be_one() {
    let server = fresh();
    let mut body = question("write:a", "orders");
    for id in [
        json!("7"),
        json!(7),
        json!("0192F0C1-2345-7ABC-8DEF-0123456789AB"),
    ] {
        body["approval_id"] = id;
        let problem = server.post(DECIDE, &body).problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/approval_id");
    }
}

#[test]
fn observe_mode_allows_and_says_what_it_would_have_been() {
    let server = fresh();
    server
        .put(&unit_path("orders", ""), &json!({"mode": "observe"}))
        .ok();
    set_rule(server.client(), APPROVAL, true);
    let answer = write(server.client(), "orders");
    assert_eq!(
        (&answer["decision"], &answer["would_be"]),
        (&json!("ALLOW"), &json!("REQUIRE_APPROVAL"))
    );
    assert_eq!(answer["rules"], json!([APPROVAL]));
    let said = claims(answer["receipt"].as_str().unwrap());
    assert_eq!(
        (&said["meta"]["mode"], &said["meta"]["would_be"]),
        (&json!("observe"), &json!("REQUIRE_APPROVAL"))
    );
    server
        .patch(&unit_path("orders", ""), &json!({"mode": "enforce"}))
        .ok();
    check(
        &write(server.client(), "orders"),
        "REQUIRE_APPROVAL",
        "approval_required",
        &[APPROVAL],
    );
}

#[test]
fn reason_and_context_stay_out_of_the_receipt_and_can_be_erased() {
    let server = fresh();
    let mut body = question("write:a", "orders");
    body["reason"] = json!("customer 4711 asked");
    body["context"] = json!({"ticket": "T-4711"});
    body["unheard_of"] = json!("ignored");
    let answer = server.post(DECIDE, &body).ok();
    let said = claims(answer["receipt"].as_str().unwrap());
    assert!(!said.to_string().contains("4711"), "{said}");
    assert!(said["meta"]["context_hash"].is_string(), "{said}");
    let input = format!(
        "/api/v1/receipts/{}/input",
        answer["receipt_id"].as_str().unwrap()
    );
    server.delete(&input).ok();
    server.delete(&input).problem(404, "not_found");
    let stored = receipt(server.client(), &answer["receipt_id"]);
    assert_eq!(
        stored["receipt"], answer["receipt"],
        "the receipt stays as it was"
    );
    Log::read(server.client());
}

#[test]
fn no_more_units_are_made_than_are_allowed() {
    let server = Server::start(&ServerOptions::sqlite().env("UTC_MAX_UNITS", "2"));
    write(server.client(), "one");
    write(server.client(), "two");
    let size = log_size(server.client());
    server
        .post(DECIDE, &question("write:a", "three"))
        .problem(409, "unit_limit");
    assert_eq!(log_size(server.client()), size);
    write(server.client(), "two");
}

#[test]
fn unknown_units_are_held_or_refused_where_the_installation_says_so() {
    for (setting, decision) in [("approve", "REQUIRE_APPROVAL"), ("deny", "DENY")] {
        let server = Server::start(&ServerOptions::sqlite().env("UTC_UNKNOWN_UNITS", setting));
        let answer = write(server.client(), "invented");
        assert_eq!(
            (&answer["decision"], &answer["rules"]),
            (&json!(decision), &json!(["unknown_unit"]))
        );
        server
            .get(&unit_path("invented", ""))
            .problem(404, "not_found");
        server.put(&unit_path("invented", ""), &json!({})).ok();
        check(
            &write(server.client(), "invented"),
            "ALLOW",
            "no_restriction",
            &[],
        );
    }
}
