//! Webhooks are made, changed and deleted with receipts, and their secrets are seen once.

use serde_json::Value;
use utc_app::{AppError, Console, NewWebhook, WebhookChange};
use utc_domain::{NoticeFormat, ReceiptId, ReceiptKind, Rule, Scope, VoteChoice};

use super::{create, listener, new_webhook, take, told};
use crate::approvals::stage::{Stage, check_conflict, person, sqlite};
use crate::support::{Installation, actor, local, switch};

#[track_caller]
fn check_receipt(console: &Console, id: ReceiptId, code: &str, says: &str) {
    let receipt = console.receipt(&local(), id).unwrap();
    let claims = console.verify(receipt.receipt.as_bytes()).unwrap();
    let claims = claims.payload.unwrap();
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap();
    assert_eq!(text("kind"), ReceiptKind::ConfigChange.as_str());
    assert_eq!(text("code"), code);
    let reason = text("reason");
    assert!(reason.contains(says), "{reason}");
    assert!(!reason.contains("secret-path"), "{reason}");
}

#[test]
fn each_change_is_a_receipt_that_says_what_but_no_secret() {
    let installation = Installation::new();
    let console = installation.open();
    let made = create(&console, new_webhook("on call"));
    let id = made.view.id;
    let receipt = made.view.receipt_id.parse().unwrap();
    check_receipt(
        &console,
        receipt,
        "webhook_created",
        "standard at https://hooks.example;",
    );
    let change = WebhookChange {
        name: Some("night".parse().unwrap()),
        url: Some("https://other.example/secret-path".parse().unwrap()),
        units: Some(Scope::Only(vec!["pay*".parse().unwrap()])),
        ..WebhookChange::default()
    };
    let changed = console.change_webhook(actor(), id, change).wait().unwrap();
    assert!(changed.secret.is_none());
    let view = changed.view;
    let receipt = view.receipt_id.parse().unwrap();
    check_receipt(&console, receipt, "webhook_changed", "`night`");
    check_receipt(
        &console,
        receipt,
        "webhook_changed",
        "https://other.example; ",
    );
    assert_eq!(console.webhooks().unwrap(), [view]);
    let receipt = console.delete_webhook(actor(), id).wait().unwrap();
    check_receipt(&console, receipt, "webhook_deleted", "`night`");
    assert_eq!(console.webhooks().unwrap(), []);
    let again = console.delete_webhook(actor(), id).wait();
    assert!(matches!(again, Err(AppError::NotFound { .. })));
}

#[test]
fn a_name_is_there_once_and_there_are_fifty_at_the_most() {
    let installation = Installation::new();
    let console = installation.open();
    let first = listener(&console);
    let same = console.create_webhook(actor(), new_webhook("listener"));
    check_conflict(same.wait(), "webhook_exists");
    for number in 1..50 {
        create(&console, new_webhook(&number.to_string()));
    }
    let more = console.create_webhook(actor(), new_webhook("one more"));
    check_conflict(more.wait(), "webhook_limit");
    let rename = WebhookChange {
        name: Some("7".parse().unwrap()),
        ..WebhookChange::default()
    };
    let taken = console.change_webhook(actor(), first.id, rename);
    check_conflict(taken.wait(), "webhook_exists");
}

#[test]
fn a_secret_is_shown_once_and_is_in_no_file_of_the_database() {
    let installation = Installation::new();
    let console = installation.open();
    let made = create(&console, new_webhook("on call"));
    let first = made.secret.unwrap();
    let change = WebhookChange {
        new_secret: true,
        ..WebhookChange::default()
    };
    let changed = console.change_webhook(actor(), made.view.id, change);
    let second = changed.wait().unwrap().secret.unwrap();
    assert_ne!(*first, *second);
    console
        .set_rule(switch(Rule::ReadOnlyForRisky, true))
        .wait()
        .unwrap();
    let parcels = take(&console, "test");
    let signing = parcels.first().unwrap().secret.as_ref().unwrap();
    assert_eq!(signing.len(), 32);
    assert!(!format!("{:?}", console.webhooks().unwrap()).contains("secret-path"));
    console.close();
    for entry in std::fs::read_dir(installation.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for shown in [&first, &second] {
            let encoded = shown.strip_prefix("whsec_").unwrap();
            assert_eq!(encoded.len(), 44);
            assert!(!contains(&bytes, encoded.as_bytes()));
        }
        assert!(!contains(&bytes, signing));
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn what_is_not_signed_has_no_secret() {
    let installation = Installation::new();
    let console = installation.open();
    let slack = NewWebhook {
        format: NoticeFormat::Slack,
        ..new_webhook("chat")
    };
    let made = create(&console, slack);
    assert!(made.secret.is_none());
    let change = WebhookChange {
        new_secret: true,
        ..WebhookChange::default()
    };
    let refused = console.change_webhook(actor(), made.view.id, change);
    assert!(matches!(refused.wait(), Err(AppError::Invalid(_))));
    assert!(console.test_parcel(made.view.id).unwrap().secret.is_none());
}

#[test]
fn whoever_changed_a_webhook_may_vote() {
    let stage = Stage::new(sqlite());
    let console = &stage.console;
    let ann = person(console, "ann", "approver operator");
    let new = new_webhook("hers");
    let ticket = console.create_webhook(ann.name().clone(), new);
    ticket.wait().unwrap();
    let id = stage.hold("write:x");
    stage.vote(&ann, id, VoteChoice::Approve).unwrap();
}

#[test]
fn a_restored_database_tells_nothing_of_what_waited() {
    let stage = Stage::new(sqlite());
    listener(&stage.console);
    stage.hold("write:x");
    assert_eq!(stage.console.pending_notices().unwrap(), 1);
    stage.console.suspend_access(actor()).wait().unwrap();
    assert_eq!(stage.console.pending_notices().unwrap(), 0);
    assert!(told(&stage.console).is_empty());
    stage.check_log();
}
