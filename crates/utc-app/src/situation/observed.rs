//! What would have been held back on units whose decisions do not bind yet.

use utc_domain::{Decision, Mode, ReceiptKind, UnitName};
use utc_storage::rows::receipts::{self, Filter};

use super::claims;
use crate::console::Console;
use crate::{AppError, Principal};

/// How many units are looked at.
const UNITS: usize = 20;

/// How many of the newest decisions of each.
const DECISIONS: usize = 200;

/// What would have been held back on one unit in observe mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The unit.
    pub unit: UnitName,
    /// How many of its newest decisions were looked at.
    pub looked_at: usize,
    /// How many of them would have waited for people.
    pub held: usize,
    /// How many of them would have been refused.
    pub refused: usize,
    /// The newest receipt of one that would have been held or refused.
    pub example: Option<String>,
}

impl Console {
    /// The units in observe mode that `by` sees, by name, at most twenty. Blocks.
    pub fn observed_units(&self, by: &Principal) -> Result<Vec<Observed>, AppError> {
        let units = self.briefs(by).into_iter();
        let units = units.filter(|unit| unit.mode == Mode::Observe).take(UNITS);
        units.map(|unit| self.observed_unit(unit.name)).collect()
    }

    fn observed_unit(&self, unit: UnitName) -> Result<Observed, AppError> {
        let filter = Filter {
            unit: Some(unit.to_string()),
            kind: Some(ReceiptKind::Decision.to_string()),
            ..Filter::default()
        };
        let page = self
            .store()
            .read(|db| receipts::search(db, &filter, DECISIONS, &|_| true))?;
        let mut observed = Observed {
            unit,
            looked_at: page.rows.len(),
            held: 0,
            refused: 0,
            example: None,
        };
        for row in page.rows {
            let would_be = claims(&row.jws).and_then(|claims| claims.meta.would_be);
            observed.count(would_be.as_deref(), row.id);
        }
        Ok(observed)
    }
}

impl Observed {
    fn count(&mut self, would_be: Option<&str>, receipt: String) {
        let count = match would_be.and_then(|text| text.parse().ok()) {
            Some(Decision::RequireApproval) => &mut self.held,
            Some(Decision::Deny) => &mut self.refused,
            Some(Decision::Allow) | None => return,
        };
        *count += 1;
        self.example.get_or_insert(receipt);
    }
}
