//! Proofs of one receipt that need nothing else.

use proptest::prelude::*;
use utc_attestation::leaf_hash;
use utc_attestation::log::{
    Checkpoint, LogError, LogKey, NoteError, ProofError, ReceiptProof, TreeHash, inclusion_proof,
    root_at, sign_checkpoint, verify_receipt_proof,
};

use crate::fixture::token;
use crate::log::keys::{ORIGIN, key};
use crate::log::model::{Store, leaf, reading};

const INDEX: u64 = 5;
const SIZE: u64 = 11;

/// Ten leaves and a receipt among them.
fn store() -> Store {
    let mut store = Store::default();
    for index in 0..SIZE {
        let receipt = index == INDEX;
        store.push(if receipt {
            leaf_hash(token().as_bytes())
        } else {
            leaf(index)
        });
    }
    store
}

fn proof_at(size: u64) -> ReceiptProof {
    let mut store = store();
    let (root, _) = reading(&mut store, |store| root_at(size, store).unwrap());
    let (hashes, _) = reading(&mut store, |store| inclusion_proof(INDEX, size, store));
    let origin = ORIGIN.parse().unwrap();
    let checkpoint = Checkpoint { origin, size, root };
    ReceiptProof {
        index: INDEX,
        hashes: hashes.unwrap(),
        checkpoint: sign_checkpoint(&key(), &checkpoint).unwrap(),
    }
}

fn verify(proof: &ReceiptProof) -> Result<u64, ProofError> {
    verify_receipt_proof(token().as_bytes(), proof, key().verifier_key()).map(|found| found.size)
}

#[test]
fn a_receipt_is_proven_at_every_size_that_holds_it() {
    for size in INDEX + 1..=SIZE {
        let text = proof_at(size).to_string();
        let proof: ReceiptProof = text.parse().unwrap();
        assert_eq!(proof, proof_at(size));
        assert_eq!(verify(&proof), Ok(size));
    }
}

#[test]
fn a_proof_is_written_as_the_specification_says() {
    let proof = ReceiptProof {
        index: 73_894,
        hashes: vec![TreeHash::EMPTY; 2],
        checkpoint: "example.com/log\n109482\nroot\n\n— example.com/log signature\n".to_owned(),
    };
    let hash = TreeHash::EMPTY;
    let expected = format!(
        "c2sp.org/tlog-proof@v1\nindex 73894\n{hash}\n{hash}\n\n{}",
        proof.checkpoint
    );
    assert_eq!(proof.to_string(), expected);
    assert_eq!(expected.parse(), Ok(proof));
    let alone = "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint";
    let expected = ReceiptProof {
        index: 0,
        hashes: Vec::new(),
        checkpoint: "checkpoint".to_owned(),
    };
    assert_eq!(alone.parse(), Ok(expected));
}

#[test]
fn another_spelling_of_a_proof_is_refused() {
    let text = proof_at(SIZE).to_string();
    let hash = TreeHash::EMPTY;
    let refused = [
        String::new(),
        text.replacen("@v1", "@v2", 1),
        text.replacen("@v1\n", "@v1\nextra AAAA\n", 1),
        text.replacen("@v1\n", "@v1\n\n", 1),
        text.replacen("@v1\n", "@v1 \n", 1),
        text.replacen("index 5", "index 05", 1),
        text.replacen("index 5", "index +5", 1),
        text.replacen("index 5", "index -5", 1),
        text.replacen("index 5", "index  5", 1),
        text.replacen("index 5", "index 5 ", 1),
        text.replacen("index 5", "index 18446744073709551616", 1),
        text.replacen("index 5", "Index 5", 1),
        text.replacen("index 5\n", "", 1),
        text.replacen("=\n", "\n", 1),
        text.replacen("=\n", "= \n", 1),
        text.replacen('\n', "\r\n", 1),
        text.replacen(
            "index 5\n",
            &format!("index 5\n{}", format!("{hash}\n").repeat(62)),
            1,
        ),
        format!("{text}{}", " ".repeat(128 * 1024)),
        format!("\n{text}"),
        "c2sp.org/tlog-proof@v1\nindex 5".to_owned(),
        "c2sp.org/tlog-proof@v1\nindex 5\n".to_owned(),
    ];
    for text in refused {
        let read: Result<ReceiptProof, LogError> = text.parse();
        assert!(matches!(read, Err(LogError::Form { .. })), "{text:?}");
    }
}

#[test]
fn each_half_of_a_proof_must_hold() {
    let proof = proof_at(SIZE);
    let other = verify_receipt_proof(b"another receipt", &proof, key().verifier_key());
    assert_eq!(other, Err(ProofError::Inclusion(LogError::Root)));
    let foreign = LogKey::from_seed(ORIGIN.parse().unwrap(), &[8; 32]);
    let refused = verify_receipt_proof(token().as_bytes(), &proof, foreign.verifier_key());
    assert_eq!(refused, Err(ProofError::Checkpoint(NoteError::Unsigned)));
    let older = ReceiptProof {
        checkpoint: proof_at(SIZE - 1).checkpoint,
        ..proof
    };
    assert!(matches!(verify(&older), Err(ProofError::Inclusion(_))));
}

#[test]
fn every_single_bit_of_a_proof_counts() {
    let text = proof_at(SIZE).to_string().into_bytes();
    let (receipt, key) = (token(), key());
    let holds = |proof: ReceiptProof| {
        verify_receipt_proof(receipt.as_bytes(), &proof, key.verifier_key()).is_ok()
    };
    for position in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone();
            changed[position] ^= 1 << bit;
            let read = std::str::from_utf8(&changed).ok();
            let proof = read.and_then(|text| text.parse().ok());
            assert!(!proof.is_some_and(holds), "bit {bit} of byte {position}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(\\PC|\n){0,200}") {
        prop_assert!(text.parse::<ReceiptProof>().is_err());
    }

    #[test]
    fn what_is_read_is_written_in_the_same_way(
        text in "c2sp\\.org/tlog-proof@v1\n(extra [A-Z]{0,4}\n)?index [0-9]{1,21}\n([A-Za-z0-9+/]{43}=\n){0,2}\n\\PC{0,9}\n",
    ) {
        if let Ok(proof) = text.parse::<ReceiptProof>() {
            prop_assert_eq!(proof.to_string(), text);
        }
    }
}
