//! Whether the key of the bundle is known from outside, or was handed the log by one that is.

use std::io::{Read, Seek};

use utc_attestation::log::{Checkpoint, VerifierKey};

use super::CheckName::{Checkpoint as CheckpointCheck, LogKey, Signature};
use super::check::Checks;
use super::head::open;
use super::history::History;
use super::own::{Apart, OwnLog};

/// How the bundle's key stands to those from outside.
enum Standing {
    /// None were given.
    NoneGiven,
    /// It is one of them.
    Given,
    /// One of them signed a state of the log that registers it.
    HandedOn,
    /// One of them is a former key, as receipts say that only the bundle's key vouches for.
    Told,
    /// Nothing links them.
    Foreign,
}

/// Says what `key`, which the bundle was checked with, is worth.
pub(super) fn check<R: Read + Seek>(
    own: Option<&mut OwnLog<'_, '_, R>>,
    key: &VerifierKey,
    given: &[VerifierKey],
    notes: &[&str],
    history: &History,
    checks: &mut Checks,
) {
    match standing(own, key, given, notes, history, checks) {
        Standing::NoneGiven => checks.skip(LogKey, "no verifier key from outside was given"),
        Standing::Given => checks.done(LogKey, "it is the one from outside"),
        Standing::HandedOn => {
            checks.done(LogKey, "a key from outside signed the log that hands over to it");
        }
        Standing::Told => checks.skip(
            LogKey,
            "the key from outside is a former one, as receipts say; that it handed over to the bundle's key is not shown: give the checkpoint that bridges both, or the new key",
        ),
        Standing::Foreign => {
            checks.fault(LogKey, "the bundle's log key is not the one from outside");
            for signed in [CheckpointCheck, Signature] {
                checks.fault(signed, "the key that signed it is not the one from outside");
            }
        }
    }
}

fn standing<R: Read + Seek>(
    own: Option<&mut OwnLog<'_, '_, R>>,
    key: &VerifierKey,
    given: &[VerifierKey],
    notes: &[&str],
    history: &History,
    checks: &mut Checks,
) -> Standing {
    if given.is_empty() {
        return Standing::NoneGiven;
    }
    if given.contains(key) {
        return Standing::Given;
    }
    let handed = own.is_some_and(|own| {
        let mut chain = Chain::new(given, history);
        chain.follow(own, notes, checks);
        chain.trusted.contains(&key)
    });
    if handed {
        Standing::HandedOn
    } else if history.keys().any(|told| given.contains(told)) {
        Standing::Told
    } else {
        Standing::Foreign
    }
}

/// Keys, each registered in a state of the log that one before it signed.
struct Chain<'k> {
    trusted: Vec<&'k VerifierKey>,
    history: &'k History,
}

impl<'k> Chain<'k> {
    fn new(given: &'k [VerifierKey], history: &'k History) -> Self {
        Self {
            trusted: given.iter().collect(),
            history,
        }
    }

    /// Goes from key to key for as long as a note leads on.
    fn follow<R: Read + Seek>(
        &mut self,
        own: &mut OwnLog<'_, '_, R>,
        notes: &[&str],
        checks: &mut Checks,
    ) {
        let mut left: Vec<&str> = notes.to_vec();
        while let Some((at, bridge)) = self.next(&left) {
            left.remove(at);
            match own.compare(&bridge) {
                Ok(()) => self.trusted.extend(self.history.keys_within(bridge.size)),
                Err(Apart::Unknown(_)) => {}
                Err(Apart::Rewritten(why)) => {
                    checks.fault(LogKey, &format!("a checkpoint of a former key: {why}"));
                }
            }
        }
    }

    /// The first note that a trusted key signed.
    fn next(&self, notes: &[&str]) -> Option<(usize, Checkpoint)> {
        let mut places = notes.iter().enumerate();
        places.find_map(|(at, note)| Some((at, open(note, &self.trusted).ok()?)))
    }
}
