//! The log's key: spellings, signatures, and the forms that other programs read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use proptest::prelude::*;
use serde_json::{Value, json};
use utc_attestation::log::{LogKey, NoteError, Origin, VerifierKey, jwks};

use crate::fixture::unhex;

pub(crate) const ORIGIN: &str = "utc.example.com/log";

pub(crate) fn key() -> LogKey {
    LogKey::from_seed(ORIGIN.parse().unwrap(), &[7; 32])
}

/// The key of RFC 8032, section 7.1, test 1, which RFC 8037, appendix A, uses too.
fn rfc_key() -> LogKey {
    let seed = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    LogKey::from_seed(ORIGIN.parse().unwrap(), seed.as_slice().try_into().unwrap())
}

#[test]
fn an_origin_is_one_word_without_a_plus() {
    for fine in [
        "a",
        ORIGIN,
        "utc.local/log",
        "ütc.example/log",
        &"a".repeat(255),
    ] {
        let origin: Origin = fine.parse().unwrap();
        assert_eq!(origin.as_str(), fine);
    }
    let long = "a".repeat(256);
    let refused = [
        "",
        " ",
        "a b",
        "a\tb",
        "a\nb",
        "a\u{a0}b",
        "a\u{2003}b",
        "a+b",
        "a\u{7f}",
        "a\0",
        &long,
    ];
    for text in refused {
        assert!(text.parse::<Origin>().is_err(), "{text:?}");
    }
}

#[test]
fn the_public_key_is_that_of_the_seed() {
    let expected = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_eq!(rfc_key().verifier_key().as_bytes().to_vec(), expected);
    let empty = rfc_key().sign_detached(b"").unwrap();
    assert_eq!(empty[..8], unhex("e5564300c360ac72"));
}

#[test]
fn a_verifier_key_comes_back_from_its_text() {
    let key = key();
    let text = key.verifier_key().to_string();
    assert_eq!(text.parse(), Ok(key.verifier_key().clone()));
    let parts: Vec<&str> = text.split('+').collect();
    assert_eq!((parts[0], parts[1].len()), (ORIGIN, 8));
}

/// The example of the `sumdb/note` documentation, made by another program.
#[test]
fn a_verifier_key_that_others_made_is_read() {
    let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!(
        (key.origin().as_str(), key.id()),
        ("PeterNeumann", 0xc74f_20a3)
    );
    assert_eq!(key.to_string(), text);
}

#[test]
fn another_spelling_of_a_verifier_key_is_refused() {
    let text = key().verifier_key().to_string();
    let (name, rest) = text.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let other = format!("{:08x}", u32::from_str_radix(id, 16).unwrap() ^ 1);
    let refused = [
        format!("{name}+{}+{key}", id.to_uppercase()),
        format!("{name}+{other}+{key}"),
        format!("{name}+0{id}+{key}"),
        format!("other{name}+{id}+{key}"),
        format!("{name}+{id}+{key}="),
        format!("{name}+{id}+{}", &key[..43]),
        format!("{name}+{id}+{key}\n"),
        format!(" {text}"),
        format!("{name}+{id}"),
        format!("{name}+{id}+"),
        format!("+{id}+{key}"),
        String::new(),
    ];
    for text in refused {
        assert!(text.parse::<VerifierKey>().is_err(), "{text}");
    }
}

#[test]
fn a_key_whose_signatures_prove_nothing_is_refused() {
    // The neutral element: for it there are signatures that fit any message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let origin: Origin = ORIGIN.parse().unwrap();
    let refused = VerifierKey::from_bytes(origin.clone(), &neutral);
    assert_eq!(refused, Err(NoteError::Key));
    // No point of the curve has this encoding.
    let mut none = [0; 32];
    none[0] = 2;
    assert_eq!(VerifierKey::from_bytes(origin, &none), Err(NoteError::Key));
}

#[test]
fn neither_half_of_the_secret_is_shown() {
    let shown = format!("{:?}", key());
    assert_eq!(shown, format!("LogKey({})", key().verifier_key()));
}

#[test]
fn a_detached_signature_is_for_these_bytes_and_this_key() {
    let manifest = b"0123  data/export.json\n";
    let key = key();
    let signature = key.sign_detached(manifest).unwrap();
    let public = key.verifier_key();
    assert_eq!(public.verify(manifest, &signature), Ok(()));
    let wrong = Err(NoteError::Signature);
    assert_eq!(
        public.verify(b"0123  data/export.jsom\n", &signature),
        wrong
    );
    assert_eq!(rfc_key().verifier_key().verify(manifest, &signature), wrong);
    for length in [0, 63] {
        assert_eq!(public.verify(manifest, &signature[..length]), wrong);
    }
    let longer = [signature.as_slice(), &[0]].concat();
    assert_eq!(public.verify(manifest, &longer), wrong);
}

#[test]
fn nothing_that_could_be_a_checkpoint_is_signed_as_bytes() {
    let text = format!("{ORIGIN}\n1\n");
    assert_eq!(
        key().sign_detached(text.as_bytes()),
        Err(NoteError::Reserved)
    );
    assert!(key().sign_detached(ORIGIN.as_bytes()).is_ok());
}

#[test]
fn the_pem_form_is_that_of_rfc_8410() {
    let pem = rfc_key().verifier_key().to_pem();
    let expected = concat!(
        "-----BEGIN PUBLIC KEY-----\n",
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n",
        "-----END PUBLIC KEY-----\n",
    );
    assert_eq!(pem, expected);
}

/// Refuses a key set that holds anything but public Ed25519 keys: a secret in it would be public.
fn check_public_only(set: &Value) -> Result<usize, String> {
    let keys = set["keys"].as_array().ok_or("no keys")?;
    for key in keys {
        let members: Vec<&str> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        if members != ["crv", "kid", "kty", "use", "x"] {
            return Err(format!("members {members:?}"));
        }
        if (&key["kty"], &key["crv"]) != (&json!("OKP"), &json!("Ed25519")) {
            return Err(format!("kty {}, crv {}", key["kty"], key["crv"]));
        }
    }
    Ok(keys.len())
}

#[test]
fn a_key_set_holds_public_ed25519_keys_and_nothing_else() {
    let (one, two) = (key(), rfc_key());
    for (keys, count) in [
        (vec![], 0),
        (vec![one.verifier_key(), two.verifier_key()], 2),
    ] {
        let set: Value = serde_json::from_str(&jwks(keys)).unwrap();
        assert_eq!(check_public_only(&set), Ok(count));
    }
    let mut secret: Value = serde_json::from_str(&jwks([one.verifier_key()])).unwrap();
    secret["keys"][0]["kty"] = json!("oct");
    assert!(check_public_only(&secret).is_err());
    let octets = json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "1"}]});
    assert!(check_public_only(&octets).is_err());
}

#[test]
fn a_key_is_named_by_its_thumbprint() {
    // RFC 8037, appendix A.3.
    let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    assert_eq!(rfc_key().verifier_key().thumbprint(), expected);
}

#[test]
fn another_library_reads_the_key_set() {
    let set: JwkSet = serde_json::from_str(&jwks([rfc_key().verifier_key()])).unwrap();
    let kid = rfc_key().verifier_key().thumbprint();
    let jwk = set.find(&kid).unwrap();
    assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), kid);
    let signature = URL_SAFE_NO_PAD.encode(rfc_key().sign_detached(b"manifest").unwrap());
    let key = DecodingKey::from_jwk(jwk).unwrap();
    let verify =
        |message: &[u8]| crypto::verify(&signature, message, &key, Algorithm::EdDSA).unwrap();
    assert!(verify(b"manifest"));
    assert!(!verify(b"manifesto"));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "[ -~]{0,20}\\+[0-9a-f]{0,9}\\+[A-Za-z0-9+/=]{0,60}") {
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}
