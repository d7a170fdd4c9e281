//! One receipt's proof, with all that is needed to check it (C2SP `tlog-proof`).

use std::fmt;
use std::str::FromStr;

use crate::leaf_hash;
use crate::log::note::MAX_NOTE_BYTES;
use crate::log::{
    Checkpoint, LogError, NoteError, TreeHash, VerifierKey, open_checkpoint, verify_inclusion,
};

/// The first line of a proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that the way to a root can have.
const MAX_HASHES: usize = 64;

/// The longest line of a proof before its checkpoint, with its end.
const MAX_LINE_BYTES: usize = 45;

/// That one leaf is in the log that a checkpoint describes: without network, database or secrets.
///
/// As text it is a `tlog-proof` without the `extra` line, which nothing authenticates. A proof that has
/// one is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptProof {
    /// The position of the receipt, from 0: its `seq`.
    pub index: u64,
    /// The inclusion proof in the checkpoint's tree.
    pub hashes: Vec<TreeHash>,
    /// The checkpoint as it was signed, signatures included.
    pub checkpoint: String,
}

impl fmt::Display for ReceiptProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for ReceiptProof {
    type Err = LogError;

    /// Reads the one spelling of a proof. The checkpoint is taken as it is, up to the size of the largest
    /// note.
    fn from_str(text: &str) -> Result<Self, LogError> {
        let fits = text.len() <= MAX_NOTE_BYTES + (MAX_HASHES + 3) * MAX_LINE_BYTES;
        let proof = fits.then(|| read(text)).flatten();
        let proof = proof.filter(|proof| proof.to_string() == text);
        proof.ok_or(LogError::Form {
            expected: "a proof of version 1: its index, hashes, and a checkpoint",
        })
    }
}

fn read(text: &str) -> Option<ReceiptProof> {
    let (head, checkpoint) = text.split_once("\n\n")?;
    let mut lines = head.strip_prefix(HEADER)?.strip_prefix('\n')?.split('\n');
    let index = lines.next()?.strip_prefix("index ")?.parse().ok()?;
    let hashes = lines.map(|line| line.parse().ok());
    let hashes: Vec<TreeHash> = hashes.collect::<Option<_>>()?;
    (hashes.len() <= MAX_HASHES && checkpoint.len() <= MAX_NOTE_BYTES).then(|| ReceiptProof {
        index,
        hashes,
        checkpoint: checkpoint.to_owned(),
    })
}

/// Why a receipt is not proven to be in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The checkpoint does not count.
    #[error("the checkpoint does not count")]
    Checkpoint(#[source] NoteError),
    /// The checkpoint counts, and the proof does not lead from the receipt to its root.
    #[error("the receipt is not proven to be in the checkpoint's tree")]
    Inclusion(#[source] LogError),
}

/// Checks that a receipt, byte for byte, is in the log of `key`, and says in which state of it.
///
/// It proves where the receipt stands, not that its content is right: verify its tag or its chain for that.
/// Compare the receipt's `seq` with [`ReceiptProof::index`].
///
/// # Errors
///
/// [`ProofError`] says which half failed.
pub fn verify_receipt_proof(
    jws: &[u8],
    proof: &ReceiptProof,
    key: &VerifierKey,
) -> Result<Checkpoint, ProofError> {
    let checkpoint = open_checkpoint(&proof.checkpoint, key).map_err(ProofError::Checkpoint)?;
    verify_inclusion(
        proof.index,
        checkpoint.size,
        leaf_hash(jws),
        checkpoint.root,
        &proof.hashes,
    )
    .map_err(ProofError::Inclusion)?;
    Ok(checkpoint)
}
