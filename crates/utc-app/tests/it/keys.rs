//! Signing keys: kept, refused, rotated.

use utc_app::{AppError, Compromise, Console, OpenError, Options, Ticket};
use utc_attestation::{CheckName, Outcome, Verification};
use utc_domain::{KeyId, ReceiptId};

use crate::support::{Installation, actor, ask, local};

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

fn compromise(console: &Console, kid: &KeyId, from: u64) -> Ticket<ReceiptId> {
    let said = Compromise {
        kid: kid.clone(),
        from,
        reason: "the secret was in a ticket".parse().unwrap(),
    };
    console.compromise_key(actor(), said)
}

fn key_range(verification: &Verification) -> Outcome {
    let mut checks = verification.checks.iter();
    let found = checks.find(|check| check.name == CheckName::KeyRange);
    found.unwrap().outcome
}

#[test]
fn tags_of_a_key_that_others_had_do_not_count_and_the_log_vouches_for_the_receipts() {
    let installation = Installation::new();
    let both = Options {
        next_secret: Some(NEXT.to_owned()),
        ..installation.options()
    };
    let console = Console::with(both).unwrap();
    let answers: Vec<_> = (0..3)
        .map(|_| console.decide(ask("write:/x", "a")).unwrap())
        .collect();
    let old = console.head().unwrap().unwrap().active_kid;
    let position = |at: usize| {
        let verification = console.verify(answers[at].receipt.as_bytes()).unwrap();
        verification.claims.unwrap().seq
    };
    let from = position(1);
    assert!(matches!(
        compromise(&console, &old, from).wait(),
        Err(AppError::Conflict {
            code: "key_active",
            ..
        })
    ));
    console.rotate_key(actor()).wait().unwrap();
    let beyond = compromise(&console, &old, from + 1_000).wait();
    assert!(matches!(beyond, Err(AppError::Invalid(_))), "{beyond:?}");
    let unknown: KeyId = "00000000deadbeef".parse().unwrap();
    let unknown = compromise(&console, &unknown, from).wait();
    assert!(matches!(unknown, Err(AppError::NotFound { .. })));

    let receipt = compromise(&console, &old, from).wait().unwrap();
    let ranges: Vec<_> = answers
        .iter()
        .map(|answer| console.verify(answer.receipt.as_bytes()).unwrap())
        .inspect(|verification| assert!(verification.valid(), "{verification:?}"))
        .map(|verification| key_range(&verification))
        .collect();
    assert_eq!(
        ranges,
        [Outcome::Ok, Outcome::NotChecked, Outcome::NotChecked]
    );
    let said = console.receipt(&local(), receipt).unwrap();
    let said = console
        .verify(said.receipt.as_bytes())
        .unwrap()
        .claims
        .unwrap();
    let key = &said.meta.keys[0];
    assert_eq!(
        (key.state.as_str(), key.from_seq, key.kid.as_str()),
        ("compromised", Some(from), old.as_str())
    );
}
