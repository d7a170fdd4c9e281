//! Every parser that meets bytes from outside, as a function of these bytes that must return.
//!
//! A fuzzer and the property tests call the same functions. What is signed is signed here, with keys that
//! everybody knows, so that the parser behind the check is reached.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use utc_domain::{Pattern, Timestamp};

use crate::adapter::Proof;
use crate::delivery::Delivery;
use crate::hash::ContentHash;
use crate::receive::{
    SignedSource, alertmanager, cloud_events, falco, github, native, standard_webhooks,
};
use crate::secret::HmacSecret;
use crate::source::{SourceName, Speaker};
use crate::ssf::{self, Algorithm, KeySet, Stream};

const SECRET: &[u8] = b"a secret that everybody knows";
const SECONDS: i64 = 1_800_000_000;
const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://receiver.example";
/// The public key of RFC 8037, appendix A.
const JWKS: &[u8] = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// Something that must return, whatever the bytes.
pub type Harness = fn(&[u8]);

/// All harnesses by name.
pub const ALL: &[(&str, Harness)] = &[
    ("native", native),
    ("standard_webhooks", standard_webhooks),
    ("cloud_events", cloud_events),
    ("github", github),
    ("alertmanager", alertmanager),
    ("falco", falco),
    ("set_token", set_token),
    ("set_claims", set_claims),
    ("jwks", jwks),
];

fn now() -> Timestamp {
    Timestamp::EPOCH.plus_seconds(SECONDS)
}

fn everybody() -> Speaker {
    let all: Result<Pattern, _> = "**".parse();
    Speaker::new(all.into_iter().collect())
}

fn with_source(act: impl FnOnce(&SourceName)) {
    if let Ok(name) = "fuzz".parse() {
        act(&name);
    }
}

fn with_signed(act: impl FnOnce(&SignedSource)) {
    with_source(|name| {
        let secrets = HmacSecret::from_bytes(SECRET).into_iter().collect();
        let name = name.clone();
        act(&SignedSource { name, secrets });
    });
}

fn with_stream(act: impl FnOnce(&Stream)) {
    with_source(|source| {
        if let Ok(keys) = KeySet::parse(JWKS) {
            act(&Stream {
                source: source.clone(),
                issuer: ISSUER.to_owned(),
                audience: vec![AUDIENCE.to_owned()],
                keys,
                algorithms: Algorithm::ALL.to_vec(),
                stream_id: None,
                expected_states: vec!["state".to_owned()],
            });
        }
    });
}

fn deliver(headers: &[(&str, &[u8])], body: &[u8], act: impl FnOnce(&Delivery<'_>)) {
    if let Ok(delivery) = Delivery::new(headers, body, now()) {
        act(&delivery);
    }
}

fn deliver_json(body: &[u8], act: impl FnOnce(&Delivery<'_>)) {
    deliver(&[("content-type", b"application/json")], body, act);
}

fn tag(parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The body of native events.
pub fn native(data: &[u8]) {
    deliver_json(data, |delivery| {
        drop(native::receive(delivery, &everybody()));
    });
}

/// The body of a signed message.
pub fn standard_webhooks(data: &[u8]) {
    let seconds = SECONDS.to_string();
    let signature = STANDARD.encode(tag(&[b"id.", seconds.as_bytes(), b".", data]));
    let signature = format!("v1,{signature}");
    let headers: [(&str, &[u8]); 4] = [
        ("content-type", b"application/json"),
        ("webhook-id", b"id"),
        ("webhook-timestamp", seconds.as_bytes()),
        ("webhook-signature", signature.as_bytes()),
    ];
    deliver(&headers, data, |delivery| {
        with_signed(|source| drop(standard_webhooks::receive(delivery, source)));
    });
}

/// The body in each mode; in binary mode the first line becomes the value of every attribute.
pub fn cloud_events(data: &[u8]) {
    let speaker = everybody();
    let read = |delivery: &Delivery<'_>| {
        drop(cloud_events::claimed_source(delivery));
        let authority = cloud_events::Authority::Token(&speaker);
        drop(cloud_events::receive(delivery, authority));
    };
    for media in [
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    ] {
        deliver(&[("content-type", media.as_bytes())], data, read);
    }
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let (value, body) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let headers: [(&str, &[u8]); 6] = [
        ("content-type", b"application/json"),
        ("ce-specversion", b"1.0"),
        ("ce-id", value),
        ("ce-source", value),
        ("ce-type", value),
        ("ce-time", value),
    ];
    deliver(&headers, body, read);
}

/// The body of each kind of alert.
pub fn github(data: &[u8]) {
    let digest = ContentHash::from_bytes(tag(&[data])).to_string();
    let signature = digest.replace(':', "=");
    for event in [
        "dependabot_alert",
        "code_scanning_alert",
        "secret_scanning_alert",
    ] {
        let headers: [(&str, &[u8]); 4] = [
            ("content-type", b"application/json"),
            ("x-github-delivery", b"id"),
            ("x-github-event", event.as_bytes()),
            ("x-hub-signature-256", signature.as_bytes()),
        ];
        deliver(&headers, data, |delivery| {
            with_signed(|source| drop(github::receive(delivery, source)));
        });
    }
}

/// The body of a notification.
pub fn alertmanager(data: &[u8]) {
    deliver_json(data, |delivery| {
        with_source(|name| drop(alertmanager::receive(delivery, name, &everybody())));
    });
}

/// The body of an alert.
pub fn falco(data: &[u8]) {
    deliver_json(data, |delivery| {
        with_source(|name| drop(falco::receive(delivery, name, &everybody())));
    });
}

/// A pushed token.
pub fn set_token(data: &[u8]) {
    let headers: [(&str, &[u8]); 1] = [("content-type", b"application/secevent+jwt")];
    deliver(&headers, data, |delivery| {
        with_stream(|stream| drop(ssf::receive(delivery, stream)));
    });
}

/// The claims of a token whose signature holds.
pub fn set_claims(data: &[u8]) {
    deliver(&[], data, |delivery| {
        with_stream(|stream| drop(ssf::read_claims(data, Proof::Token, delivery, stream)));
    });
}

/// A key set.
pub fn jwks(data: &[u8]) {
    drop(KeySet::parse(data));
}
