//! What a transmitter says about the stream itself, and what comes again.

use serde_json::{Value, json};
use utc_tdx::ssf::{SetError, SetMeaning, StreamStatus};
use utc_tdx::{Novelty, QuarantineReason, Refusal, novelty};

use crate::keys::{Signer, jwks};
use crate::sets::{claims, claims_of, push, stream_with};
use crate::support::{Post, with};

const VERIFICATION: &str = "https://schemas.openid.net/secevent/ssf/event-type/verification";
const UPDATED: &str = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
const STATE: &str = "VGhpcyBpcyBhbiBleGFtcGxl";

fn about_the_stream(event_type: &str, event: Value) -> Value {
    let subject = json!({ "format": "opaque", "id": "stream-1" });
    with(claims_of(event_type, event), "/sub_id", subject)
}

fn meaning(claims: &Value) -> Result<SetMeaning, Refusal> {
    push(claims).unwrap().meaning
}

#[track_caller]
fn check_refused(claims: &Value, error: SetError, reason: QuarantineReason) {
    let refusal = meaning(claims).unwrap_err();
    assert_eq!(
        (refusal.set_error(), refusal.reason()),
        (error, reason),
        "{refusal}"
    );
}

#[test]
fn a_verification_that_was_asked_for_is_answered() {
    let state = Some(STATE.to_owned());
    let right = about_the_stream(VERIFICATION, json!({ "state": STATE }));
    assert_eq!(meaning(&right), Ok(SetMeaning::Verification { state }));
}

#[test]
fn an_unsolicited_verification_is_taken() {
    let bare = about_the_stream(VERIFICATION, json!({}));
    assert_eq!(meaning(&bare), Ok(SetMeaning::Verification { state: None }));
}

#[test]
fn a_wrong_state_is_an_invalid_state() {
    for state in ["", "another", "VGhpcyBpcyBhbiBleGFtcGxl "] {
        let wrong = about_the_stream(VERIFICATION, json!({ "state": state }));
        check_refused(&wrong, SetError::InvalidState, QuarantineReason::Claims);
    }
}

#[test]
fn a_word_about_another_stream_is_refused() {
    let subjects = [
        json!({ "format": "opaque", "id": "stream-2" }),
        json!({ "format": "email", "email": "stream-1" }),
    ];
    for subject in subjects {
        for event_type in [VERIFICATION, UPDATED] {
            let wrong = about_the_stream(event_type, json!({ "state": STATE, "status": "paused" }));
            let wrong = with(wrong, "/sub_id", subject.clone());
            check_refused(&wrong, SetError::InvalidRequest, QuarantineReason::Form);
        }
    }
}

#[test]
fn a_paused_or_disabled_stream_is_stale_until_it_is_enabled() {
    for (text, status, stale) in [
        ("enabled", StreamStatus::Enabled, false),
        ("paused", StreamStatus::Paused, true),
        ("disabled", StreamStatus::Disabled, true),
    ] {
        let claims = about_the_stream(
            UPDATED,
            json!({ "status": text, "reason": "License is not valid" }),
        );
        let Ok(SetMeaning::StreamUpdated {
            status: found,
            reason,
        }) = meaning(&claims)
        else {
            panic!("{text}");
        };
        assert_eq!((found, found.is_stale()), (status, stale));
        assert_eq!(found.as_str(), text);
        assert_eq!(reason.unwrap().as_str(), "License is not valid");
    }
    let odd = about_the_stream(UPDATED, json!({ "status": "tired" }));
    check_refused(&odd, SetError::InvalidRequest, QuarantineReason::Form);
}

#[test]
fn a_verification_may_come_behind_ordinary_events() {
    let all = [
        claims(),
        with(claims(), "/jti", json!("jti-2")),
        with(
            about_the_stream(VERIFICATION, json!({ "state": STATE })),
            "/jti",
            json!("jti-3"),
        ),
    ];
    let keys: Vec<_> = all.iter().map(|claims| push(claims).unwrap().key).collect();
    assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    assert!(matches!(
        meaning(&all[2]),
        Ok(SetMeaning::Verification { .. })
    ));
}

#[test]
fn a_token_that_is_sent_again_is_a_repetition_also_under_a_new_key() {
    let stream = stream_with(&jwks(&[Signer::Rsa, Signer::P256]));
    let by = |signer: Signer| {
        Post::new(
            "application/secevent+jwt",
            signer.sign(&claims()).as_bytes(),
        )
        .to(|delivery| utc_tdx::ssf::receive(delivery, &stream))
        .unwrap()
        .key
    };
    let first = by(Signer::Rsa);
    let known = |text: &str| (text == first.as_str()).then(|| first.content());
    assert_eq!(novelty(&[by(Signer::P256)], known), Novelty::Repeat);
}

#[test]
fn another_token_under_the_same_id_is_a_conflict() {
    let first = push(&claims()).unwrap().key;
    let known = |text: &str| (text == first.as_str()).then(|| first.content());
    let other = with(claims(), "/sub_id/email", json!("bob@example.com"));
    assert_eq!(
        novelty(&[push(&other).unwrap().key], known),
        Novelty::Conflict
    );
}

#[test]
fn a_repeated_verification_is_known_by_its_key_although_nobody_waits_any_more() {
    let answered = about_the_stream(VERIFICATION, json!({ "state": STATE }));
    let first = push(&answered).unwrap().key;
    let mut later = stream_with(&jwks(&[Signer::Ed25519]));
    later.expected_states.clear();
    let token = Signer::Ed25519.sign(&answered);
    let again = Post::new("application/secevent+jwt", token.as_bytes())
        .to(|delivery| utc_tdx::ssf::receive(delivery, &later))
        .unwrap();
    assert_eq!(again.key, first);
    assert_eq!(
        again.meaning.unwrap_err().set_error(),
        SetError::InvalidState
    );
}
