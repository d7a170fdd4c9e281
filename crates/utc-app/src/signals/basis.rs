//! What there was when the signals of a unit were read. Whatever of it changed since makes an assessment old.

use std::collections::HashMap;

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::risks::{self, UnitRiskRow, Version};

/// What an assessment rests on, beside the signals. Invariant: it is read before them.
///
/// What a person says is not passed over: a dismissal, another trust. Further signals change nothing here, or a flood of them
/// would keep a unit from ever being scored: the score waits again, and the next assessment has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Basis {
    /// How often a person had changed what scores are made of.
    revision: i64,
    /// The scorer's word until then.
    version: Option<Version>,
}

impl Basis {
    /// That of one unit.
    pub(super) fn of(db: &mut Db, unit: &str) -> Result<Self, StorageError> {
        let revision = risks::revision(db)?;
        Ok(Self::new(revision, risks::find(db, unit)?.as_ref()))
    }

    /// Those of the units after `after` up to and including `to`.
    pub(super) fn between(db: &mut Db, after: &str, to: &str) -> Result<Bases, StorageError> {
        let revision = risks::revision(db)?;
        let versions = risks::versions_between(db, after, to)?;
        let versions = versions.into_iter().collect();
        Ok(Bases { revision, versions })
    }

    /// Whether nothing of it changed since, asked in the transaction that writes; `word` is the scorer's word there.
    pub(super) fn holds(
        self,
        tx: &mut Tx<'_>,
        word: Option<&UnitRiskRow>,
    ) -> Result<bool, StorageError> {
        let revision = risks::revision(tx.db())?;
        Ok(self == Self::new(revision, word))
    }

    fn new(revision: i64, word: Option<&UnitRiskRow>) -> Self {
        let version = word.map(|word| (word.as_of, word.scored_at));
        Self { revision, version }
    }
}

/// The same of many units.
pub(super) struct Bases {
    revision: i64,
    versions: HashMap<String, Version>,
}

impl Bases {
    pub(super) fn of(&self, unit: &str) -> Basis {
        Basis {
            revision: self.revision,
            version: self.versions.get(unit).copied(),
        }
    }
}
