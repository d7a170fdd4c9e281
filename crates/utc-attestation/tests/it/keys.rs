//! Secrets and rings.

use utc_attestation::{HmacKey, KeyError, KeyRing, Secret};
use utc_domain::KeyId;

use crate::fixture::{SECRET, secret};

const OTHER: &str = "another secret, also of 32 characters and more";
const THIRD: &str = "the secret before that one, now only verifying";

fn full_ring() -> KeyRing {
    KeyRing::new(secret(SECRET), Some(secret(OTHER)), vec![secret(THIRD)]).unwrap()
}

fn kid_of(text: &str) -> KeyId {
    KeyRing::new(secret(text), None, Vec::new())
        .unwrap()
        .active()
        .clone()
}

#[test]
fn a_secret_has_at_least_32_characters() {
    let error = Secret::new(&"x".repeat(31)).unwrap_err();
    assert_eq!(
        error,
        KeyError::TooShort {
            min: 32,
            actual: 31
        }
    );
    assert_eq!(
        error.to_string(),
        "the secret must have at least 32 characters, has 31"
    );
    assert!(Secret::new(&"x".repeat(32)).is_ok());
}

#[test]
fn characters_are_counted_and_not_bytes() {
    assert!(Secret::new(&"é".repeat(31)).is_err());
    assert!(Secret::new(&"é".repeat(32)).is_ok());
}

#[test]
fn secrets_that_anybody_would_try_are_well_known() {
    for text in [
        "change-me-change-me-change-me-change-me",
        "CHANGEME0123456789abcdefghijklmnop",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "my-keymy-keymy-keymy-keymy-keymy",
        "secretsecretsecretsecretsecretsecret",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz012345",
    ] {
        assert!(secret(text).is_well_known(), "{text}");
    }
}

#[test]
fn generated_secrets_are_not_well_known() {
    for text in [
        "6f1d0c9b7a2e4835d1f0b9c8e7a61524",
        "kX3vQ9pZr7Lw2TnB5yHc8MdF4sGj6RaE",
        "correct horse battery staple and a mule",
    ] {
        assert!(!secret(text).is_well_known(), "{text}");
    }
}

#[test]
fn the_key_id_is_derived_as_documented() {
    // Computed with another implementation of HKDF and SHA-256.
    assert_eq!(kid_of(SECRET).as_str(), "64b8cee1c9d74c30");
}

#[test]
fn active_and_next_sign_and_previous_ones_verify() {
    let ring = full_ring();
    let kids: Vec<&KeyId> = ring.kids().collect();
    assert_eq!(kids, [&kid_of(SECRET), &kid_of(OTHER), &kid_of(THIRD)]);
    assert_eq!(ring.active(), &kid_of(SECRET));
    assert_eq!(
        kids.iter()
            .map(|kid| ring.may_sign(kid))
            .collect::<Vec<_>>(),
        [true, true, false]
    );
    assert!(kids.iter().all(|kid| ring.contains(kid)));
}

#[test]
fn a_key_of_nobody_is_not_held() {
    let kid: KeyId = "0123456789abcdef".parse().unwrap();
    assert!(!full_ring().contains(&kid));
    assert!(!full_ring().may_sign(&kid));
}

#[test]
fn one_secret_in_two_places_is_an_error() {
    let twice = |next: Option<&str>, previous: &[&str]| {
        let previous = previous.iter().map(|text| secret(text)).collect();
        KeyRing::new(secret(SECRET), next.map(secret), previous).unwrap_err()
    };
    assert_eq!(
        twice(Some(SECRET), &[]),
        KeyError::Duplicate {
            kid: kid_of(SECRET)
        }
    );
    assert_eq!(
        twice(None, &[SECRET]),
        KeyError::Duplicate {
            kid: kid_of(SECRET)
        }
    );
    assert_eq!(
        twice(Some(OTHER), &[OTHER]),
        KeyError::Duplicate { kid: kid_of(OTHER) }
    );
    assert_eq!(
        twice(None, &[THIRD, THIRD]),
        KeyError::Duplicate { kid: kid_of(THIRD) }
    );
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!(
        "{:?}",
        (secret(SECRET), HmacKey::new(b"key").unwrap(), full_ring())
    );
    assert!(
        !shown.contains("tests") && !shown.contains("another"),
        "{shown}"
    );
    assert!(
        shown.starts_with("(Secret(***), HmacKey(***), ["),
        "{shown}"
    );
}
