//! What other processes changed, read inside the journal's transaction: decisions wait meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use utc_domain::ApprovalId;
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::units::UnitRow;
use utc_storage::rows::{tokens, units, users};

use super::StateCache;
use crate::approvals::Waiting;
use crate::units::marked::Marks;
use crate::units::stored;

/// Of how many units it is asked at once what is said of them.
const AT_ONCE: usize = 500;

impl utc_storage::journal::StateCache for StateCache {
    fn epoch(&self) -> u64 {
        Self::epoch(self)
    }

    fn reload(&self, db: &mut Db, epoch: u64) -> Result<(), StorageError> {
        let known = if self.loaded.load(Ordering::Relaxed) {
            signed(self.epoch())
        } else {
            -1
        };
        let Some(policy) = stored::load_policy(db)? else {
            // The log is empty: its first entry is about to be written.
            return Ok(());
        };
        self.load_units(db, known)?;
        for row in users::changed_after(db, known)? {
            self.identities.put_user(&row)?;
        }
        for row in tokens::changed_after(db, known)? {
            self.identities.put_token(&row)?;
        }
        self.identities.count_approvers();
        self.load_waiting(db)?;
        self.load_aliases(db)?;
        self.set_policy(policy);
        self.loaded.store(true, Ordering::Relaxed);
        self.epoch.store(epoch, Ordering::Release);
        Ok(())
    }

    fn advance(&self, epoch: u64) {
        if self.loaded.load(Ordering::Relaxed) {
            self.epoch.store(epoch, Ordering::Release);
        }
    }
}

impl StateCache {
    /// The units that changed after an epoch.
    fn load_units(&self, db: &mut Db, known: i64) -> Result<(), StorageError> {
        for part in units::changed_after(db, known)?.chunks(AT_ONCE) {
            let names: Vec<&str> = part.iter().map(|row| row.name.as_str()).collect();
            let mut marks = Marks::of_units(db, &names)?;
            for row in part {
                let marks = marks.remove(&row.name).unwrap_or_default();
                self.load_unit(row, &marks)?;
            }
        }
        Ok(())
    }

    fn load_unit(&self, row: &UnitRow, marks: &Marks) -> Result<(), StorageError> {
        let state = stored::unit_state(row, marks)?;
        let name = stored::parse("units.name", &row.name)?;
        self.set_unit(&name, state);
        self.enter(&name, Some(&stored::config(row)?));
        Ok(())
    }

    fn load_aliases(&self, db: &mut Db) -> Result<(), StorageError> {
        let mut aliases = HashMap::new();
        for row in units::aliases(db)? {
            let alias = stored::parse("unit_aliases.alias", &row.alias)?;
            aliases.insert(alias, stored::parse("unit_aliases.unit", &row.unit)?);
        }
        self.aliases.store(Arc::new(aliases));
        Ok(())
    }

    /// Takes over what the database says of approvals, and wakes whoever waited for what another process decided.
    fn load_waiting(&self, db: &mut Db) -> Result<(), StorageError> {
        let waiting = Waiting::load(db)?;
        let pending: HashSet<ApprovalId> = waiting.ids().collect();
        self.set_waiting(waiting);
        self.watchers.wake_all_but(&pending);
        Ok(())
    }
}

fn signed(epoch: u64) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}
