//! Requests that wait for people, over HTTP: asked, waited for, voted on, used, taken back.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use utc_test_support::{Answer, Client, Server, ServerOptions, admin};

use crate::calls::{APPROVAL, DECIDE, check, log_size, question, receipt, set_rule, unit_path};
use crate::chain::{Log, claims};
use crate::load::wait_until;

/// A server whose writes need approval, an agent that asks, and two people who approve.
struct Stage {
    options: ServerOptions,
    server: Server,
    agent: Client,
    ann: Client,
    bob: Client,
}

impl Stage {
    fn new(options: ServerOptions) -> Self {
        let server = Server::start(&options);
        set_rule(server.client(), APPROVAL, true);
        let client = |name: &str, role: &str| with_role(&options, &server, name, role);
        Self {
            agent: client("agent", "decider"),
            ann: client("ann", "approver"),
            bob: client("bob", "approver"),
            options,
            server,
        }
    }

    fn ask(&self, body: &Value) -> Value {
        self.agent.post(DECIDE, body).ok()
    }

    /// A request that waits: its approval as the answer names it.
    #[track_caller]
    fn hold(&self, action: &str) -> Value {
        let answer = self.ask(&question(action, "orders"));
        check(
            &answer,
            "REQUIRE_APPROVAL",
            "approval_required",
            &[APPROVAL],
        );
        answer["approval"].clone()
    }

    fn present(&self, action: &str, approval: &Value) -> Value {
        self.ask(&presenting(action, approval))
    }

    fn status(&self, approval: &Value) -> Value {
        self.server.get(&path(approval, "")).ok()["status"].clone()
    }
}

fn presenting(action: &str, approval: &Value) -> Value {
    let mut body = question(action, "orders");
    body["approval_id"] = approval["id"].clone();
    body
}

/// A client with a token of its own.
fn with_role(options: &ServerOptions, server: &Server, name: &str, role: &str) -> Client {
    let arguments = ["token", "create", name, "--role", role];
    let mut arguments = arguments.to_vec();
    if role == "decider" {
        arguments.extend(["--subject", "agent-*"]);
    }
    let token = admin(options, &arguments).ok().stdout;
    server.client().with_token(token.trim())
}

fn path(approval: &Value, call: &str) -> String {
    let id = approval["id"].as_str().unwrap();
    format!("/api/v1/approvals/{id}{call}")
}

/// A call without a body.
fn post(client: &Client, path: &str) -> Answer {
    client.send("POST", path, &[], None).unwrap()
}

#[test]
fn a_write_is_held_approved_and_let_through_once() {
    for options in [ServerOptions::sqlite(), ServerOptions::postgres()] {
        let stage = Stage::new(options);
        let held = stage.hold("write:order");
        assert_eq!(held["status_url"], path(&held, ""));
        assert!(
            held["expected_wait_minutes"].as_f64().unwrap() > 0.0,
            "{held}"
        );
        let shown = stage.agent.get(held["status_url"].as_str().unwrap()).ok();
        assert_eq!(shown["status"], "pending");
        assert_eq!(shown["expires_at"], held["expires_at"]);
        assert_eq!(shown["execution"], json!({"status": "none"}));
        assert_eq!(shown["payload_seen"], false);
        let early = stage.present("write:order", &held);
        check(&early, "DENY", "grant_invalid", &[APPROVAL]);
        let comment = json!({"comment": "as agreed"});
        let voted = stage.ann.post(&path(&held, "/approve"), &comment).ok();
        assert_eq!(
            (&voted["status"], &voted["approvals"]),
            (&json!("approved"), &json!(1))
        );
        let said = &receipt(stage.server.client(), &voted["receipt_id"])["payload"];
        assert_eq!(
            (&said["kind"], &said["code"]),
            (&json!("approval"), &json!("approval_approved"))
        );
        assert_eq!(said["link"]["approval"], held["id"]);
        let used = stage.present("write:order", &held);
        check(&used, "ALLOW", "approved", &[APPROVAL]);
        assert!(used["act_before"].is_string(), "{used}");
        let again = stage.present("write:order", &held);
        check(&again, "DENY", "grant_invalid", &[APPROVAL]);
        let shown = stage.server.get(&path(&held, "")).ok();
        assert_eq!(shown["status"], "used");
        assert_eq!(shown["last_receipt_id"], used["receipt_id"]);
        assert_eq!(shown["votes"][0]["comment"], "as agreed");
        Log::read(stage.server.client());
    }
}

#[test]
fn every_status_has_its_way_and_its_refusals() {
    let stage = Stage::new(ServerOptions::sqlite());
    let held = stage.hold("write:1");
    post(&stage.agent, &path(&held, "/approve")).problem(403, "role_missing");
    post(&stage.agent, &path(&held, "/revoke")).problem(403, "role_missing");
    post(&stage.ann, &path(&held, "/cancel")).problem(403, "role_missing");
    assert_eq!(
        post(&stage.bob, &path(&held, "/reject")).ok()["status"],
        "rejected"
    );
    post(&stage.ann, &path(&held, "/approve")).problem(409, "approval_closed");
    let held = stage.hold("write:2");
    assert_eq!(
        post(&stage.agent, &path(&held, "/cancel")).ok()["status"],
        "cancelled"
    );
    post(&stage.agent, &path(&held, "/cancel")).problem(409, "approval_closed");
    let held = stage.hold("write:3");
    post(&stage.ann, &path(&held, "/approve")).ok();
    post(&stage.bob, &path(&held, "/revoke")).problem(403, "role_missing");
    assert_eq!(
        post(&stage.ann, &path(&held, "/revoke")).ok()["status"],
        "revoked"
    );
    let other = with_role(&stage.options, &stage.server, "other", "decider");
    for call in ["", "/result"] {
        other.get(&path(&held, call)).problem(404, "not_found");
    }
    other
        .get("/api/v1/approvals/nonsense")
        .problem(404, "not_found");
    assert_eq!(other.get("/api/v1/approvals").ok()["items"], json!([]));
    let misspelt = json!({"coment": "x"});
    stage
        .ann
        .post(&path(&held, "/approve"), &misspelt)
        .problem(400, "invalid_request");
}

#[test]
fn the_list_is_searched_and_paged() {
    let stage = Stage::new(ServerOptions::sqlite());
    for number in 0..5 {
        let mut body = question("write:x", if number % 2 == 0 { "even" } else { "odd" });
        body["subject"] = json!(format!("agent-{number}"));
        stage.ask(&body);
    }
    let find = |query: &str| {
        let answer = stage.ann.get(&format!("/api/v1/approvals?{query}")).ok();
        let subjects = answer["items"].as_array().unwrap().iter();
        let subjects: Vec<String> = subjects
            .map(|item| item["subject"].as_str().unwrap().to_owned())
            .collect();
        (subjects, answer["next_cursor"].clone())
    };
    assert_eq!(find("unit=odd").0, ["agent-3", "agent-1"]);
    assert_eq!(find("status=pending&subject=agent-4").0, ["agent-4"]);
    assert_eq!(find("status=used").0, Vec::<String>::new());
    let (first, cursor) = find("limit=3");
    assert_eq!(first, ["agent-4", "agent-3", "agent-2"]);
    let (rest, end) = find(&format!("limit=3&cursor={}", cursor.as_str().unwrap()));
    assert_eq!(
        (rest, end),
        (
            vec!["agent-1".to_owned(), "agent-0".to_owned()],
            Value::Null
        )
    );
    for query in ["status=open", "limit=0", "cursor=%2A", "wait=3"] {
        let refused = stage.ann.get(&format!("/api/v1/approvals?{query}"));
        assert_eq!(refused.status, 400, "{query}: {}", refused.text());
    }
}

#[test]
fn whoever_waits_is_answered_when_it_is_decided() {
    for options in [ServerOptions::sqlite(), ServerOptions::postgres()] {
        let stage = Stage::new(options);
        let other = stage
            .options
            .is_postgres()
            .then(|| Server::start(&stage.options.beside()));
        let waits_at = other.as_ref().map_or(stage.server.client(), Server::client);
        let waits_at = waits_at.with_token(stage.agent.token().unwrap());
        let held = stage.hold("write:order");
        let shown = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| waits_at.get(&path(&held, "?wait=60")).ok());
            stage.ann.post(&path(&held, "/approve"), &json!({})).ok();
            waiting.join().unwrap()
        });
        assert_eq!(shown["status"], "approved");
        waits_at.get(&path(&held, "?wait=60")).ok();
        let open = stage.hold("write:other");
        assert_eq!(
            waits_at.get(&path(&open, "?wait=1")).ok()["status"],
            "pending"
        );
        waits_at
            .get(&path(&open, "?wait=61"))
            .problem(400, "invalid_request");
    }
}

#[test]
fn at_most_twenty_wait_for_one_caller_and_a_server_stops_although_they_do() {
    let mut stage = Stage::new(ServerOptions::sqlite());
    let held = stage.hold("write:order");
    let agent = stage.agent.clone();
    let refused = AtomicUsize::new(0);
    let ask = || {
        let answer = agent.fresh().get(&path(&held, "?wait=60"));
        let full = answer.is_problem("too_many_waiting");
        refused.fetch_add(usize::from(full), Ordering::Relaxed);
        (!full).then(|| answer.ok())
    };
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..40).map(|_| scope.spawn(ask)).collect();
        wait_until("twenty who may not wait", || {
            refused.load(Ordering::Relaxed) == 20
        });
        // With a minute of waiting the server would be killed before.
        stage.server.stop();
        for answer in asking.into_iter().filter_map(|asked| asked.join().unwrap()) {
            assert_eq!(answer["status"], "pending");
        }
    });
}

#[test]
fn approvals_survive_a_restart() {
    for options in [ServerOptions::sqlite(), ServerOptions::postgres()] {
        let mut stage = Stage::new(options);
        let (approved, waiting) = (stage.hold("write:1"), stage.hold("write:2"));
        post(&stage.ann, &path(&approved, "/approve")).ok();
        stage.server.kill9();
        let server = Server::start(&stage.options);
        let with = |client: &Client| server.client().with_token(client.token().unwrap());
        let (agent, ann, bob) = (with(&stage.agent), with(&stage.ann), with(&stage.bob));
        (stage.agent, stage.ann, stage.bob, stage.server) = (agent, ann, bob, server);
        let used = stage.present("write:1", &approved);
        check(&used, "ALLOW", "approved", &[APPROVAL]);
        assert_eq!(stage.status(&waiting), "pending");
        post(&stage.bob, &path(&waiting, "/approve")).ok();
        check(
            &stage.present("write:2", &waiting),
            "ALLOW",
            "approved",
            &[APPROVAL],
        );
        Log::read(stage.server.client());
    }
}

#[test]
fn what_was_open_in_a_backup_is_void_when_it_is_restored() {
    let mut stage = Stage::new(ServerOptions::sqlite());
    let (approved, waiting) = (stage.hold("write:1"), stage.hold("write:2"));
    post(&stage.ann, &path(&approved, "/approve")).ok();
    let file = stage.options.folder().join("backup.db");
    let file = file.to_str().unwrap();
    admin(&stage.options, &["db", "backup", file]).ok();
    stage.server.stop();
    let restore = ["db", "restore", file, "--yes", "--json"];
    let restored = admin(&stage.options, &restore).ok().json();
    assert_eq!(restored["void_approvals"], 2);
    admin(&stage.options, &["token", "resume", "--all"]).ok();
    stage.server = Server::start(&stage.options);
    for approval in [&approved, &waiting] {
        assert_eq!(stage.status(approval), "void");
    }
}

#[test]
fn a_grant_is_for_exactly_what_was_approved() {
    let stage = Stage::new(ServerOptions::sqlite());
    let mut body = question("write:order", "orders");
    body["payload_hash"] = json!(format!("sha256:{}", "a".repeat(64)));
    let held = stage.ask(&body)["approval"].clone();
    post(&stage.ann, &path(&held, "/approve")).ok();
    body["approval_id"] = held["id"].clone();
    let mut changed = body.clone();
    changed["payload_hash"] = json!(format!("sha256:{}", "b".repeat(64)));
    let refused = stage.ask(&changed);
    check(&refused, "DENY", "grant_invalid", &[APPROVAL]);
    assert_eq!(
        claims(refused["receipt"].as_str().unwrap())["meta"]["grant"],
        "other_request"
    );
    let other = with_role(&stage.options, &stage.server, "other", "decider");
    let refused = other.post(DECIDE, &body).ok();
    assert_eq!(
        claims(refused["receipt"].as_str().unwrap())["meta"]["grant"],
        "unknown"
    );
    let pin = json!({"level": "read_only", "reason": "incident"});
    stage.server.put(&unit_path("orders", "/pin"), &pin).ok();
    assert_eq!(stage.ask(&body)["code"], "protection_read_only");
    stage.server.delete(&unit_path("orders", "/pin")).ok();
    check(&stage.ask(&body), "ALLOW", "approved", &[APPROVAL]);
}

#[test]
fn another_quorum_voids_and_counts_from_then_on() {
    let stage = Stage::new(ServerOptions::sqlite());
    let held = stage.hold("write:order");
    let quorum = json!({"approvals_required": 2});
    stage.server.put(&unit_path("orders", ""), &quorum).ok();
    assert_eq!(stage.status(&held), "void");
    let held = stage.hold("write:order");
    assert_eq!(
        post(&stage.ann, &path(&held, "/approve")).ok()["status"],
        "pending"
    );
    post(&stage.ann, &path(&held, "/approve")).problem(409, "already_voted");
    assert_eq!(
        post(&stage.bob, &path(&held, "/approve")).ok()["status"],
        "approved"
    );
}

/// Sends a question with a key.
fn keyed(client: &Client, key: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    let sent = client.send("POST", DECIDE, &headers, Some(body.as_bytes()));
    sent.unwrap()
}

#[test]
fn a_repeated_request_gets_the_same_answer() {
    let stage = Stage::new(ServerOptions::sqlite());
    let body = question("write:order", "orders").to_string();
    let first = keyed(&stage.agent, "order-7", &body).ok();
    assert_eq!(first.get("replayed"), None);
    let size = log_size(stage.server.client());
    let mut again = keyed(&stage.agent, "order-7", &body).ok();
    assert_eq!(again["replayed"], true);
    again.as_object_mut().unwrap().remove("replayed");
    assert_eq!(again, first);
    assert_eq!(log_size(stage.server.client()), size);
    let spaced = body.replace(':', ": ");
    keyed(&stage.agent, "order-7", &spaced).problem(422, "idempotency_key_reused");
    keyed(&stage.agent, "two words", &body).problem(400, "idempotency_key_invalid");
    set_rule(stage.server.client(), APPROVAL, false);
    let allowed = keyed(&stage.agent, "order-8", &body).ok();
    assert_eq!(allowed["decision"], "ALLOW");
    set_rule(stage.server.client(), APPROVAL, true);
    keyed(&stage.agent, "order-8", &body).problem(409, "superseded");
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "k"),
    ];
    let batch = format!("[{body}]");
    let sent = stage.agent.send(
        "POST",
        "/api/v1/decide/batch",
        &headers,
        Some(batch.as_bytes()),
    );
    sent.unwrap().problem(400, "idempotency_key_invalid");
}

#[test]
fn one_subject_does_not_fill_the_queue() {
    let options = ServerOptions::sqlite().env("APPROVAL_MAX_PENDING_PER_SUBJECT", "1");
    let stage = Stage::new(options);
    let held = stage.hold("write:1");
    let refused = stage.ask(&question("write:2", "orders"));
    check(&refused, "DENY", "approval_saturated", &[APPROVAL]);
    post(&stage.agent, &path(&held, "/cancel")).ok();
    stage.hold("write:2");
}
