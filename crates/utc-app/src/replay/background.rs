//! Replays in the background.

use std::sync::Arc;

use utc_domain::{ReceiptId, Role};

use super::{ReplayReport, ReplayRequest};
use crate::console::Console;
use crate::work::{Start, WorkId, WorkView};
use crate::{AppError, Principal};

/// A replay that is done, with its receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// What was asked for, with the unit's own name.
    pub request: ReplayRequest,
    /// What was found.
    pub report: ReplayReport,
    /// The receipt of the run.
    pub receipt_id: ReceiptId,
}

impl Console {
    /// Begins a replay on a thread of its own; [`Console::replay_state`] tells how it stands.
    ///
    /// # Errors
    /// As for [`Console::replay`]; [`AppError::Conflict`] with the code `too_much_work` while as many run as may.
    pub fn start_replay(
        self: &Arc<Self>,
        by: &Principal,
        request: &ReplayRequest,
    ) -> Result<WorkId, AppError> {
        let request = self.checked(by, Role::Auditor, request)?;
        let start = Start {
            by: by.name().clone(),
            unit: request.unit.clone(),
            clock: Arc::clone(self.clock()),
        };
        let (console, by) = (Arc::clone(self), by.name().clone());
        self.replays().begin(start, move |pace| {
            let done = console.run(&by, &request, &mut |done, total| pace.tell(done, total))?;
            Ok(done.map(|(report, receipt_id)| Replayed {
                request,
                report,
                receipt_id,
            }))
        })
    }

    /// How a replay stands.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when this process does not know it, or `by` may not see it.
    pub fn replay_state(&self, by: &Principal, id: WorkId) -> Result<WorkView<Replayed>, AppError> {
        self.replays().view(by, id)
    }

    /// Ends a replay that runs, without result and without receipt; one that has ended stays as it is.
    ///
    /// # Errors
    /// As for [`Console::replay_state`].
    pub fn cancel_replay(
        &self,
        by: &Principal,
        id: WorkId,
    ) -> Result<WorkView<Replayed>, AppError> {
        self.replays().cancel(by, id)
    }
}
