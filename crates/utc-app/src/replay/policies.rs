//! The policy sets that receipts name, found again.

use std::collections::HashMap;

use utc_attestation::PolicyClaims;
use utc_policy::PolicySet;
use utc_storage::rows::rules;
use utc_storage::{StorageError, Store};

use super::Alternative;
use super::read::{NotReplayable, Obstacle};

/// The policy sets of a run, each read once.
pub(super) struct Policies<'a> {
    store: &'a Store,
    alternative: Option<&'a Alternative>,
    known: HashMap<u64, Result<Known, NotReplayable>>,
}

/// A policy set as it was, and the one to judge by.
#[derive(Clone)]
struct Known {
    recorded: PolicySet,
    judging: PolicySet,
}

impl<'a> Policies<'a> {
    pub(super) fn new(store: &'a Store, alternative: Option<&'a Alternative>) -> Self {
        Self {
            store,
            alternative,
            known: HashMap::new(),
        }
    }

    /// The set to judge by where a receipt names this one: the text is what it was only if it has the receipt's digest.
    pub(super) fn judging(
        &mut self,
        named: &PolicyClaims,
    ) -> Result<Result<&PolicySet, NotReplayable>, StorageError> {
        if !self.known.contains_key(&named.version) {
            let found = self.read(named.version)?;
            self.known.insert(named.version, found);
        }
        Ok(match self.known.get(&named.version) {
            Some(Ok(known)) if known.recorded.reference().digest == named.digest => {
                Ok(&known.judging)
            }
            Some(Ok(known)) => Err(NotReplayable::new(
                Obstacle::PolicyDiffers,
                format!(
                    "version {} is stored with digest {}, the receipt names {}",
                    named.version,
                    known.recorded.reference().digest,
                    named.digest
                ),
            )),
            Some(Err(why)) => Err(why.clone()),
            None => Err(absent(named.version)),
        })
    }

    fn read(&self, version: u64) -> Result<Result<Known, NotReplayable>, StorageError> {
        let number = i64::try_from(version).unwrap_or(i64::MAX);
        let text = self.store.read(|db| rules::canonical(db, number))?;
        let Some(text) = text else {
            return Ok(Err(absent(version)));
        };
        let Some(recorded) = PolicySet::from_canonical(&text, version) else {
            let detail = format!("version {version} has rules that this evaluator does not know");
            return Ok(Err(NotReplayable::new(Obstacle::PolicyUnknown, detail)));
        };
        let alternative = self.alternative;
        let judging = alternative.map_or_else(|| recorded.clone(), |other| other.policy(&recorded));
        Ok(Ok(Known { recorded, judging }))
    }
}

fn absent(version: u64) -> NotReplayable {
    let detail = format!("there is no version {version} of the policy");
    NotReplayable::new(Obstacle::PolicyUnknown, detail)
}
