//! What there was when the signals of a unit were read. Whatever changed since makes an assessment old.

use std::collections::HashMap;

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::risks::{self, UnitRiskRow, Version};

/// What an assessment rests on, beside the signals. Invariant: it is read before them. Whoever changes what a score is made of
/// asks for the score again (`risk_due`), in the same transaction, and leaves another stamp there; whoever answers that
/// leaves another version of the scorer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Basis {
    /// When the score was last asked for, where it waits.
    due: Option<i64>,
    /// The scorer's word until then.
    version: Option<Version>,
}

impl Basis {
    /// That of one unit.
    pub(super) fn of(db: &mut Db, unit: &str) -> Result<Self, StorageError> {
        let due = risks::due_stamp(db, unit)?;
        Ok(Self::new(due, risks::find(db, unit)?.as_ref()))
    }

    /// Those of the units after `after` up to and including `to`; of the others nothing is known.
    pub(super) fn between(
        db: &mut Db,
        after: &str,
        to: &str,
    ) -> Result<HashMap<String, Self>, StorageError> {
        let mut all: HashMap<String, Self> = HashMap::new();
        for (unit, due) in risks::due_between(db, after, to)? {
            all.entry(unit).or_default().due = Some(due);
        }
        for (unit, version) in risks::versions_between(db, after, to)? {
            all.entry(unit).or_default().version = Some(version);
        }
        Ok(all)
    }

    /// Whether nothing changed since, asked in the transaction that writes; `word` is the scorer's word there.
    pub(super) fn holds(
        self,
        tx: &mut Tx<'_>,
        unit: &str,
        word: Option<&UnitRiskRow>,
    ) -> Result<bool, StorageError> {
        let due = risks::due_stamp(tx.db(), unit)?;
        Ok(self == Self::new(due, word))
    }

    fn new(due: Option<i64>, word: Option<&UnitRiskRow>) -> Self {
        let version = word.map(|word| (word.as_of, word.scored_at));
        Self { due, version }
    }
}
