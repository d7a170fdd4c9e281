//! Requests that wait for people, at a terminal.

use serde_json::{Value, json};
use utc_test_support::{Client, Finished, Server, ServerOptions, admin, run_with_input};

use crate::calls::{APPROVAL, DECIDE, question, receipt, set_rule};

const PASSWORD: &str = "a password of some length\n";

/// A server whose writes need approval, an agent that asks, and people with passwords.
struct Stage {
    options: ServerOptions,
    server: Server,
    agent: Client,
}

impl Stage {
    fn new() -> Self {
        let options = ServerOptions::sqlite();
        let server = Server::start(&options);
        set_rule(server.client(), APPROVAL, true);
        let create = [
            "token",
            "create",
            "agent",
            "--role",
            "decider",
            "--subject",
            "**",
        ];
        let token = admin(&options, &create).ok().stdout;
        let agent = server.client().with_token(token.trim());
        for (name, role) in [("root", "admin"), ("ann", "approver"), ("vic", "viewer")] {
            let create = ["user", "create", name, "--role", role];
            run_with_input(&options, "utc-admin", &create, PASSWORD).ok();
        }
        Self {
            options,
            server,
            agent,
        }
    }

    fn hold(&self, action: &str) -> String {
        let answer = self.agent.post(DECIDE, &question(action, "orders")).ok();
        answer["approval"]["id"].as_str().unwrap().to_owned()
    }

    fn approvals(&self, arguments: &[&str], typed: &str) -> Finished {
        let arguments: Vec<&str> = ["approvals"].iter().chain(arguments).copied().collect();
        run_with_input(&self.options, "utc-admin", &arguments, typed)
    }

    fn status(&self, id: &str) -> Value {
        let path = format!("/api/v1/approvals/{id}");
        self.server.get(&path).ok()["status"].clone()
    }
}

#[test]
fn people_on_call_see_what_waits_and_vote_in_their_own_name() {
    let stage = Stage::new();
    let (first, second) = (stage.hold("write:/a"), stage.hold("write:/b"));
    let listed = stage.approvals(&["list", "--json"], "").ok().json();
    let ids: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [second.as_str(), first.as_str()]);
    let shown = stage.approvals(&["show", &first], "").ok().stdout;
    assert!(shown.contains("write:/a on orders"), "{shown}");

    let approve = [
        "approve",
        &first,
        "--as",
        "ann",
        "--comment",
        "on call",
        "--json",
    ];
    let voted = stage.approvals(&approve, PASSWORD).ok().json();
    assert_eq!(voted["status"], "approved");
    let said = receipt(stage.server.client(), &voted["receipt_id"])["payload"].clone();
    assert_eq!(
        (&said["sub"], &said["code"]),
        (&json!("user:ann"), &json!("approval_approved"))
    );
    let reject = ["reject", &second, "--as", "ann"];
    stage.approvals(&reject, PASSWORD).ok();
    assert_eq!(
        (stage.status(&first), stage.status(&second)),
        (json!("approved"), json!("rejected"))
    );
}

#[test]
fn whoever_runs_the_machine_cancels_and_votes_for_nobody() {
    let stage = Stage::new();
    let id = stage.hold("write:/a");
    let check = |arguments: &[&str], typed: &str, code: i32, says: &str| {
        let done = stage.approvals(arguments, typed);
        assert_eq!(done.code(), Some(code), "{arguments:?} {}", done.stderr);
        assert!(done.stderr.contains(says), "{}", done.stderr);
        assert_eq!(stage.status(&id), "pending");
    };
    check(&["approve", &id], "", 2, "--as");
    check(
        &["approve", &id, "--as", "ann"],
        "wrong\n",
        1,
        "wrong name or password",
    );
    check(
        &["approve", &id, "--as", "nobody"],
        PASSWORD,
        1,
        "wrong name or password",
    );
    check(&["approve", &id, "--as", "vic"], PASSWORD, 1, "approver");
    check(&["approve", &id, "--as", "root"], PASSWORD, 1, "approver");
    let cancelled = stage.approvals(&["cancel", &id, "--json"], "").ok().json();
    assert_eq!(cancelled["status"], "cancelled");
    let said = receipt(stage.server.client(), &cancelled["receipt_id"])["payload"].clone();
    assert_eq!(said["sub"], "admin:cli");
}
