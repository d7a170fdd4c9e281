//! What a change of rules would have done to the newest decisions: at once, and without a receipt.

use std::ops::ControlFlow;

use utc_domain::{Role, Timestamp, UnitName};
use utc_policy::evaluate;
use utc_storage::rows::decisions;

use super::request::Part;
use super::{Alternative, ReplayMode, ReplayReport, ReplayRequest, walk};
use crate::console::Console;
use crate::{AppError, Principal};

/// The most decisions that one simulation judges.
pub const SIMULATED_MOST: i64 = 20_000;

/// How far back a simulation looks when nothing is said, in minutes.
const USUAL_MINUTES: i64 = 24 * 60;

/// A change of rules to try, and on which decisions.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// What would be otherwise.
    pub alternative: Alternative,
    /// Decisions of this time or later; none: of the last 24 hours before `to`.
    pub from: Option<Timestamp>,
    /// Decisions before this time; none: up to the newest one.
    pub to: Option<Timestamp>,
    /// Only decisions about this unit; an alias means the unit it names.
    pub unit: Option<UnitName>,
    /// How many decisions at most, the newest ones; 1 to [`SIMULATED_MOST`].
    pub limit: i64,
}

/// What a change of rules would have done.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// The decisions.
    pub report: ReplayReport,
    /// Whether there were more decisions in the window than one simulation judges; it judged the newest ones.
    pub cut: bool,
}

impl Console {
    /// Judges recent decisions by other rules. Blocks.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without the role `operator` on the unit, or everywhere where none is named;
    /// [`AppError::Invalid`] for an empty window or an alternative that changes nothing;
    /// [`AppError::Conflict`] while as many simulations run as may.
    pub fn simulate(&self, by: &Principal, asked: Simulation) -> Result<Simulated, AppError> {
        let now = self.clock().now();
        let usual = || asked.to.unwrap_or(now).plus_minutes(-USUAL_MINUTES);
        let request = ReplayRequest {
            from: Some(asked.from.unwrap_or_else(usual)),
            to: asked.to,
            unit: asked.unit,
            mode: ReplayMode::Counterfactual(asked.alternative),
        };
        let request = self.checked(by, Role::Operator, &request)?;
        let _place = self.simulating().take()?;
        let part = self.stretch(&request)?;
        let limit = asked.limit.clamp(1, SIMULATED_MOST);
        let (part, cut) = self.newest(part, limit)?;
        let go_on = &mut |_, _| ControlFlow::Continue(());
        let report = walk::run(self, &request, &part, &evaluate, go_on)?;
        let report =
            report.ok_or_else(|| AppError::Internal("a simulation was cancelled".into()))?;
        Ok(Simulated { report, cut })
    }

    /// The end of a part, with no more decisions than `limit`.
    fn newest(&self, mut part: Part, limit: i64) -> Result<(Part, bool), AppError> {
        let nth = |count| {
            self.store()
                .read(|db| decisions::from_end(db, &part.stretch, count))
        };
        let cut = nth(limit + 1)?.is_some();
        if cut && let Some(first) = nth(limit)? {
            part.stretch.from = first;
        }
        Ok((part, cut))
    }
}
