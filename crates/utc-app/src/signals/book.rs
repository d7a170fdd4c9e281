//! Who the sources are, for scoring.

use std::collections::{BTreeMap, HashMap};

use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::sources;
use utc_tdx::score::Ratings;
use utc_tdx::{Reach, SourceName};

use super::stored::{name, rating, reach};

/// Every source with how far it is believed and whom it may speak about.
pub(super) struct Book {
    sources: HashMap<String, (SourceName, Reach)>,
    pub(super) ratings: Ratings,
}

impl Book {
    pub(super) fn load(db: &mut Db) -> Result<Self, StorageError> {
        let mut all = HashMap::new();
        let mut ratings = BTreeMap::new();
        for row in sources::all(db)? {
            let name = name(&row)?;
            ratings.insert(name.clone(), rating(&row)?);
            let reach = reach(&row)?;
            all.insert(row.name, (name, reach));
        }
        Ok(Self {
            sources: all,
            ratings: Ratings::new(ratings),
        })
    }

    /// A source that is in the database, as every event's is.
    pub(super) fn find(&self, name: &str) -> Result<&(SourceName, Reach), StorageError> {
        self.sources.get(name).ok_or(StorageError::NotFound)
    }
}
