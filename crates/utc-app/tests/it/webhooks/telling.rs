//! What is told: in the transaction of what it tells of, to those who want to hear it.

use serde_json::{Value, json};
use utc_app::{ApprovalOptions, NewWebhook, PinRequest, Report, WebhookChange};
use utc_domain::{
    Clock as _, NoticeFormat, ProtectionLevel, Rule, Timestamp, UnitName, VoteChoice,
};

use super::{create, kinds, listener, new_webhook, take, told};
use crate::approvals::stage::{Stage, postgres, scope, sqlite};
use crate::support::{Installation, actor, local, switch};

fn data(body: &Value) -> &Value {
    body.get("data").unwrap()
}

#[test]
fn the_life_of_requests_is_told_as_it_happens() {
    for database in [sqlite(), postgres()] {
        let stage = Stage::new(database);
        listener(&stage.console);
        let (ann, bob) = (stage.approver("ann"), stage.approver("bob"));
        let approved = stage.hold("write:secret-target");
        stage.vote(&ann, approved, VoteChoice::Approve).unwrap();
        let rejected = stage.hold("write:b");
        stage.vote(&bob, rejected, VoteChoice::Reject).unwrap();
        let cancelled = stage.hold("write:c");
        let console = &stage.console;
        let ticket = console.cancel_approval(&stage.agent, cancelled, None);
        ticket.wait().unwrap();
        console
            .revoke_approval(&ann, approved, None)
            .wait()
            .unwrap();
        stage.hold("write:d");
        console.void_approvals(actor()).wait().unwrap();
        let told = told(console);
        assert_eq!(
            kinds(&told),
            [
                "approval.requested",
                "approval.approved",
                "approval.requested",
                "approval.rejected",
                "approval.requested",
                "approval.cancelled",
                "approval.revoked",
                "approval.requested",
                "approval.voided",
            ]
        );
        let first = data(told.first().unwrap());
        assert_eq!(first.get("subject"), Some(&json!("agent-42")));
        assert_eq!(first.get("unit"), Some(&json!("payments")));
        assert_eq!(first.get("level"), Some(&json!("permissive")));
        assert_eq!(first.get("approval_id"), Some(&json!(approved.to_string())));
        let second = data(told.get(1).unwrap());
        assert_eq!(second.get("subject"), Some(&json!("token:ann")));
        // What a caller wrote stays here.
        assert!(!format!("{told:?}").contains("secret-target"));
    }
}

#[test]
fn an_expiry_is_told() {
    let stage = Stage::with(ApprovalOptions {
        ttl: std::time::Duration::from_millis(50),
        prior: utc_app::engine::RatePrior::new(1_000_000.0).unwrap(),
        ..ApprovalOptions::STANDARD
    });
    listener(&stage.console);
    stage.hold("write:x");
    let mut heard = Vec::new();
    for _ in 0..400 {
        heard.extend(told(&stage.console));
        if heard.len() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    assert_eq!(kinds(&heard), ["approval.requested", "approval.expired"]);
}

#[test]
fn a_request_that_was_refused_tells_nothing() {
    let stage = Stage::new(sqlite());
    listener(&stage.console);
    let id = stage.hold("write:x");
    told(&stage.console);
    // Who asks does not vote: the job is undone, with what it would have told.
    let by = crate::approvals::stage::token(&stage.console, "viewer", "viewer", None);
    assert!(stage.vote(&by, id, VoteChoice::Approve).is_err());
    let ann = stage.approver("ann");
    stage.vote(&ann, id, VoteChoice::Reject).unwrap();
    assert!(stage.vote(&ann, id, VoteChoice::Reject).is_err());
    assert_eq!(kinds(&told(&stage.console)), ["approval.rejected"]);
}

#[test]
fn plain_decisions_and_sign_ins_tell_nothing() {
    let installation = Installation::new();
    let console = installation.open();
    listener(&console);
    console
        .decide(crate::support::ask("write:/x", "payments"))
        .unwrap();
    crate::approvals::stage::person(&console, "ann", "viewer");
    assert!(!console.notices_are_due().unwrap());
    assert_eq!(console.pending_notices().unwrap(), 0);
}

#[test]
fn a_rule_that_is_turned_off_is_marked_as_loosening() {
    let installation = Installation::new();
    let console = installation.open();
    listener(&console);
    for enabled in [true, false] {
        let change = switch(Rule::ReadOnlyForRisky, enabled);
        console.set_rule(change).wait().unwrap();
    }
    let told = told(&console);
    assert_eq!(kinds(&told), ["rule.changed", "rule.changed"]);
    let seen: Vec<_> = told
        .iter()
        .map(|body| {
            let data = data(body);
            (data.get("rule"), data.get("enabled"), data.get("loosening"))
        })
        .collect();
    let rule = json!("read_only_for_risky");
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(
        seen,
        [
            (Some(&rule), Some(&yes), Some(&no)),
            (Some(&rule), Some(&no), Some(&yes)),
        ]
    );
}

fn after_minutes(minutes: i64) -> Timestamp {
    utc_app::SystemClock.now().plus_minutes(minutes)
}

#[test]
fn a_level_that_changes_and_a_pin_below_the_measured_one_are_told() {
    let installation = Installation::new();
    let console = installation.open();
    listener(&console);
    let unit: UnitName = "payments".parse().unwrap();
    let report = |arrival_rate| {
        vec![Report {
            arrival_rate,
            service_rate: 100.0,
            at: None,
        }]
    };
    let pin = |level, expires_at| {
        let reason = "a reason of a person".parse().unwrap();
        let request = PinRequest {
            level,
            reason,
            expires_at,
        };
        console.pin(&unit, local(), request).wait().unwrap();
    };
    console.observe(&unit, report(95.0)).wait().unwrap();
    pin(ProtectionLevel::ReadOnly, None);
    pin(ProtectionLevel::RequireApproval, Some(after_minutes(60)));
    console.unpin(&unit, actor()).wait().unwrap();
    let told = told(&console);
    let seen: Vec<(&str, &str, &str, bool)> = told
        .iter()
        .map(|body| {
            let text = |name| data(body).get(name).and_then(Value::as_str).unwrap();
            let loosening = data(body).get("loosening").and_then(Value::as_bool);
            (
                body.get("type").and_then(Value::as_str).unwrap(),
                text("previous_level"),
                text("level"),
                loosening.unwrap(),
            )
        })
        .collect();
    // The first pin keeps the level as it is: nobody has to hear of it.
    assert_eq!(
        seen,
        [
            ("level.changed", "permissive", "read_only", false),
            ("pin.below_measured", "read_only", "require_approval", true),
            ("level.changed", "require_approval", "read_only", false),
        ]
    );
    assert!(!format!("{told:?}").contains("a reason of a person"));
}

#[test]
fn whoever_hears_of_some_kinds_and_units_hears_of_no_others() {
    let stage = Stage::new(sqlite());
    let console = &stage.console;
    let only = |name: &str, events: &str, units: &[&str]| {
        let new = NewWebhook {
            events: events.parse().unwrap(),
            units: scope(units),
            ..new_webhook(name)
        };
        create(console, new).view.id
    };
    let rules = only("rules", "rule.changed", &["else*"]);
    let payments = only("payments", "approval.requested rule.changed", &["pay*"]);
    let others = only("others", "approval.requested", &["else*"]);
    let off = only("off", "approval.requested", &[]);
    let change = WebhookChange {
        enabled: Some(false),
        ..WebhookChange::default()
    };
    console.change_webhook(actor(), off, change).wait().unwrap();
    stage.hold("write:x");
    // What is about no unit is about all of them.
    let rule = switch(Rule::ReadOnlyForRisky, true);
    console.set_rule(rule).wait().unwrap();
    let parcels = take(console, "test");
    let count = |id| parcels.iter().filter(|parcel| parcel.webhook == id).count();
    assert_eq!([rules, payments, others, off].map(count), [1, 2, 0, 0]);
}

#[test]
fn links_lead_to_where_people_reach_it() {
    let installation = Installation::new();
    let mut options = installation.options();
    options.public_url = Some("https://trust.example".to_owned());
    let console = utc_app::Console::with(options).unwrap();
    let slack = NewWebhook {
        format: NoticeFormat::Slack,
        ..new_webhook("chat")
    };
    listener(&console);
    create(&console, slack);
    let rule = switch(Rule::WritesRequireApproval, true);
    let receipt = console.set_rule(rule).wait().unwrap().receipt_id;
    let bodies: Vec<String> = take(&console, "test")
        .into_iter()
        .map(|parcel| parcel.body)
        .collect();
    let link = format!("https://trust.example/receipts/{receipt}");
    let text = format!(
        "{{\"text\":\"user:alice turned rule writes_require_approval on. <{link}|Open>\"}}"
    );
    assert_eq!(bodies.get(1), Some(&text));
    let standard: Value = serde_json::from_str(bodies.first().unwrap()).unwrap();
    assert_eq!(data(&standard).get("url"), Some(&json!(link)));
}

#[test]
fn a_configuration_that_holds_less_back_is_told_and_one_that_does_not_is_not() {
    let stage = Stage::new(sqlite());
    listener(&stage.console);
    stage.configure("payments", |config| config.approvals_required = 2);
    assert_eq!(told(&stage.console), [] as [Value; 0], "more is held back");
    stage.configure("payments", |config| {
        config.approvals_required = 1;
        config.mode = utc_domain::Mode::Observe;
    });
    let heard = told(&stage.console);
    assert_eq!(kinds(&heard), ["unit.loosened"]);
    let heard = data(heard.first().unwrap());
    assert_eq!(heard.get("loosening"), Some(&json!(true)));
    assert_eq!(heard.get("unit"), Some(&json!("payments")));
    let id = heard.get("receipt_id").and_then(Value::as_str).unwrap();
    let receipt = stage
        .console
        .receipt(&local(), id.parse().unwrap())
        .unwrap();
    let claims = stage.console.verify(receipt.receipt.as_bytes()).unwrap();
    let claims = claims.payload.unwrap();
    assert_eq!(claims["meta"]["loosens"], true);
    let reason = claims["reason"].as_str().unwrap();
    assert!(
        reason.ends_with("Looser: approvals_required, mode."),
        "{reason}"
    );
}

#[test]
fn a_risk_mark_that_a_person_removes_is_told() {
    let installation = Installation::new();
    let console = installation.open();
    listener(&console);
    let unit: UnitName = "payments".parse().unwrap();
    let mark = utc_app::RiskRequest {
        reason: "smoke".parse().unwrap(),
        expires_at: None,
    };
    console.mark_risky(&unit, actor(), mark).wait().unwrap();
    console.clear_risky(&unit, actor()).wait().unwrap();
    assert_eq!(kinds(&told(&console)), ["unit.loosened"]);
}
