//! Checkpoints: what a log signs about itself (C2SP `tlog-checkpoint`).

use std::fmt;

use crate::log::{LogKey, NoteError, Origin, TreeHash, VerifierKey, note};

/// A log at one size. As text it is the three lines that are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// How many leaves it has.
    pub size: u64,
    /// The root over them.
    pub root: TreeHash,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root } = self;
        write!(f, "{origin}\n{size}\n{root}\n")
    }
}

/// The signed note that a log hands out.
///
/// # Errors
///
/// [`NoteError::Origin`] if the checkpoint is another log's.
pub fn sign_checkpoint(key: &LogKey, checkpoint: &Checkpoint) -> Result<String, NoteError> {
    check_origin(checkpoint, key.verifier_key())?;
    Ok(note::sign(key, &checkpoint.to_string()))
}

/// What `key`'s log says in a signed note.
///
/// Signatures by other keys are ignored, as witnesses add theirs; every one by this key must be right.
/// Lines behind the root, which the format allows, are refused: no log of ours writes them, and nobody
/// would read what they say.
///
/// # Errors
///
/// [`NoteError::TooLarge`], [`NoteError::Signatures`] or [`NoteError::Form`] for what is no such note,
/// [`NoteError::Unsigned`] or [`NoteError::Signature`] if it does not count, [`NoteError::Origin`] for
/// another log's checkpoint under this key.
pub fn open_checkpoint(text: &str, key: &VerifierKey) -> Result<Checkpoint, NoteError> {
    let body = note::open(text, key)?;
    let checkpoint = read(body).filter(|checkpoint| checkpoint.to_string() == body);
    let checkpoint = checkpoint.ok_or(NoteError::Form {
        expected: "three lines: origin, size and root",
    })?;
    check_origin(&checkpoint, key)?;
    Ok(checkpoint)
}

fn check_origin(checkpoint: &Checkpoint, key: &VerifierKey) -> Result<(), NoteError> {
    if checkpoint.origin == *key.origin() {
        return Ok(());
    }
    Err(NoteError::Origin {
        expected: key.origin().clone(),
        actual: checkpoint.origin.clone(),
    })
}

/// The first three lines. That there are no others, and no other spellings, is for the caller to see.
fn read(body: &str) -> Option<Checkpoint> {
    let mut lines = body.lines();
    Some(Checkpoint {
        origin: lines.next()?.parse().ok()?,
        size: lines.next()?.parse().ok()?,
        root: lines.next()?.parse().ok()?,
    })
}
