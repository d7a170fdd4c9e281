//! Two checkpoints of one log.

use utc_attestation::log::{Checkpoint, TreeHash, VerifierKey, verify_consistency};

use super::CheckName::{Checkpoint as CheckpointCheck, Head};
use super::check::Checks;
use super::head::{TileSource, open};
use super::own::{Apart, Outside, compare};
use super::{Report, explain};

/// What shows how two states of a log relate.
pub enum Between<'t> {
    /// Tiles of the larger one.
    Tiles(&'t mut dyn TileSource),
    /// The consistency proof of RFC 6962, section 2.1.2.
    Proof(Vec<TreeHash>),
}

/// Checks that the log of one checkpoint begins with the log of another, whichever is older. Each has to be signed by
/// one of the keys: a log whose key changed has several.
pub fn verify_heads(one: &str, other: &str, keys: &[VerifierKey], between: Between<'_>) -> Report {
    let mut checks = Checks::of(&[CheckpointCheck, Head]);
    let keys: Vec<&VerifierKey> = keys.iter().collect();
    let mut open = |text: &str| checks.value(CheckpointCheck, open(text, &keys));
    let (Some(one), Some(other)) = (open(one), open(other)) else {
        return Report::of_part(checks, None, 0);
    };
    let (old, new) = if one.size <= other.size {
        (one, other)
    } else {
        (other, one)
    };
    let detail = format!(
        "the log's key signed both: {} and {} entries",
        old.size, new.size
    );
    checks.done(CheckpointCheck, &detail);
    if !holds(&old, &new, between, &mut checks) {
        // Not knowing is no answer here: nothing else was asked.
        checks.fault(Head, "that one log begins with the other is not shown");
    }
    Report::of_part(checks, Some(new), 0)
}

fn holds(old: &Checkpoint, new: &Checkpoint, between: Between<'_>, checks: &mut Checks) -> bool {
    if old.size == 0 {
        checks.done(Head, "every log begins with the log without entries");
        return true;
    }
    match between {
        Between::Tiles(tiles) => match compare(old, new, &mut Outside(tiles)) {
            Ok(()) => {
                checks.done(Head, "the larger log begins with the smaller one");
                true
            }
            Err(Apart::Unknown(why) | Apart::Rewritten(why)) => {
                checks.fault(Head, &why);
                false
            }
        },
        Between::Proof(proof) => {
            let consistent = verify_consistency(old.size, new.size, old.root, new.root, &proof);
            let consistent = consistent.map_err(|error| explain(&error));
            let holds = checks.value(Head, consistent).is_some();
            checks.done(Head, "the larger log begins with the smaller one");
            holds
        }
    }
}
