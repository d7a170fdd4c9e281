//! Pins, risk marks and overrides of risk that have reached their end.

use std::sync::Arc;

use utc_domain::{Code, Draft, LevelCause, PolicyRef, Timestamp, UnitName};
use utc_storage::connection::Db;
use utc_storage::journal::{Journal, Tx};
use utc_storage::rows::marks;
use utc_storage::rows::units::{self, UnitRow};
use utc_storage::{StorageError, Store};

use super::configure::{save, state_of};
use super::marks::{end_pin, risk_draft};
use super::stored;
use crate::cache::StateCache;
use crate::console::Console;
use crate::draft::system_subject;
use crate::signals::expire_override;
use crate::task::{Plan, Task};
use crate::{AppError, Ticket};

/// Units of which something has reached its end.
struct Ended {
    pins: Vec<String>,
    risks: Vec<String>,
    overrides: Vec<String>,
}

impl Ended {
    fn find(db: &mut Db, now: Timestamp) -> Result<Self, StorageError> {
        let now = now.as_micros();
        Ok(Self {
            pins: marks::pin::ended(db, now)?,
            risks: marks::risk::ended(db, now)?,
            overrides: marks::risk_override::ended(db, now)?,
        })
    }

    /// Each once.
    fn units(&self) -> Vec<&str> {
        let mut units: Vec<&str> = Vec::new();
        for unit in self.pins.iter().chain(&self.risks).chain(&self.overrides) {
            if !units.contains(&unit.as_str()) {
                units.push(unit);
            }
        }
        units
    }

    /// Ends what has reached its end of one unit.
    fn end(
        &self,
        tx: &mut Tx<'_>,
        row: &UnitRow,
        name: &UnitName,
        policy: &PolicyRef,
    ) -> Result<Vec<Draft>, AppError> {
        let clock = system_subject("system:clock");
        let mut drafts = Vec::new();
        if self.pins.contains(&row.name) {
            let reason = format!("The pin of {name} reached its end.");
            let cause = LevelCause::PinExpired;
            drafts.push(end_pin(tx, row, name, policy, &clock, cause, reason)?);
        }
        if self.overrides.contains(&row.name) {
            drafts.push(expire_override(tx, name, policy)?);
        }
        if self.risks.contains(&row.name) {
            marks::risk::remove(tx.db(), &row.name)?;
            let reason = format!("The risk mark of {name} reached its end.");
            let code = Code::RiskExpired;
            drafts.push(risk_draft(code, &clock, name, reason, false, policy));
        }
        Ok(drafts)
    }
}

/// Ends every pin, risk mark and override whose time has come, each with a receipt. Any server may do it: who comes second
/// finds nothing.
pub(crate) fn expire(console: &Console) -> Ticket<usize> {
    expire_with(console.cache(), console.journal())
}

/// Whether any has reached its end. The clock of the journal decides in the end.
pub(crate) fn something_ended(store: &Store, now: Timestamp) -> bool {
    let ended = store.read(|db| Ended::find(db, now));
    // Where the database cannot be read, the journal reports the trouble.
    ended.is_ok_and(|ended| !ended.units().is_empty())
}

/// The same as [`expire`], for the ticking thread. Also makes the journal load what another process changed.
pub(crate) fn expire_with(cache: &Arc<StateCache>, journal: &Journal) -> Ticket<usize> {
    let (job, ticket) = Task::boxed(Arc::clone(cache), end_all);
    journal.submit(job);
    ticket.map(|(count, _)| count)
}

fn end_all(tx: &mut Tx<'_>) -> Result<Plan<usize>, AppError> {
    let now = tx.now();
    let ended = Ended::find(tx.db(), now)?;
    let policy = stored::policy_in(tx)?;
    let (mut drafts, mut states) = (Vec::new(), Vec::new());
    for unit in ended.units() {
        let row = touch(tx, unit)?;
        let name: UnitName = stored::parse("units.name", &row.name)?;
        drafts.extend(ended.end(tx, &row, &name, &policy)?);
        states.push((name, state_of(tx.db(), &row)?));
    }
    Ok(Plan {
        answer: drafts.len(),
        drafts,
        publish: Some(Box::new(move |cache| {
            for (unit, state) in &states {
                cache.set_unit(unit, state.clone());
            }
        })),
    })
}

fn touch(tx: &mut Tx<'_>, unit: &str) -> Result<UnitRow, AppError> {
    let not_found = || AppError::NotFound {
        what: "unit",
        name: unit.to_owned(),
    };
    let mut row = units::find(tx.db(), unit)?.ok_or_else(not_found)?;
    row.state_epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
    row.updated_at = tx.now().as_micros();
    save(tx.db(), &row, false)?;
    Ok(row)
}
