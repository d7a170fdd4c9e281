//! What is not sealed.

use std::error::Error;
use std::sync::Arc;

use utc_attestation::{KeyRing, MAX_ENTRY_BYTES};
use utc_domain::{Draft, LeafHash, Meta, Placement, ReceiptKind, SealError, Sealer};

use crate::fixture::{SECRET, check, draft, expected, place, ring, sealer, secret};

const OTHER: &str = "another secret, also of 32 characters and more";

fn refusal(draft: &Draft, place: &Placement) -> String {
    let ring = ring();
    let error = sealer(&ring).seal(ring.active(), draft, place).unwrap_err();
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

#[test]
fn only_keys_that_may_sign_seal() {
    let (old, new) = (secret(SECRET), secret(OTHER));
    let before = Arc::new(KeyRing::new(old.clone(), Some(new.clone()), Vec::new()).unwrap());
    let after = Arc::new(KeyRing::new(new, None, vec![old]).unwrap());
    let (old, new) = (before.active(), after.active());

    let by_next = sealer(&before).seal(new, &draft(), &place()).unwrap();
    let by_old = sealer(&before).seal(old, &draft(), &place()).unwrap();
    for jws in [&by_next.jws, &by_old.jws] {
        assert!(utc_attestation::verify(jws.as_bytes(), &after, &expected()).valid());
    }
    let error = sealer(&after).seal(old, &draft(), &place()).unwrap_err();
    assert!(matches!(error, SealError::KeyNotHeld { key } if key == *old));
}

#[test]
fn the_largest_entry_verifies_and_a_larger_one_is_not_sealed() {
    let ring = ring();
    let seal = |length: usize| {
        let draft = Draft {
            reason: "x".repeat(length),
            ..draft()
        };
        sealer(&ring).seal(ring.active(), &draft, &place())
    };
    let largest = (48_000..50_000)
        .take_while(|&length| seal(length).is_ok())
        .last()
        .unwrap();
    let jws = seal(largest).unwrap().jws;
    assert!(
        jws.len() <= MAX_ENTRY_BYTES && jws.len() > MAX_ENTRY_BYTES - 2,
        "{}",
        jws.len()
    );
    assert!(check(jws).valid());
    let error = seal(largest + 1).unwrap_err();
    assert!(matches!(error, SealError::TooLarge { max: 65_535, actual } if actual > 65_535));
}

#[test]
fn a_clock_outside_2020_to_2199_seals_nothing() {
    let at = |ts: &str| Placement {
        ts: ts.parse().unwrap(),
        ..place()
    };
    for ts in ["2019-12-31T23:59:59.999999Z", "2200-01-01T00:00:00.000000Z"] {
        let why = refusal(&draft(), &at(ts));
        assert_eq!(
            why,
            format!("the time {ts} lies outside 2020 to 2199; is the clock right?")
        );
    }
    let ring = ring();
    for ts in ["2020-01-01T00:00:00.000000Z", "2199-12-31T23:59:59.999999Z"] {
        let sealed = sealer(&ring)
            .seal(ring.active(), &draft(), &at(ts))
            .unwrap();
        assert!(check(sealed.jws).valid(), "{ts}");
    }
}

#[test]
fn an_integer_that_nobody_can_read_back_is_not_sealed() {
    let beyond = Placement {
        seq: 1 << 53,
        prev: LeafHash::ZERO,
        ..place()
    };
    let why = refusal(&draft(), &beyond);
    assert_eq!(
        why,
        "`seq` is 9007199254740992, at most 9007199254740991 is allowed"
    );
    let meta = Meta {
        approval_backlog: Some(1 << 53),
        ..Meta::default()
    };
    let why = refusal(&Draft { meta, ..draft() }, &place());
    assert!(why.starts_with("`meta.approval_backlog` is 9007199254740992"));
}

#[test]
fn a_decision_goes_with_its_kind_only() {
    let without = refusal(
        &Draft {
            decision: None,
            ..draft()
        },
        &place(),
    );
    assert_eq!(without, "kind `decision` does not go with decision `none`");
    let with = refusal(
        &Draft {
            kind: ReceiptKind::KeyChange,
            ..draft()
        },
        &place(),
    );
    assert_eq!(with, "kind `key_change` does not go with decision `DENY`");
}
