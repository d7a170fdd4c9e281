//! Held requests, votes, and what can be seen of both.

use std::sync::Arc;

use utc_app::{ApprovalFilter, Request};
use utc_domain::{ApprovalStatus, Code, Decision, VoteChoice};

use super::stage::{
    Stage, check_conflict, check_unseen, person, postgres, scope, sqlite, token, token_on,
};
use crate::support::{ask, local};

#[test]
fn a_held_request_is_approved_used_once_and_every_step_is_a_receipt() {
    for database in [sqlite(), postgres()] {
        let stage = Stage::new(database);
        let before = stage.size();
        let id = stage.hold("write:x");
        let bob = person(&stage.console, "bob", "approver");
        let comment = Some("looks right".parse().unwrap());
        let voted = stage.console.vote(&bob, id, VoteChoice::Approve, comment);
        let voted = voted.wait().unwrap();
        assert_eq!(
            (voted.status, voted.approvals),
            (ApprovalStatus::Approved, 1)
        );
        let used = stage.present("write:x", id);
        assert_eq!(
            (used.decision, used.code),
            (Decision::Allow, Code::Approved)
        );
        assert!(used.act_before.is_some() && used.approval.is_none());
        let again = stage.present("write:x", id);
        assert_eq!(
            (again.decision, again.code),
            (Decision::Deny, Code::GrantInvalid)
        );
        // The person, the request, the vote, the use, the refused second use.
        assert_eq!(stage.size(), before + 5);
        let view = stage.view(id);
        assert_eq!(view.status, ApprovalStatus::Used);
        assert_eq!(view.last_receipt_id, used.receipt_id.to_string());
        assert_eq!(view.votes[0].comment.as_deref(), Some("looks right"));
        assert_eq!(view.votes[0].voter.as_str(), "user:bob");
        stage.check_log();
    }
}

#[test]
fn receipts_of_a_request_name_its_approval_and_what_it_binds() {
    let stage = Stage::new(sqlite());
    let answer = stage.ask(ask("write:x", "payments")).unwrap();
    let claims = |receipt: &str| {
        let verified = stage.console.verify(receipt.as_bytes()).unwrap();
        assert!(verified.valid(), "{:?}", verified.checks);
        verified.payload.unwrap()
    };
    let held = answer.approval.unwrap();
    let asked = claims(&answer.receipt);
    let id = held.id.to_string();
    assert_eq!(asked["link"]["approval"], id.as_str());
    assert_eq!(asked["meta"]["expires_at"], held.expires_at.to_string());
    assert_eq!(asked["meta"]["quorum"], 1);
    let digest = stage.view(held.id).request_digest.to_string();
    assert_eq!(asked["meta"]["request_digest"], digest.as_str());
    let bob = stage.approver("bob");
    let voted = stage.vote(&bob, held.id, VoteChoice::Approve).unwrap();
    let receipt = stage.console.receipt(&local(), voted.receipt_id).unwrap();
    let vote = claims(&receipt.receipt);
    assert_eq!(vote["kind"], "approval");
    assert_eq!(vote["code"], "approval_approved");
    assert_eq!(vote["sub"], "token:bob");
    assert_eq!(vote["link"]["approval"], id.as_str());
    assert_eq!(vote["link"]["receipt"], answer.receipt_id.to_string());
    assert_eq!(vote["meta"]["vote"], "approve");
    assert_eq!(vote["meta"]["request_digest"], digest.as_str());
    let used = claims(&stage.present("write:x", held.id).receipt);
    assert_eq!(used["link"]["approval"], id.as_str());
    assert_eq!(used["meta"]["grant"], "valid");
    assert!(used["meta"]["act_before"].is_string());
}

#[test]
fn one_rejection_ends_it_whatever_the_others_say() {
    let stage = Stage::new(sqlite());
    stage.configure("payments", |config| config.approvals_required = 3);
    let id = stage.hold("write:x");
    let (ann, bob, carl) = (
        stage.approver("ann"),
        stage.approver("bob"),
        stage.approver("carl"),
    );
    let first = stage.vote(&ann, id, VoteChoice::Approve).unwrap();
    assert_eq!(
        (first.status, first.approvals),
        (ApprovalStatus::Pending, 1)
    );
    let second = stage.vote(&bob, id, VoteChoice::Reject).unwrap();
    assert_eq!(second.status, ApprovalStatus::Rejected);
    check_conflict(
        stage.vote(&carl, id, VoteChoice::Approve),
        "approval_closed",
    );
    let refused = stage.present("write:x", id);
    assert_eq!(
        (refused.decision, refused.code),
        (Decision::Deny, Code::GrantInvalid)
    );
    assert!(refused.reason.contains("rejected"), "{}", refused.reason);
}

#[test]
fn a_quorum_takes_as_many_people_as_it_says() {
    let stage = Stage::new(sqlite());
    stage.configure("payments", |config| config.approvals_required = 2);
    let id = stage.hold("write:x");
    let (ann, bob) = (stage.approver("ann"), stage.approver("bob"));
    stage.vote(&ann, id, VoteChoice::Approve).unwrap();
    check_conflict(stage.vote(&ann, id, VoteChoice::Approve), "already_voted");
    assert_eq!(stage.present("write:x", id).code, Code::GrantInvalid);
    let last = stage.vote(&bob, id, VoteChoice::Approve).unwrap();
    assert_eq!((last.status, last.approvals), (ApprovalStatus::Approved, 2));
    assert_eq!(stage.present("write:x", id).code, Code::Approved);
}

#[test]
fn everybody_sees_their_own_and_overseers_what_is_about_their_units() {
    let stage = Stage::new(sqlite());
    let id = stage.hold("write:x");
    let console = &stage.console;
    let sees = |by: &Arc<utc_app::Principal>| {
        let page = console
            .approvals(by, &ApprovalFilter::default(), 10)
            .unwrap();
        let one = console.approval(by, id);
        assert_eq!(one.is_ok(), !page.items.is_empty());
        if one.is_err() {
            check_unseen(one);
        }
        !page.items.is_empty()
    };
    assert!(sees(&stage.agent));
    assert!(!sees(&token(console, "other agent", "decider", None)));
    assert!(!sees(&token(console, "source", "signal", None)));
    for role in ["viewer", "auditor", "operator", "admin", "approver"] {
        let everywhere = token(console, role, role, None);
        assert!(sees(&everywhere), "{role}");
        let name = format!("{role} of ledgers");
        let elsewhere = token_on(console, &name, role, None, scope(&["ledger*"]));
        assert!(!sees(&elsewhere), "{role}");
    }
}

#[test]
fn a_search_finds_by_status_unit_and_subject() {
    let stage = Stage::new(sqlite());
    let id = stage.approved("write:1");
    stage.hold("write:2");
    let other = Request {
        subject: "agent-7".parse().unwrap(),
        ..ask("write:3", "ledger")
    };
    stage.ask(other).unwrap();
    let find = |filter: ApprovalFilter| {
        let page = stage.console.approvals(&Arc::new(local()), &filter, 10);
        let items = page.unwrap().items;
        items
            .iter()
            .map(|item| item.action.to_string())
            .collect::<Vec<_>>()
    };
    let all = ApprovalFilter::default;
    assert_eq!(find(all()), ["write:3", "write:2", "write:1"]);
    let pending = Some(ApprovalStatus::Pending);
    assert_eq!(
        find(ApprovalFilter {
            status: pending,
            ..all()
        }),
        ["write:3", "write:2"]
    );
    let unit = Some("payments".parse().unwrap());
    assert_eq!(
        find(ApprovalFilter { unit, ..all() }),
        ["write:2", "write:1"]
    );
    let subject = Some("agent-7".parse().unwrap());
    assert_eq!(find(ApprovalFilter { subject, ..all() }), ["write:3"]);
    assert_eq!(
        find(ApprovalFilter {
            before: Some(id),
            ..all()
        }),
        Vec::<String>::new()
    );
}

#[test]
fn the_approver_sees_what_the_caller_said_until_it_is_erased() {
    let stage = Stage::new(sqlite());
    let request = Request {
        reason: Some("month end".parse().unwrap()),
        context: Some(serde_json::json!({ "order": 7 })),
        ..ask("write:x", "payments")
    };
    let answer = stage.ask(request).unwrap();
    let id = answer.approval.unwrap().id;
    let view = stage.view(id);
    assert_eq!(view.reason.as_deref(), Some("month end"));
    assert_eq!(view.context, Some(serde_json::json!({ "order": 7 })));
    let erased = stage
        .console
        .erase_input(answer.receipt_id, crate::support::actor());
    erased.wait().unwrap();
    let view = stage.view(id);
    assert_eq!((view.reason, view.context), (None, None));
}

#[test]
fn an_identical_request_is_named() {
    let stage = Stage::new(sqlite());
    let first = stage.hold("write:x");
    let second = stage
        .ask(ask("write:x", "payments"))
        .unwrap()
        .approval
        .unwrap();
    assert_eq!(second.identical_to, Some(first));
    assert_eq!(stage.view(second.id).identical_to, Some(first));
    let other = stage
        .ask(ask("write:y", "payments"))
        .unwrap()
        .approval
        .unwrap();
    assert_eq!(other.identical_to, None);
}
