//! Vectors that nobody here wrote: Merkle proofs of transparency-dev, Ed25519 of Wycheproof.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utc_attestation::log::{
    NoteError, TreeHash, VerifierKey, jwks, verify_consistency, verify_inclusion,
};

use crate::fixture::unhex;
use crate::log::keys::ORIGIN;
use utc_test_support::vectors;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Runs the cases of a kind, and counts those that must be accepted and those that must not.
fn check_cases(kind: &str, accepts: impl Fn(&Value) -> bool) -> Option<(usize, usize)> {
    let folder = vectors::folder("transparency-dev-merkle")?;
    let (mut good, mut bad) = (0, 0);
    for file in files(&folder.join("testdata").join(kind)) {
        let case = vectors::json(&folder, file.to_str().unwrap());
        let must_fail = case["wantErr"].as_bool().unwrap();
        assert_eq!(accepts(&case), !must_fail, "{}", file.display());
        *(if must_fail { &mut bad } else { &mut good }) += 1;
    }
    Some((good, bad))
}

fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap_or_default()).unwrap()
}

/// A hash of the vectors; `None` for bytes that cannot be one, which our types do not let in.
fn hash(text: &Value) -> Option<TreeHash> {
    bytes(text).try_into().ok().map(TreeHash::new)
}

/// Some cases compare roots that are words (`don't care`): their hashes stand for them, as equal or as different.
fn root(text: &Value) -> TreeHash {
    hash(text).unwrap_or_else(|| TreeHash::new(Sha256::digest(bytes(text)).into()))
}

/// `None` when one of the hashes is none.
fn proof(case: &Value) -> Option<Vec<TreeHash>> {
    let proof = case["proof"].as_array();
    proof.map_or(Some(Vec::new()), |proof| proof.iter().map(hash).collect())
}

fn number(case: &Value, name: &str) -> u64 {
    case[name].as_u64().unwrap()
}

fn accepts_inclusion(case: &Value) -> bool {
    let (Some(leaf), Some(proof)) = (hash(&case["leafHash"]), proof(case)) else {
        return false;
    };
    let (index, size) = (number(case, "leafIdx"), number(case, "treeSize"));
    verify_inclusion(index, size, leaf.into(), root(&case["root"]), &proof).is_ok()
}

fn accepts_consistency(case: &Value) -> bool {
    let Some(proof) = proof(case) else {
        return false;
    };
    let (old_root, new_root) = (root(&case["root1"]), root(&case["root2"]));
    let (old, new) = (number(case, "size1"), number(case, "size2"));
    verify_consistency(old, new, old_root, new_root, &proof).is_ok()
}

#[test]
fn inclusion_proofs_of_others_are_told_apart() {
    if let Some(cases) = check_cases("inclusion", accepts_inclusion) {
        assert_eq!(cases, (6, 92));
    }
}

#[test]
fn consistency_proofs_of_others_are_told_apart() {
    if let Some(cases) = check_cases("consistency", accepts_consistency) {
        assert_eq!(cases, (6, 92));
    }
}

fn check_signature(key: &VerifierKey, case: &Value) -> bool {
    let (message, signature) = (case["msg"].as_str().unwrap(), case["sig"].as_str().unwrap());
    let verified = key.verify(&unhex(message), &unhex(signature));
    if case["result"] == "valid" {
        assert_eq!(verified, Ok(()), "{}", case["tcId"]);
        return true;
    }
    assert_eq!(verified, Err(NoteError::Signature), "{}", case["tcId"]);
    false
}

#[test]
fn ed25519_signatures_of_others_are_told_apart() {
    let Some(folder) = vectors::folder("wycheproof") else {
        return;
    };
    let all = vectors::json(&folder, "ed25519_test.json");
    let (mut good, mut bad) = (0, 0);
    for group in all["testGroups"].as_array().unwrap() {
        let public = unhex(group["publicKey"]["pk"].as_str().unwrap());
        let public = public.as_slice().try_into().unwrap();
        let key = VerifierKey::from_bytes(ORIGIN.parse().unwrap(), public).unwrap();
        assert_eq!(key.to_pem(), group["publicKeyPem"]);
        let set: Value = serde_json::from_str(&jwks([&key])).unwrap();
        assert_eq!(set["keys"][0]["x"], group["publicKeyJwk"]["x"]);
        for case in group["tests"].as_array().unwrap() {
            *(if check_signature(&key, case) {
                &mut good
            } else {
                &mut bad
            }) += 1;
        }
    }
    assert_eq!((good, bad), (88, 63));
}
