//! Webhooks are made, changed and deleted with receipts, and their secrets are seen once.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use utc_app::{AppError, Console, NewWebhook, Options, WebhookChange};
use utc_domain::{Clock, NoticeFormat, ReceiptId, ReceiptKind, Rule, Scope, VoteChoice, WebhookId};

use super::{MovedClock, create, listener, new_webhook, take, told};
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
    let signing = parcels.first().unwrap().secrets.first().unwrap();
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
    assert!(
        console
            .test_parcel(made.view.id)
            .unwrap()
            .secrets
            .is_empty()
    );
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

/// What `whsec_…` says.
fn decoded(shown: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text = shown.strip_prefix("whsec_").unwrap();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

fn with_new_secret(console: &Console, id: WebhookId) -> Vec<u8> {
    let change = WebhookChange {
        new_secret: true,
        ..WebhookChange::default()
    };
    let changed = console.change_webhook(actor(), id, change).wait();
    decoded(&changed.unwrap().secret.unwrap())
}

fn signing(console: &Console, id: WebhookId) -> Vec<Vec<u8>> {
    let parcel = console.test_parcel(id).unwrap();
    parcel
        .secrets
        .iter()
        .map(|secret| secret.to_vec())
        .collect()
}

#[test]
fn a_secret_that_was_replaced_signs_beside_the_new_one_for_a_day() {
    let installation = Installation::new();
    let clock = Arc::new(MovedClock::default());
    let console = Console::with(Options {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        ..installation.options()
    });
    let console = console.unwrap();
    let made = create(&console, new_webhook("on call"));
    let (id, first) = (made.view.id, decoded(&made.secret.unwrap()));
    assert_eq!(signing(&console, id), std::slice::from_ref(&first));
    let second = with_new_secret(&console, id);
    assert_eq!(signing(&console, id), [second.clone(), first]);
    let third = with_new_secret(&console, id);
    assert_eq!(
        signing(&console, id),
        [third.clone(), second],
        "the last two"
    );
    clock.move_on(Duration::from_hours(24));
    assert_eq!(signing(&console, id), [third]);
}

#[test]
fn secrets_move_to_a_new_data_key_and_need_the_old_one_no_more() {
    let installation = Installation::new();
    let console = installation.open();
    let made = create(&console, new_webhook("on call"));
    let id = made.view.id;
    with_new_secret(&console, id);
    let signing_before = signing(&console, id);
    drop(console);
    let old = installation.rotate_data_key();

    let console = installation.open();
    let resealed = |console: &Console| {
        let all = console.reseal_webhooks().wait().unwrap();
        (all.moved, all.current, all.unreadable)
    };
    assert_eq!(resealed(&console), (2, 0, 0));
    assert_eq!(resealed(&console), (0, 2, 0));
    drop(console);
    installation.forget_old_data_keys();
    let console = installation.open();
    assert_eq!(signing(&console, id), signing_before);
    drop(console);

    installation.set_data_keys(&old);
    assert_eq!(resealed(&installation.open()), (0, 0, 2));
}
