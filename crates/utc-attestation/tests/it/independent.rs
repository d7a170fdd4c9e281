//! What others make of our tokens, and we of theirs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::Value;
use utc_attestation::{HmacKey, MAX_TOKEN_BYTES, Members, Policy, TYPE, open};

use crate::fixture::{SECRET, check, claims, ring, token};

fn decode_elsewhere(token: &str, secret: &str) -> jsonwebtoken::errors::Result<(Header, Value)> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.set_issuer(&["utc"]);
    validation.set_audience(&["utc-receipts"]);
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<Value>(token, &key, &validation).map(|data| (data.header, data.claims))
}

#[test]
fn another_library_verifies_our_receipt() {
    let (header, read) = decode_elsewhere(&token(), SECRET).unwrap();
    assert_eq!(header.kid.as_deref(), Some(ring().active().as_str()));
    assert_eq!(header.typ.as_deref(), Some(TYPE));
    assert_eq!(read, claims(&token()));
    assert!(decode_elsewhere(&token(), "not the secret").is_err());
}

#[test]
fn a_receipt_made_by_another_library_verifies_here() {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(ring().active().to_string());
    header.typ = Some(TYPE.to_owned());
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let theirs = encode(&header, &claims(&token()), &key).unwrap();
    let verification = check(theirs);
    assert!(verification.valid(), "{:?}", verification.checks);
}

#[test]
fn the_example_of_rfc_7515_appendix_a_1_opens() {
    let key = concat!(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75",
        "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    );
    let token = concat!(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let key = HmacKey::new(&URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
    let policy = Policy {
        max_bytes: MAX_TOKEN_BYTES,
        typ: Some("JWT"),
        members: Members::Any,
    };
    let without_kid = |kid: Option<&str>| kid.is_none().then_some(&key);
    let payload = open(token.as_bytes(), &policy, without_kid)
        .payload
        .unwrap();
    let expected =
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
    assert_eq!(String::from_utf8(payload).unwrap(), expected);
}
