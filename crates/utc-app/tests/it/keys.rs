//! Signing keys: kept, refused, rotated.

use utc_app::{AppError, Console, OpenError, Options};

use crate::support::{Installation, actor, ask};

const NEXT: &str = "the next secret: 32 characters and more";

#[test]
fn a_generated_secret_is_kept_and_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let installation = Installation::new();
    let generated = || Options {
        secret: None,
        ..installation.options()
    };
    let receipt = Console::with(generated())
        .unwrap()
        .decide(ask("write:/x", "a"))
        .unwrap()
        .receipt;
    let console = Console::with(generated()).unwrap();
    assert!(console.verify(receipt.as_bytes()).unwrap().valid());
    let file = installation.folder.path().join("hmac.secret");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn another_secret_is_refused_with_the_way_out() {
    let installation = Installation::new();
    drop(installation.open());
    let other = Options {
        secret: Some(NEXT.to_owned()),
        ..installation.options()
    };
    let error = Console::with(other).err().unwrap();
    assert!(matches!(error, OpenError::OtherKey { .. }));
    assert!(
        error.to_string().contains("utc-admin keys rotate"),
        "{error}"
    );
}

#[test]
fn a_rotation_is_a_receipt_and_receipts_of_both_keys_stay_valid() {
    let installation = Installation::new();
    let without = installation.open();
    assert!(matches!(
        without.rotate_key(actor()).wait(),
        Err(AppError::Conflict {
            code: "no_next_key",
            ..
        })
    ));
    drop(without);
    let both = Options {
        next_secret: Some(NEXT.to_owned()),
        ..installation.options()
    };
    let console = Console::with(both).unwrap();
    let old = console.decide(ask("write:/x", "a")).unwrap();
    let (active, _) = console.rotate_key(actor()).wait().unwrap();
    let new = console.decide(ask("write:/x", "a")).unwrap();
    assert_eq!(console.head().unwrap().unwrap().active_kid, active);
    for answer in [&old, &new] {
        assert!(console.verify(answer.receipt.as_bytes()).unwrap().valid());
    }
    assert_ne!(
        old.receipt.split('.').next(),
        new.receipt.split('.').next(),
        "the headers name different keys"
    );
    assert!(console.audit_log(|_, _| {}).unwrap().valid());
    drop(console);
    let old_secret = installation.options().secret.into_iter().collect();
    let moved = Options {
        secret: Some(NEXT.to_owned()),
        previous_secrets: old_secret,
        ..installation.options()
    };
    assert!(
        Console::with(moved)
            .unwrap()
            .audit_log(|_, _| {})
            .unwrap()
            .valid()
    );
}
