//! Bytes from nowhere, and tokens that were tampered with.

use proptest::prelude::*;
use utc_attestation::{CheckName, Limits, Outcome, Verification, check_strict};

use crate::fixture::{check, forge, segment, token};

/// All checks are listed in order, and nothing is believed behind a failed one.
fn assert_orderly(verification: &Verification) -> Result<(), TestCaseError> {
    let names: Vec<CheckName> = verification.checks.iter().map(|check| check.name).collect();
    prop_assert_eq!(names, CheckName::TOKEN);
    prop_assert!(
        verification
            .checks
            .iter()
            .all(|check| !check.detail.is_empty())
    );
    let all_well = verification
        .checks
        .iter()
        .all(|check| check.outcome == Outcome::Ok);
    prop_assert_eq!(verification.valid(), all_well);
    prop_assert_eq!(verification.claims.is_some(), all_well);
    if verification.outcome(CheckName::Tag) != Outcome::Ok {
        prop_assert!(verification.payload.is_none());
    }
    Ok(())
}

#[test]
fn every_single_bit_counts() {
    let token = token().into_bytes();
    for position in 0..token.len() {
        for bit in 0..8 {
            let mut changed = token.clone();
            changed[position] ^= 1 << bit;
            assert!(!check(&changed).valid(), "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn every_cut_counts() {
    let token = token();
    for length in 0..token.len() {
        assert!(!check(&token[..length]).valid(), "{length}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_reported_on(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let verification = check(bytes);
        assert_orderly(&verification)?;
        prop_assert!(!verification.valid());
    }

    #[test]
    fn anything_like_a_token_is_reported_on(
        text in r"[A-Za-z0-9_=-]{0,60}(\.[A-Za-z0-9_=-]{0,60}){0,4}",
    ) {
        let verification = check(text);
        assert_orderly(&verification)?;
        prop_assert!(!verification.valid());
    }

    #[test]
    fn any_signed_header_is_reported_on(
        header in r#"\{("(alg|kid|typ|crit|jwk)":("HS256"|"none"|1|\[\]|null),?){0,4}\}?"#,
    ) {
        assert_orderly(&check(forge(header, segment(&token(), 1))))?;
    }

    #[test]
    fn any_signed_payload_is_reported_on(
        payload in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let verification = check(forge(segment(&token(), 0), payload));
        assert_orderly(&verification)?;
        prop_assert_eq!(verification.outcome(CheckName::Tag), Outcome::Ok);
        prop_assert!(!verification.valid());
    }

    #[test]
    fn a_changed_claim_that_is_signed_is_reported_on(
        position in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut payload = segment(&token(), 1);
        let position = position.index(payload.len());
        payload[position] = byte;
        assert_orderly(&check(forge(segment(&token(), 0), payload)))?;
    }

    #[test]
    fn replaced_inserted_and_removed_bytes_count(
        position in any::<prop::sample::Index>(),
        removed in 0_usize..4,
        inserted in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let token = token().into_bytes();
        let start = position.index(token.len());
        let end = (start + removed).min(token.len());
        let changed = [&token[..start], &inserted, &token[end..]].concat();
        let verification = check(&changed);
        assert_orderly(&verification)?;
        prop_assert_eq!(verification.valid(), changed == token);
    }

    #[test]
    fn strict_json_takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let strict = check_strict(&bytes, Limits { max_depth: 100 }).is_ok();
        let readable = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
        prop_assert!(readable || !strict);
    }
}
