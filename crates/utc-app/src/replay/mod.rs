//! Deciding again what was decided: from receipts alone, with the evaluator that decides.

mod alternative;
mod background;
mod breakdown;
mod matrix;
mod policies;
mod read;
mod receipt;
mod report;
mod request;
mod simulate;
mod stored;
mod tally;
mod walk;

use std::ops::ControlFlow;

use utc_domain::{ReceiptId, Role, UnitName};
use utc_policy::{PolicySet, Question, UnitView, Verdict, evaluate};

use crate::console::Console;
use crate::{AppError, Principal};

pub use alternative::Alternative;
pub use background::Replayed;
pub use breakdown::{Breakdown, Share};
pub use matrix::Matrix;
pub use read::{NotReplayable, Obstacle};
pub use report::{
    Change, Counterfactual, Faithful, Finding, ObstacleCount, ReplayOutcome, ReplayReport,
    ReplayWindow, RuleShare, Unreplayable,
};
pub use request::{ReplayMode, ReplayRequest};
pub use simulate::{SIMULATED_MOST, Simulated, Simulation};

/// What decides: [`utc_policy::evaluate`], or what is compared with it.
pub type Evaluator<'a> = dyn Fn(&Question<'_>, &PolicySet, &UnitView) -> Verdict + 'a;

/// Is told how many positions of the log were gone through, of how many, and says whether to go on.
pub type Progress<'a> = dyn FnMut(u64, u64) -> ControlFlow<()> + 'a;

impl Console {
    /// Computes recorded decisions again, page by page, and records the run with a receipt. None when it was cancelled:
    /// then there is no receipt either. Blocks for as long as it takes.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without the role `auditor` on the unit, or everywhere where none is named;
    /// [`AppError::Invalid`] for an empty window or an alternative that changes nothing.
    pub fn replay(
        &self,
        by: &Principal,
        request: &ReplayRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<(ReplayReport, ReceiptId)>, AppError> {
        let request = self.checked(by, Role::Auditor, request)?;
        self.run(by.name(), &request, progress)
    }

    /// The same with an evaluator of the caller's, and without a receipt: what another version would have answered.
    ///
    /// # Errors
    /// As for [`Console::replay`].
    pub fn compare(
        &self,
        by: &Principal,
        request: &ReplayRequest,
        evaluator: &Evaluator<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<Option<ReplayReport>, AppError> {
        let request = self.checked(by, Role::Auditor, request)?;
        let stretch = self.stretch(&request)?;
        walk::run(self, &request, &stretch, evaluator, progress)
    }

    fn run(
        &self,
        by: &utc_domain::Subject,
        request: &ReplayRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<(ReplayReport, ReceiptId)>, AppError> {
        let stretch = self.stretch(request)?;
        let Some(report) = walk::run(self, request, &stretch, &evaluate, progress)? else {
            return Ok(None);
        };
        let receipt = self.record_replay(by, request, &report)?.wait()?;
        Ok(Some((report, receipt)))
    }

    /// The request with the unit's own name, if it is valid and `by` may ask for it in this role.
    fn checked(
        &self,
        by: &Principal,
        role: Role,
        request: &ReplayRequest,
    ) -> Result<ReplayRequest, AppError> {
        request.check()?;
        let unit: Option<UnitName> = request.unit.as_ref().map(|unit| self.resolve(unit));
        match &unit {
            Some(unit) => by.may(role, unit)?,
            None => by.may_everywhere(role)?,
        }
        Ok(ReplayRequest {
            unit,
            ..request.clone()
        })
    }
}
