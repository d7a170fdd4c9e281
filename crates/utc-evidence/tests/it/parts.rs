//! One receipt with its proof, and two checkpoints.

use utc_attestation::Outcome;
use utc_attestation::log::{HashReader, LogKey, TreeHash, VerifierKey, consistency_proof};
use utc_evidence::{
    Between, Bundle, CheckName, Filter, Limits, Report, Status, TagKeys, verify_heads,
    verify_receipt,
};

use crate::drafts::id;
use crate::fixture::{Log, SECRET, export, log_key};
use crate::forge::Files;

/// A receipt that is no decision, and so has a proof, and that proof.
fn receipt() -> (String, String) {
    let mut log = Log::new(40);
    let files = Files::of(&export(&mut log, &Filter::default()));
    let proof = files.text(&format!("data/proofs/{}.tlog-proof", id(9)));
    (log.entries[9].jws.clone(), proof)
}

fn check(jws: &str, proof: &str, seed: u8, secrets: &[&str]) -> Report {
    let tags = TagKeys::new(secrets.iter().copied()).unwrap();
    verify_receipt(
        jws.as_bytes(),
        proof,
        &[log_key(seed).verifier_key().clone()],
        &tags,
    )
}

#[test]
fn a_receipt_is_proven_by_itself() {
    let (jws, proof) = receipt();
    let report = check(&jws, &proof, 1, &[]);
    assert_eq!(report.status, Status::Valid);
    assert_eq!(report.outcome(CheckName::Tags), Outcome::NotChecked);
    assert_eq!(report.log.map(|log| log.size), Some(40));
    let with_line_end = format!("{jws}\n");
    let report = check(&with_line_end, &proof, 1, &[SECRET]);
    assert_eq!(report.outcome(CheckName::Tags), Outcome::Ok);
    assert_eq!(report.status, Status::Valid);
}

#[test]
fn a_receipt_is_not_proven_by_anything_else() {
    let (jws, proof) = receipt();
    let other = Log::new(40).entries[10].jws.clone();
    let index = proof.replace("index 9", "index 10");
    for (what, jws, proof, seed) in [
        ("another receipt", &other, &proof, 1),
        ("another key", &jws, &proof, 2),
        ("another index", &jws, &index, 1),
        ("no proof", &jws, &String::new(), 1),
        ("no receipt", &String::new(), &proof, 1),
        ("a changed receipt", &jws.replacen('.', ".e", 1), &proof, 1),
    ] {
        assert_eq!(check(jws, proof, seed, &[]).status, Status::Wrong, "{what}");
    }
    let wrong = "another secret that is long enough for use";
    assert_eq!(
        check(&jws, &proof, 1, &[wrong]).status,
        Status::Valid,
        "it is another key's"
    );
}

fn keys(key: &LogKey) -> [VerifierKey; 1] {
    [key.verifier_key().clone()]
}

fn proof_of(log: &mut Log, old: u64, new: u64) -> Vec<TreeHash> {
    consistency_proof(old, new, log).unwrap()
}

#[test]
fn heads_of_one_log_are_consistent_by_proof_and_by_tiles() {
    let (mut log, key) = (Log::new(600), log_key(1));
    let zip = export(&mut log, &Filter::default());
    for (old, new) in [
        (0, 600),
        (1, 600),
        (256, 600),
        (300, 600),
        (600, 600),
        (599, 600),
    ] {
        let (one, other) = (log.head(&key, old), log.head(&key, new));
        let proof = if old > 0 {
            proof_of(&mut log, old, new)
        } else {
            Vec::new()
        };
        let report = verify_heads(&one, &other, &keys(&key), Between::Proof(proof));
        assert_eq!(report.status, Status::Valid, "{old} {new}");

        let mut bundle = Bundle::open(std::io::Cursor::new(&zip), Limits::USUAL).unwrap();
        // Either may be named first.
        let tiles = Between::Tiles(&mut bundle);
        let report = verify_heads(&other, &one, &keys(&key), tiles);
        assert_eq!(report.status, Status::Valid, "{old} {new}");
    }
}

#[test]
fn heads_of_two_logs_are_not() {
    let (mut log, key) = (Log::new(40), log_key(1));
    let mut other = log.clone();
    other.leaves.swap(3, 4);
    let proof = proof_of(&mut log, 20, 40);
    let vkey = &keys(&key)[..];
    let between = Between::Proof(proof.clone());
    let report = verify_heads(&other.head(&key, 20), &log.head(&key, 40), vkey, between);
    assert_eq!(report.outcome(CheckName::Head), Outcome::Failed);
    let cut = Between::Proof(proof[1..].to_vec());
    let report = verify_heads(&log.head(&key, 20), &log.head(&key, 40), vkey, cut);
    assert_eq!(report.status, Status::Wrong);
    let between = Between::Proof(proof);
    let report = verify_heads(
        &log.head(&log_key(2), 20),
        &log.head(&key, 40),
        vkey,
        between,
    );
    assert_eq!(report.outcome(CheckName::Checkpoint), Outcome::Failed);
}

#[test]
fn tiles_that_are_missing_show_nothing() {
    struct Nothing;
    impl utc_evidence::TileSource for Nothing {
        fn tile(
            &mut self,
            _: utc_attestation::log::TileId,
            _: u16,
        ) -> Result<Vec<TreeHash>, Box<dyn std::error::Error + Send + Sync>> {
            Err("there is none".into())
        }
    }
    let (log, key) = (Log::new(40), log_key(1));
    let (one, other) = (log.head(&key, 20), log.head(&key, 40));
    let tiles = Between::Tiles(&mut Nothing);
    let report = verify_heads(&one, &other, &keys(&key), tiles);
    assert_eq!(report.status, Status::Wrong);
}

#[test]
fn the_log_of_the_tests_reads_as_narrow_as_it_is_asked() {
    let tile = utc_attestation::log::TileId { level: 0, index: 0 };
    assert_eq!(Log::new(40).tile(tile, 7).unwrap().len(), 7);
}
