//! Requests that the gateway held, their answers, and who is shown what of them.

use actix_web::web::Bytes;
use serde_json::{Value, json};
use utc_app::gateway::{Finished, Outcome, Outgoing, Passage};
use utc_app::{RuleChange, UnitConfig};
use utc_domain::{ApprovalId, ExecutionEvent, PayloadHash, Rule, VoteChoice};

use crate::support::{Answer, Ask, Site, actor, scope};

pub(crate) const ORIGIN: &str = "https://payments.example";

/// A unit behind the gateway whose writes wait, and somebody who asks.
pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) agent: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let site = Site::new();
        let update = |_: Option<&UnitConfig>| {
            Ok(UnitConfig {
                upstream: Some(ORIGIN.to_owned()),
                ..UnitConfig::unconfigured()
            })
        };
        let unit = "payments".parse().unwrap();
        let done = site.console.configure_unit(unit, actor(), Box::new(update));
        done.wait().unwrap();
        let change = RuleChange {
            rule: Rule::WritesRequireApproval,
            enabled: true,
            reason: None,
            actor: actor().into(),
        };
        site.console.set_rule(change).wait().unwrap();
        let (agent, _) = site.token("decider", &[]);
        Self { site, agent }
    }

    pub(crate) fn hold(&self, body: &'static [u8]) -> ApprovalId {
        let by = self.site.console.token(&self.agent).unwrap().unwrap();
        let unit = "payments".parse().unwrap();
        let route = self.site.console.route(&by, &unit).unwrap().unwrap();
        let request = Outgoing {
            method: "POST".to_owned(),
            origin: route.origin,
            path: "/v1/transfers".to_owned(),
            query: Some("dry=0".to_owned()),
            headers: vec![
                ("authorization".to_owned(), b"Bearer hidden".to_vec()),
                ("content-type".to_owned(), b"text/html".to_vec()),
            ],
            body: Bytes::from_static(body),
        };
        let passage = Passage {
            subject: "agent-7".parse().unwrap(),
            action: "write:/v1/transfers".parse().unwrap(),
            unit: route.unit,
            config_version: route.config_version,
            request: Some(request.into()),
            key: None,
        };
        let outcome = self.site.console.ask_to_pass(&by, passage).wait().unwrap();
        let utc_app::Outcome::New(answer) = outcome else {
            panic!("it was asked before: {outcome:?}")
        };
        answer.approval.unwrap().id
    }

    pub(crate) fn approve(&self, id: ApprovalId) {
        let name = format!("approver of {id}");
        let new = utc_app::NewToken {
            name: name.parse().unwrap(),
            roles: "approver".parse().unwrap(),
            subjects: scope(&["**"]),
            units: utc_domain::Scope::All,
            owner: None,
            expires_at: None,
        };
        let (token, _) = self.site.create(new);
        let by = self.site.console.token(&token).unwrap().unwrap();
        let vote = self.site.console.vote(&by, id, VoteChoice::Approve, None);
        vote.wait().unwrap();
    }

    /// Approves it and lets the upstream answer with `body`, or not at all.
    pub(crate) fn finish(&self, id: ApprovalId, body: Option<&'static [u8]>) {
        let event = body.map_or(ExecutionEvent::OutcomeUnknown, |_| ExecutionEvent::Done);
        self.answered(id, event, body.map(|_| 201), body.unwrap_or_default());
    }

    /// Approves it, and this becomes of it.
    pub(crate) fn end(&self, id: ApprovalId, event: ExecutionEvent, status: Option<u16>) {
        self.answered(id, event, status, b"");
    }

    fn answered(
        &self,
        id: ApprovalId,
        event: ExecutionEvent,
        status: Option<u16>,
        body: &'static [u8],
    ) {
        self.approve(id);
        self.site.console.begin_execution(id).unwrap().unwrap();
        let finished = Finished {
            outcome: Outcome {
                status,
                ..Outcome::bare(event)
            },
            headers: vec![("content-type".to_owned(), b"text/html".to_vec())],
            kept: Bytes::from_static(body),
            whole: true,
        };
        let finished = self.site.console.finish_execution(id, finished);
        finished.wait().unwrap();
    }

    async fn get(&self, token: &str, id: ApprovalId, what: &str) -> Answer {
        let path = format!("/api/v1/approvals/{id}{what}");
        self.site.send(Ask::new("GET", &path).token(token)).await
    }

    async fn settle(&self, token: &str, id: ApprovalId, body: &Value) -> Answer {
        let path = format!("/api/v1/approvals/{id}/settle");
        let ask = Ask::new("POST", &path).token(token).json(body);
        self.site.send(ask).await
    }
}

#[actix_web::test]
async fn those_who_judge_a_request_see_what_is_sent_and_no_secrets() {
    let stage = Stage::new();
    let id = stage.hold(b"<script>alert(1)</script>\xff");
    let (approver, _) = stage.site.token("approver", &["payments"]);
    let (operator, _) = stage.site.token("operator", &["payments"]);
    for token in [&approver, &operator, &stage.agent] {
        let answer = stage.get(token, id, "").await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert!(!answer.text.contains("Bearer hidden"), "{}", answer.text);
        let approval = answer.json();
        let request = &approval["request"];
        assert_eq!(approval["payload_seen"], true);
        assert_eq!(request["method"], "POST");
        assert_eq!(request["origin"], ORIGIN);
        assert_eq!(request["path"], "/v1/transfers");
        assert_eq!(request["query"], "dry=0");
        assert_eq!(
            request["headers"],
            json!([{"name": "authorization"}, {"name": "content-type", "value": "text/html"}])
        );
        let preview = "<script>alert(1)</script>\\xff";
        assert_eq!(request["body_preview"], preview);
        assert_eq!(request["body_bytes"], 26);
        assert_eq!(request["body_whole"], true);
        assert_eq!(request["payload_hash"], approval["payload_hash"]);
    }
}

#[actix_web::test]
async fn whoever_only_reads_sees_the_approval_without_the_request() {
    let stage = Stage::new();
    let id = stage.hold(b"x");
    let (viewer, _) = stage.site.token("viewer", &[]);
    let approval = stage.get(&viewer, id, "").await.json();
    assert_eq!(approval["payload_seen"], true);
    assert_eq!(approval.get("request"), None);
    for roles in ["approver", "operator"] {
        let (elsewhere, _) = stage.site.token(roles, &["ledger"]);
        stage.get(&elsewhere, id, "").await.check(404, "not_found");
    }
}

#[actix_web::test]
async fn a_preview_has_an_end_and_the_digest_is_of_all_of_it() {
    const BODY: &[u8] = &[b'a'; 5_000];
    let stage = Stage::new();
    let id = stage.hold(BODY);
    let request = stage.get(&stage.agent, id, "").await.json()["request"].clone();
    assert_eq!(request["body_preview"].as_str().unwrap().len(), 4_096);
    assert_eq!(request["body_whole"], false);
    assert_eq!(request["body_bytes"], 5_000);
    let digest = PayloadHash::from_sha256(&sha256(BODY)).to_string();
    assert_eq!(request["payload_hash"], digest);
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

#[actix_web::test]
async fn what_was_asked_with_a_digest_alone_was_not_seen() {
    let stage = Stage::new();
    let question = json!({"subject": "agent-7", "action": "write:x", "unit": "payments"});
    let ask = Ask::new("POST", "/api/v1/decide").token(&stage.agent);
    let held = stage.site.send(ask.json(&question)).await.json();
    let id = held["approval"]["id"].as_str().unwrap().parse().unwrap();
    let approval = stage.get(&stage.agent, id, "").await.json();
    assert_eq!(approval["payload_seen"], false);
    let note = json!({"note": "payload not seen by UTC"});
    assert_eq!(approval["request"], note);
    let result = stage.get(&stage.agent, id, "/result").await;
    result.check(404, "no_answer");
}

#[actix_web::test]
async fn the_answer_is_for_the_token_that_asked_and_never_a_page() {
    let stage = Stage::new();
    let id = stage.hold(b"x");
    let early = stage.get(&stage.agent, id, "/result").await;
    early.check(404, "not_executed_yet");
    stage.finish(id, Some(b"<b>done</b>"));
    for roles in ["admin", "approver", "operator", "viewer", "decider"] {
        let (other, _) = stage.site.token(roles, &["**"]);
        let answer = stage.get(&other, id, "/result").await;
        answer.check(404, "not_found");
    }
    let answer = stage.get(&stage.agent, id, "/result").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let headers = json!([{"name": "content-type", "value": "text/html"}]);
    let expected = json!({"status": 201, "headers": headers, "body": "<b>done</b>", "whole": true});
    assert_eq!(answer.json(), expected);
    let approval = stage.get(&stage.agent, id, "").await.json();
    let note = json!({"note": "the request was erased after its end"});
    assert_eq!(approval["request"], note);
}

#[actix_web::test]
async fn an_answer_that_is_no_text_comes_in_base64() {
    let stage = Stage::new();
    let id = stage.hold(b"x");
    stage.finish(id, Some(b"\xff\x00"));
    let answer = stage.get(&stage.agent, id, "/result").await.json();
    assert_eq!(answer["body_base64"], "/wA=");
    assert_eq!(answer.get("body"), None);
}

#[actix_web::test]
async fn an_operator_of_the_unit_settles_what_nobody_knows_once() {
    let stage = Stage::new();
    let id = stage.hold(b"x");
    let found = json!({"carried_out": true, "reason": "its log says so"});
    let (operator, _) = stage.site.token("operator", &["payments"]);
    let early = stage.settle(&operator, id, &found).await;
    early.check(409, "execution_closed");
    stage.finish(id, None);
    let result = stage.get(&stage.agent, id, "/result").await;
    result.check(404, "no_answer");
    let asked = stage.settle(&stage.agent, id, &found).await;
    asked.check(403, "role_missing");
    let (elsewhere, _) = stage.site.token("operator", &["ledger"]);
    let foreign = stage.settle(&elsewhere, id, &found).await;
    foreign.check(404, "not_found");
    let wrong = stage.settle(&operator, id, &json!({"reason": "x"})).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    let settled = stage.settle(&operator, id, &found).await.json();
    assert_eq!(settled["execution"], "done");
    let receipt = settled["receipt_id"].as_str().unwrap();
    let path = format!("/api/v1/receipts/{receipt}");
    let (viewer, _) = stage.site.token("viewer", &[]);
    let receipt = stage.site.send(Ask::new("GET", &path).token(&viewer)).await;
    assert!(receipt.text.contains("its log says so"), "{}", receipt.text);
    let again = stage.settle(&operator, id, &found).await;
    again.check(409, "execution_closed");
}
