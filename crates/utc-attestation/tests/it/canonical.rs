//! RFC 8785: the vectors, and that receipts are canonical.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use utc_attestation::{Limits, canonical, check_strict};
use utc_domain::{
    ApprovalId, Draft, ForecastSeen, GrantUse, LevelCause, LogFilter, Meta, PolicyRef,
    ProtectionLevel, Quorum, ReplayTotals, RequestDigest, Rule, Timestamp, VoteChoice,
};

use crate::fixture::{draft, seal, segment, unhex};
use utc_test_support::vectors;

#[test]
fn the_published_vectors_hold() {
    let Some(folder) = vectors::folder("jcs/testdata") else {
        return;
    };
    let mut cases = 0;
    for entry in folder.join("input").read_dir().unwrap() {
        let input = entry.unwrap().path();
        let name = input.file_name().unwrap();
        let bytes = std::fs::read(&input).unwrap();
        assert_eq!(
            check_strict(&bytes, Limits { max_depth: 10 }),
            Ok(()),
            "{name:?}"
        );
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let written = canonical(&value).unwrap();
        assert_eq!(
            written,
            std::fs::read(folder.join("output").join(name)).unwrap(),
            "{name:?}"
        );
        let expected = folder.join("outhex").join(name).with_extension("txt");
        let hex: String = std::fs::read_to_string(expected)
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!(written, unhex(&hex), "{name:?}");
        cases += 1;
    }
    assert!(cases >= 6, "{cases} cases");
}

#[test]
fn members_are_sorted_by_utf_16_code_units() {
    // U+1F600 is written with surrogates, which sort before U+FB33.
    let value = json!({ "\u{fb33}": 1, "\u{1f600}": 2, "a": 3, "A": 4 });
    let written = String::from_utf8(canonical(&value).unwrap()).unwrap();
    assert_eq!(written, "{\"A\":4,\"a\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
}

#[test]
fn what_json_cannot_hold_has_no_canonical_form() {
    assert!(canonical(&f64::NAN).is_err());
    assert!(canonical(&HashMap::from([(vec![1], 2)])).is_err());
}

#[test]
fn a_number_that_is_not_finite_inside_a_value_becomes_null() {
    assert_eq!(
        canonical(&[f64::INFINITY, f64::NAN]).unwrap(),
        b"[null,null]"
    );
}

/// Drafts whose texts and numbers are anything that the types allow.
fn drafts() -> impl Strategy<Value = Draft> {
    let number = || proptest::option::of(any::<f64>());
    let small = || proptest::option::of(-2.0..2.0_f64);
    let text = || proptest::option::of(any::<String>());
    let time = || proptest::option::of(any::<i64>().prop_map(Timestamp::from_micros));
    let numbers = (number(), number(), small(), small());
    let texts = (any::<String>(), any::<String>(), text(), text());
    let rest = (
        time(),
        time(),
        proptest::option::of(any::<bool>()),
        0_u64..1 << 53,
    );
    (numbers, texts, rest).prop_map(|(numbers, texts, rest)| Draft {
        reason: texts.0,
        policy: PolicyRef {
            digest: texts.1,
            version: rest.3,
        },
        meta: Meta {
            lambda_est: numbers.0,
            mu_est: numbers.1,
            rho: numbers.2,
            risk_score: numbers.3,
            context_hash: texts.2,
            config_digest: texts.3,
            config_version: Some(rest.3),
            features_ts: rest.0,
            expires_at: rest.1,
            pinned: rest.2,
            risky: rest.2,
            enabled: rest.2,
            change_point: rest.2,
            approval_saturated: rest.2,
            grant: rest.2.map(|_| GrantUse::Valid),
            rule: rest.2.map(|_| Rule::ReadOnlyForRisky),
            cause: rest.2.map(|_| LevelCause::Spike),
            previous_level: rest.2.map(|_| ProtectionLevel::ReadOnly),
            protection_level: rest.2.map(|_| ProtectionLevel::Permissive),
            about: rest.2.map(|_| draft().id),
            signal_rho: numbers.2,
            forecast: numbers.3.map(|number| ForecastSeen {
                predictor: "holt",
                rho: numbers.2,
                horizon_minutes: number,
                minutes_to_threshold: numbers.0,
                precision: number,
            }),
            ..approval_meta(rest.0, rest.2, rest.3, numbers.0)
        },
        ..draft()
    })
}

/// What only receipts about approvals and executions have.
fn approval_meta(
    at: Option<Timestamp>,
    there: Option<bool>,
    count: u64,
    number: Option<f64>,
) -> Meta {
    let small = there.and(u32::try_from(count % 1_000).ok());
    Meta {
        act_before: at,
        answer_digest: draft().payload_hash.filter(|_| there.is_some()),
        approval_backlog: Some(count),
        expected_wait_minutes: number,
        latency_ms: number,
        loosens: there,
        credential: there.map(|_| draft().subject),
        approvals_open: small,
        subject_limit: small,
        token_limit: small,
        votes: small,
        quorum: small.and_then(|people| Quorum::new(people).ok()),
        upstream_status: there.map(|_| 502),
        vote: there.map(|_| VoteChoice::Reject),
        request_digest: there.map(|_| RequestDigest::from_sha256(&[7; 32])),
        approval: there.map(|_| ApprovalId::new(draft().id.as_uuid())),
        answers: there.map(|_| draft().id),
        ..replay_meta(at, there, count)
    }
}

/// What only receipts of replays have.
fn replay_meta(at: Option<Timestamp>, there: Option<bool>, count: u64) -> Meta {
    let filter = LogFilter {
        digest: utc_attestation::sha256_hex("asked").parse().unwrap(),
        from: at,
        to: at,
        unit: draft().unit,
        subject: there.map(|_| draft().subject),
        log_size: count,
    };
    let totals = ReplayTotals {
        total: count,
        equal: count / 2,
        different: count / 3,
        not_replayable: count / 7,
    };
    Meta {
        filter: there.map(|_| filter),
        replay: there.map(|_| totals),
        manifest_digest: there.map(|_| utc_attestation::sha256_hex("manifest").parse().unwrap()),
        population: there.map(|_| count),
        ..Meta::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn sealed_claims_are_canonical(draft in drafts()) {
        let jws = seal(&draft).jws;
        for index in 0..2 {
            let bytes = segment(&jws, index);
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(canonical(&value).unwrap(), bytes);
        }
    }

    #[test]
    fn what_is_sealed_verifies(draft in drafts()) {
        let verification = crate::fixture::check(seal(&draft).jws);
        prop_assert!(verification.valid(), "{:?}", verification.checks);
        prop_assert_eq!(verification.claims.unwrap().reason, draft.reason);
    }
}
