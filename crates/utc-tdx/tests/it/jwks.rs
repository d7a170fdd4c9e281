//! Key sets.

use serde_json::{Value, json};
use utc_tdx::ssf::{Algorithm, JwksError, KeyProblem, KeySet, MAX_JWKS_BYTES};

use crate::keys::{SHORT_RSA_N, Signer, jwks};
use crate::support::with;

fn parse(keys: &Value) -> Result<KeySet, JwksError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

/// The problem of the key `odd` beside one that can be used.
#[track_caller]
fn check_problem(jwk: Value, problem: KeyProblem) {
    let odd = with(jwk, "/kid", json!("odd"));
    let set = parse(&json!([odd, Signer::Ed25519.jwk()])).unwrap();
    assert_eq!(set.get("odd").map(|key| key.unwrap_err()), Some(problem));
    assert_eq!(set.problems().collect::<Vec<_>>(), [("odd", problem)]);
    assert!(set.get("ed25519").unwrap().is_ok());
}

#[test]
fn each_key_is_for_one_algorithm() {
    let set = KeySet::parse(&jwks(&[Signer::Rsa, Signer::P256, Signer::Ed25519])).unwrap();
    let algorithm = |kid: &str| set.get(kid).unwrap().unwrap().algorithm();
    assert_eq!(algorithm("rsa"), Algorithm::Rs256);
    assert_eq!(algorithm("p256"), Algorithm::Es256);
    assert_eq!(algorithm("ed25519"), Algorithm::EdDsa);
    assert!(set.get("other").is_none());
    assert_eq!(set.problems().count(), 0);
}

#[test]
fn an_unfit_key_keeps_its_problem_and_spoils_no_other() {
    let rsa = |member: &str, value: &str| with(Signer::Rsa.jwk(), member, json!(value));
    check_problem(rsa("/n", SHORT_RSA_N), KeyProblem::Rsa);
    check_problem(rsa("/e", "AQ"), KeyProblem::Rsa);
    check_problem(rsa("/e", "AAAAAAAAAAAAAAAAAQAB"), KeyProblem::Rsa);
    check_problem(rsa("/n", "not base64!"), KeyProblem::Form);
    check_problem(rsa("/alg", "RS384"), KeyProblem::Algorithm);
    check_problem(rsa("/use", "enc"), KeyProblem::Purpose);
    check_problem(with(Signer::Rsa.jwk(), "/n", Value::Null), KeyProblem::Form);
    let x = "ItaS2JKHdQJZcNzeySioNYEOCazOdgVFnQYR98Rg1K4";
    check_problem(with(Signer::P256.jwk(), "/y", json!(x)), KeyProblem::Point);
    check_problem(
        with(Signer::P256.jwk(), "/y", json!("AQ")),
        KeyProblem::Form,
    );
    check_problem(
        with(Signer::P256.jwk(), "/crv", json!("P-384")),
        KeyProblem::Kind,
    );
    check_problem(
        with(Signer::Ed25519.jwk(), "/crv", json!("X25519")),
        KeyProblem::Kind,
    );
    let identity = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    check_problem(
        with(Signer::Ed25519.jwk(), "/x", json!(identity)),
        KeyProblem::Point,
    );
    let shared =
        json!({ "kty": "oct", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0", "alg": "HS256" });
    check_problem(shared, KeyProblem::Kind);
}

#[test]
fn two_keys_of_one_kid_are_both_unfit() {
    let twin = with(Signer::P256.jwk(), "/kid", json!("rsa"));
    let set = parse(&json!([Signer::Rsa.jwk(), twin, Signer::Ed25519.jwk()])).unwrap();
    assert!(matches!(set.get("rsa"), Some(Err(KeyProblem::Ambiguous))));
}

#[test]
fn a_key_without_a_kid_is_passed_over() {
    let nameless = with(Signer::Rsa.jwk(), "/kid", Value::Null);
    let set = parse(&json!([nameless, Signer::P256.jwk()])).unwrap();
    assert_eq!(set.problems().count(), 0);
}

#[test]
fn a_set_that_nothing_can_be_done_with_is_refused() {
    assert!(matches!(parse(&json!([])), Err(JwksError::NoKey)));
    let unfit = with(Signer::Rsa.jwk(), "/n", json!(SHORT_RSA_N));
    assert!(matches!(parse(&json!([unfit])), Err(JwksError::NoKey)));
    assert!(matches!(parse(&json!({})), Err(JwksError::Form(_))));
    assert!(matches!(parse(&json!([7])), Err(JwksError::Form(_))));
    assert!(matches!(KeySet::parse(b"<html>"), Err(JwksError::Form(_))));
    let many = vec![Signer::P256.jwk(); 101];
    assert!(matches!(
        parse(&json!(many)),
        Err(JwksError::TooMany { actual: 101 })
    ));
    let large = vec![b' '; MAX_JWKS_BYTES + 1];
    assert!(matches!(
        KeySet::parse(&large),
        Err(JwksError::TooLarge { .. })
    ));
}
