//! Every parser returns, whatever the bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use utc_tdx::fuzz;

/// Members that some receiver reads, so that random documents get past the first check.
const NAMES: &[&str] = &[
    "source",
    "event_time",
    "topic",
    "severity",
    "confidence",
    "entities",
    "link",
    "summary",
    "closes",
    "type",
    "timestamp",
    "data",
    "specversion",
    "id",
    "time",
    "data_base64",
    "action",
    "alert",
    "repository",
    "full_name",
    "number",
    "updated_at",
    "security_advisory",
    "rule",
    "version",
    "alerts",
    "status",
    "labels",
    "startsAt",
    "endsAt",
    "fingerprint",
    "annotations",
    "priority",
    "output",
    "output_fields",
    "uuid",
    "iss",
    "aud",
    "iat",
    "jti",
    "sub_id",
    "events",
    "format",
    "keys",
    "kty",
    "crv",
    "kid",
    "x",
    "y",
    "n",
    "e",
];
const TEXTS: &[&str] = &[
    "fuzz",
    "2026-01-31T12:00:00Z",
    "critical",
    "1.0",
    "4",
    "firing",
    "resolved",
    "created",
    "Warning",
    "RSA",
    "EC",
    "P-256",
    "OKP",
    "Ed25519",
    "AQAB",
    "opaque",
    "complex",
    "https://issuer.example",
    "https://receiver.example",
    "https://schemas.openid.net/secevent/ssf/event-type/verification",
    "\u{202e}",
    "",
];

fn document() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        prop::sample::select(TEXTS).prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 12, |inner| {
        let name = prop::sample::select(NAMES).prop_map(str::to_owned);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec((name, inner), 0..12)
                .prop_map(|all| serde_json::Value::Object(all.into_iter().collect())),
        ]
    })
}

fn each(data: &[u8]) {
    for (_, harness) in fuzz::ALL {
        harness(data);
    }
}

proptest! {
    #[test]
    fn any_bytes(data in vec(any::<u8>(), 0..2_000)) {
        each(&data);
    }

    #[test]
    fn any_text(data in ".{0,500}") {
        each(data.as_bytes());
    }

    #[test]
    fn any_document(document in document()) {
        each(document.to_string().as_bytes());
    }

    #[test]
    fn any_damage_to_a_good_event(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut data = crate::support::native().to_string().into_bytes();
        let length = data.len();
        data[at.index(length)] = byte;
        each(&data);
    }

    #[test]
    fn any_three_parts(header in ".{0,80}", payload in ".{0,80}", signature in "[A-Za-z0-9_-]{0,90}") {
        use base64::Engine as _;
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        each(format!("{}.{}.{signature}", encode(&header), encode(&payload)).as_bytes());
    }
}

#[test]
fn every_receiver_has_a_harness() {
    let names: Vec<_> = fuzz::ALL.iter().map(|(name, _)| *name).collect();
    let expected = [
        "native",
        "standard_webhooks",
        "cloud_events",
        "github",
        "alertmanager",
        "falco",
        "set_token",
        "set_claims",
        "jwks",
    ];
    assert_eq!(names, expected);
}
