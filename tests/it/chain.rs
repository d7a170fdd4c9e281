//! The log as somebody outside sees it: read through the API, checked with nothing of the product's code.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utc_test_support::{Client, SECRET};

/// One receipt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) jws: String,
    pub(crate) claims: Value,
}

/// A receipt that the server has handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) id: String,
    /// The bytes, where the answer held them.
    pub(crate) jws: Option<String>,
}

/// Every receipt, oldest first, checked as far as `checked`.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
    policy: Value,
    levels: HashMap<String, Value>,
    by_id: HashMap<String, usize>,
}

impl Log {
    /// Reads everything and checks it.
    #[track_caller]
    pub(crate) fn read(client: &Client) -> Self {
        let mut log = Self::default();
        log.catch_up(client);
        log
    }

    /// Reads what came since, checks it, and checks that what was known is still there.
    #[track_caller]
    pub(crate) fn catch_up(&mut self, client: &Client) {
        let known = self.entries.len().saturating_sub(1);
        let mut newer = read_down_to(client, known);
        if let Some(last) = self.entries.last() {
            assert_eq!(
                newer.pop().as_ref(),
                Some(last),
                "the log has changed behind its last receipt"
            );
        }
        newer.into_iter().rev().for_each(|entry| self.append(entry));
    }

    /// Checks that every acknowledged receipt is there, byte for byte.
    #[track_caller]
    pub(crate) fn assert_holds(&self, acknowledged: &[Acknowledged]) {
        for receipt in acknowledged {
            let entry = self.by_id.get(&receipt.id).map(|&at| &self.entries[at]);
            let entry =
                entry.unwrap_or_else(|| panic!("an acknowledged receipt is lost: {receipt:?}"));
            let fits = receipt.jws.as_ref().is_none_or(|jws| *jws == entry.jws);
            assert!(fits, "acknowledged {receipt:?}, stored {entry:?}");
        }
    }

    fn append(&mut self, entry: Entry) {
        let seq = self.entries.len();
        let claims = &entry.claims;
        assert_eq!(claims["seq"], seq, "positions have no gap: {claims}");
        assert_eq!(claims["jti"], entry.id.as_str(), "{claims}");
        let last = self.entries.last();
        let prev = last.map_or([0; 32], |last| leaf(&last.jws));
        assert_eq!(
            claims["prev"],
            URL_SAFE_NO_PAD.encode(prev),
            "`prev` links to the receipt before: {claims}"
        );
        let before = last
            .and_then(|last| last.claims["ts"].as_str())
            .unwrap_or_default();
        assert!(
            before < claims["ts"].as_str().unwrap(),
            "time rises: {before}, {claims}"
        );
        assert_eq!(
            entry.jws,
            signed_again(&entry.jws),
            "the tag is HMAC-SHA-256 under the secret's bytes"
        );
        self.follow(claims);
        let former = self.by_id.insert(entry.id.clone(), seq);
        assert_eq!(former, None, "an id is there twice: {}", entry.id);
        self.entries.push(entry);
    }

    /// Each decision followed exactly the state that the receipts before it left.
    fn follow(&mut self, claims: &Value) {
        let meta = &claims["meta"];
        let unit = claims["unit"].as_str().unwrap_or_default();
        match claims["kind"].as_str().unwrap() {
            "decision" => {
                assert_eq!(
                    claims["policy"], self.policy,
                    "decided under an older policy: {claims}"
                );
                let permissive = Value::from("permissive");
                let level = self.levels.get(unit).unwrap_or(&permissive);
                assert_eq!(
                    &meta["protection_level"], level,
                    "decided under an older level: {claims}"
                );
            }
            "policy_change" | "key_change" => self.policy = claims["policy"].clone(),
            // While a pin is in force, what is measured changes nothing for decisions.
            "protection_change" if claims["code"] == "level_changed" && meta["pinned"] == true => {}
            "protection_change" => {
                self.levels
                    .insert(unit.to_owned(), meta["protection_level"].clone());
            }
            _ => {}
        }
    }
}

/// The leaf hash of a receipt (RFC 6962).
pub(crate) fn leaf(jws: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update([0])
        .chain_update(jws)
        .finalize()
        .into()
}

/// A token with the tag that the tests' secret gives it.
pub(crate) fn signed_again(jws: &str) -> String {
    let (signed, _) = jws.rsplit_once('.').expect("a compact JWS has dots");
    let tag = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())
        .unwrap()
        .chain_update(signed)
        .finalize();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.into_bytes()))
}

/// The claims inside a token.
pub(crate) fn claims(jws: &str) -> Value {
    let part = jws
        .split('.')
        .nth(1)
        .expect("a compact JWS has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Every receipt from position `lowest` up, newest first.
#[track_caller]
fn read_down_to(client: &Client, lowest: usize) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut path = "/api/v1/receipts?limit=200".to_owned();
    loop {
        let page = client.get(&path).ok();
        for item in page["items"].as_array().unwrap() {
            let jws = item["receipt"].as_str().unwrap().to_owned();
            let claims = claims(&jws);
            assert_eq!(item["payload"], claims, "what is shown is what is signed");
            assert_eq!(item["seq"], claims["seq"]);
            let id = item["id"].as_str().unwrap().to_owned();
            entries.push(Entry { id, jws, claims });
            if item["seq"].as_u64().unwrap() == lowest as u64 {
                return entries;
            }
        }
        let cursor = page["next_cursor"].as_str().expect("the log begins at 0");
        path = format!("/api/v1/receipts?limit=200&cursor={cursor}");
    }
}
