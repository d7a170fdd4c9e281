//! Held requests that may be sent, and those whose process is gone.

use utc_domain::{ApprovalId, UnitName};
use utc_storage::connection::Location;
use utc_storage::rows::held_requests;

use super::finish::give_up;
use crate::AppError;
use crate::console::Console;
use crate::options::after;
use crate::task::Plan;
use crate::units::stored::parse;

/// How long an answer is kept for whoever asked, in minutes.
const KEPT_MINUTES: i64 = 24 * 60;

impl Console {
    /// Approved requests that may be sent now and that nobody sends, the longest waiting first. Blocks.
    pub fn ready_to_execute(&self, limit: usize) -> Result<Vec<(ApprovalId, UnitName)>, AppError> {
        let now = self.clock().now().as_micros();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .store()
            .read(|db| held_requests::ready(db, now, limit))?;
        let ready = rows
            .iter()
            .map(|(id, unit)| Ok((parse("approvals.id", id)?, parse("approvals.unit", unit)?)));
        ready.collect()
    }

    /// Says that this process is alive, gives up what processes that are gone had begun to send, and erases old answers.
    /// Answers how many requests were given up. Blocks; call it about once a second.
    pub fn tend_executions(&self) -> Result<usize, AppError> {
        let now = self.clock().now();
        let lease = self.options().execution_lease;
        let alone = self.alone().map(str::to_owned);
        let old = now.plus_minutes(-KEPT_MINUTES).as_micros();
        let (renew, abandoned, answers) = self.store().read(|db| {
            let half = after(now, lease / 2).as_micros();
            Ok::<_, AppError>((
                held_requests::must_renew(db, self.boot(), half)?,
                !held_requests::abandoned(db, now.as_micros(), alone.as_deref())?.is_empty(),
                held_requests::any_old_answer(db, old)?,
            ))
        })?;
        if !(renew || abandoned || answers) {
            return Ok(0);
        }
        let owner = self.boot().to_owned();
        self.control(move |tx| {
            let now = tx.now();
            held_requests::renew(tx.db(), &owner, after(now, lease).as_micros())?;
            held_requests::erase_old_answers(tx.db(), old)?;
            let abandoned = held_requests::abandoned(tx.db(), now.as_micros(), alone.as_deref())?;
            let drafts = abandoned.into_iter().map(|held| give_up(tx, held));
            let drafts = drafts.collect::<Result<Vec<_>, _>>()?;
            Ok(Plan {
                answer: drafts.len(),
                drafts,
                publish: None,
            })
        })
        .wait()
    }

    /// This process's name, where it is the only one that can send: whatever another began was begun by one that is gone.
    fn alone(&self) -> Option<&str> {
        match self.options().location {
            Location::Sqlite(_) => Some(self.boot()),
            Location::Postgres(_) => None,
        }
    }
}
