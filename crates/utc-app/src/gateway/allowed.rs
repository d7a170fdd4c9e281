//! What became of writes that were allowed and sent at once.

use utc_domain::{Draft, Meta, ReceiptKind, Subject};

use super::Execution;
use crate::Ticket;
use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::units::stored::policy_in;

impl Console {
    /// Records what became of a write that was allowed. `by` is whom it spoke for.
    pub fn record_execution(&self, by: Subject, execution: Execution) -> Ticket<()> {
        self.control(move |tx| {
            let outcome = &execution.outcome;
            let mut meta = Meta {
                answers: Some(execution.answers),
                ..Meta::default()
            };
            outcome.record_in(&mut meta);
            let what = format!("`{}` on {} for {by}", execution.action, execution.unit);
            let reason = format!("{what}: {}.", outcome.words());
            let code = outcome.event.code();
            let policy = policy_in(tx)?;
            let draft = Draft {
                action: Some(execution.action.clone()),
                unit: Some(execution.unit.clone()),
                meta,
                ..change(ReceiptKind::Execution, code, by.clone(), reason, policy)
            };
            Ok(Plan {
                drafts: vec![draft],
                ..Plan::silent(())
            })
        })
    }
}
