//! Wycheproof: tokens and tags that others made to fool verifiers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use utc_attestation::{HmacKey, MAX_TOKEN_BYTES, Members, Opened, Outcome, Policy, open};

use crate::fixture::unhex;
use utc_test_support::vectors;

/// Cases whose label is wrong, with what they hold.
const MISLABELLED: [(u64, &str); 4] = [
    (367, "labelled invalid, byte for byte the valid case 357"),
    (370, "labelled invalid, byte for byte the valid case 357"),
    (
        372,
        "labelled valid, with a `?` inside the base64url of the header",
    ),
    (
        373,
        "labelled valid, with a `?` inside the base64url of the payload",
    ),
];

const ANY_TYPE: Policy = Policy {
    max_bytes: MAX_TOKEN_BYTES,
    typ: None,
    members: Members::Any,
};

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// The key of a group if it is one for HS256, the rest of them if not.
fn split_groups(all: &Value) -> (Vec<&Value>, Vec<&Value>) {
    list(all, "testGroups")
        .iter()
        .partition(|group| group["private"]["kty"] == "oct")
}

fn open_case(group: &Value, case: &Value) -> Opened {
    let jwk = &group["private"];
    let key = HmacKey::new(&URL_SAFE_NO_PAD.decode(text(jwk, "k")).unwrap()).unwrap();
    let known = |kid: Option<&str>| (kid == jwk["kid"].as_str()).then_some(&key);
    open(text(case, "jws").as_bytes(), &ANY_TYPE, known)
}

fn accepts(opened: &Opened) -> bool {
    let well = opened
        .checks
        .iter()
        .all(|check| check.outcome == Outcome::Ok);
    assert_eq!(well, opened.payload.is_some());
    well
}

#[test]
fn hs256_tokens_are_told_apart() {
    let Some(folder) = vectors::folder("wycheproof") else {
        return;
    };
    let all = vectors::json(&folder, "json_web_signature_test.json");
    let (mut cases, mut differing) = (0, Vec::new());
    for group in split_groups(&all).0 {
        for case in list(group, "tests") {
            let id = case["tcId"].as_u64().unwrap();
            cases += 1;
            if accepts(&open_case(group, case)) != (text(case, "result") == "valid") {
                differing.push(id);
            }
        }
    }
    assert!(cases >= 40, "{cases} cases");
    // Equal and not only contained: a label that is put right must leave the list.
    assert_eq!(differing, MISLABELLED.map(|(id, _)| id));
}

#[test]
fn the_mislabelled_cases_are_what_the_list_says() {
    let Some(folder) = vectors::folder("wycheproof") else {
        return;
    };
    let all = vectors::json(&folder, "json_web_signature_test.json");
    let cases = || {
        list(&all, "testGroups")
            .iter()
            .flat_map(|group| list(group, "tests"))
    };
    let find = |id: u64| cases().find(|case| case["tcId"] == id).unwrap();
    for (id, why) in MISLABELLED {
        let case = find(id);
        if why.starts_with("labelled invalid") {
            assert_eq!(
                (text(case, "result"), &case["jws"]),
                ("invalid", &find(357)["jws"]),
                "{id}"
            );
        } else {
            assert_eq!(text(case, "result"), "valid", "{id}");
            assert!(text(case, "jws").contains('?'), "{id}");
        }
    }
}

#[test]
fn tokens_of_other_algorithms_are_never_taken_for_hs256() {
    let Some(folder) = vectors::folder("wycheproof") else {
        return;
    };
    let all = vectors::json(&folder, "json_web_signature_test.json");
    let mut cases = 0;
    for group in split_groups(&all).1 {
        // The old confusion: a public key that everybody knows, used as the secret of an HMAC.
        let public = if group["public"].is_object() {
            &group["public"]
        } else {
            &group["private"]
        };
        let key = HmacKey::new(public.to_string().as_bytes()).unwrap();
        for case in list(group, "tests") {
            let opened = open(text(case, "jws").as_bytes(), &ANY_TYPE, |_| Some(&key));
            assert!(!accepts(&opened), "{}", case["tcId"]);
            cases += 1;
        }
    }
    assert!(cases >= 350, "{cases} cases");
}

#[test]
fn hmac_sha256_tags_are_right() {
    let Some(folder) = vectors::folder("wycheproof") else {
        return;
    };
    let all = vectors::json(&folder, "hmac_sha256_test.json");
    let mut cases = 0;
    for group in list(&all, "testGroups") {
        let length = usize::try_from(group["tagSize"].as_u64().unwrap()).unwrap() / 8;
        for case in list(group, "tests") {
            check_tag(case, length);
            cases += 1;
        }
    }
    assert!(cases >= 174, "{cases} cases");
}

fn check_tag(case: &Value, length: usize) {
    let (message, tag) = (unhex(text(case, "msg")), unhex(text(case, "tag")));
    let key = HmacKey::new(&unhex(text(case, "key"))).unwrap();
    let valid = text(case, "result") == "valid";
    assert_eq!(
        key.tag(&message)[..length] == tag,
        valid,
        "{}",
        case["tcId"]
    );
    // Only whole tags count: a right but truncated one is refused.
    assert_eq!(
        key.verify(&message, &tag),
        valid && length == 32,
        "{}",
        case["tcId"]
    );
}
