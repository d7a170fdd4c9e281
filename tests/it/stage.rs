//! A server in front of a service, with somebody who asks and somebody who approves.

use serde_json::{Value, json};
use utc_test_support::{Answer, Client, Server, ServerOptions, Upstream, admin};

use crate::calls::{APPROVAL, set_rule, unit_path};
use crate::load::wait_until;

/// What the service answers.
pub(crate) const DONE: &[u8] = b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\ndone";

/// A server in front of a service, whose writes need approval.
pub(crate) struct Stage {
    pub(crate) options: ServerOptions,
    pub(crate) server: Server,
    pub(crate) agent: String,
    pub(crate) approver: String,
}

impl Stage {
    pub(crate) fn new(options: ServerOptions, upstream: &Upstream) -> Self {
        let server = Server::start(&options);
        let config = json!({"upstream": upstream.origin()});
        server.put(&unit_path("payments-api", ""), &config).ok();
        set_rule(server.client(), APPROVAL, true);
        let token = |arguments: &[&str]| {
            let created = admin(&options, &[&["token", "create"], arguments].concat());
            created.ok().stdout.trim().to_owned()
        };
        Self {
            agent: token(&["agent", "--role", "decider", "--subject", "agent-7"]),
            approver: token(&["ann", "--role", "approver"]),
            options,
            server,
        }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&[u8]>) -> Answer {
        let headers = [("UTC-Token", self.agent.as_str())];
        let target = format!("/gateway/payments-api{path}");
        let gateway = self.server.gateway();
        gateway.send(method, &target, &headers, body).unwrap()
    }

    /// A write that waits: where its approval is found.
    pub(crate) fn hold(&self) -> String {
        let answer = self.call("POST", "/v1/transfers", Some(b"{\"amount\":7}"));
        answer.problem(409, "approval_required");
        let place = answer.header("location").unwrap();
        assert!(place.starts_with(self.server.url()), "{place}");
        place.trim_start_matches(self.server.url()).to_owned()
    }

    /// The same with an `Idempotency-Key`; none when the server ends without an answer.
    pub(crate) fn try_hold(&self, key: &str) -> Option<String> {
        let headers = [("UTC-Token", self.agent.as_str()), ("Idempotency-Key", key)];
        let (gateway, body) = (self.server.gateway(), b"{\"amount\":7}");
        let target = "/gateway/payments-api/v1/transfers";
        let answer = gateway.send("POST", target, &headers, Some(body)).ok()?;
        let problem = answer.problem(409, "approval_required");
        let id = problem["approval_id"].as_str().unwrap();
        Some(format!("/api/v1/approvals/{id}"))
    }

    pub(crate) fn approve(&self, approval: &str) {
        self.try_approve(approval).unwrap().ok();
    }

    /// None when the server ends without an answer.
    pub(crate) fn try_approve(&self, approval: &str) -> Option<Answer> {
        let approver: Client = self.server.client().with_token(&self.approver);
        let path = format!("{approval}/approve");
        approver.send("POST", &path, &[], None).ok()
    }

    pub(crate) fn execution(&self, approval: &str) -> Value {
        self.server.get(approval).ok()["execution"].clone()
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, approval: &str, execution: &str) {
        wait_until(execution, || {
            self.execution(approval)["status"] == execution
        });
    }
}
