//! Where a unit's arrivals come from, and who is held for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use utc_domain::Subject;
use utc_storage::StorageError;
use utc_storage::rows::units::UnitRow;

use super::stored::parse;

/// Where the arrivals of a unit come from. The two never mix in one estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody reports them.
    Reported,
    /// They are counted here: what was asked for and not denied.
    Measured,
}

impl Source {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Measured => "measured",
        }
    }

    /// From its name in the database.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Reported, Self::Measured]
            .into_iter()
            .find(|source| source.as_str() == name)
    }
}

/// Who asks for more than their share, one a line: no subject holds a line end.
pub(crate) fn held_subjects(row: &UnitRow) -> Result<Option<Arc<BTreeSet<Subject>>>, StorageError> {
    let Some(text) = &row.held_subjects else {
        return Ok(None);
    };
    let subjects = text
        .lines()
        .map(|subject| parse("units.held_subjects", subject));
    Ok(Some(Arc::new(subjects.collect::<Result<_, _>>()?)))
}
