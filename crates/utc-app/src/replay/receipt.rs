//! The one receipt of a run.

use utc_domain::{Code, Draft, Meta, ReceiptId, ReceiptKind, ReplayTotals, Subject};

use super::{ReplayMode, ReplayReport, ReplayRequest};
use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::units::stored;
use crate::{AppError, Ticket};

impl Console {
    /// Records a run: what was asked for, by whom, and what it came to.
    pub(super) fn record_replay(
        &self,
        by: &Subject,
        request: &ReplayRequest,
        report: &ReplayReport,
    ) -> Result<Ticket<ReceiptId>, AppError> {
        let (totals, by) = (report.totals, by.clone());
        let meta = Meta {
            filter: Some(request.filter(report.window.log_size)?),
            replay: Some(totals),
            ..Meta::default()
        };
        let (code, reason) = said(&by, &request.mode, totals);
        let unit = request.unit.clone();
        Ok(self.control(move |tx| {
            let policy = stored::policy_in(tx)?;
            let draft = change(
                ReceiptKind::Replay,
                code,
                by.clone(),
                reason.clone(),
                policy,
            );
            let draft = Draft {
                unit: unit.clone(),
                meta: meta.clone(),
                ..draft
            };
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: None,
            })
        }))
    }
}

fn said(by: &Subject, mode: &ReplayMode, totals: ReplayTotals) -> (Code, String) {
    let ReplayTotals {
        total,
        equal,
        different,
        not_replayable,
    } = totals;
    let left = format!("{not_replayable} could not be computed again.");
    match mode {
        ReplayMode::Faithful => {
            let code = match different {
                0 => Code::ReplayEqual,
                1.. => Code::ReplayDiffers,
            };
            let came = format!("{equal} came out as recorded, {different} otherwise");
            (
                code,
                format!("{by} computed {total} decisions again: {came}, {left}"),
            )
        }
        ReplayMode::Counterfactual(_) => {
            let came = format!("{equal} would have been answered the same, {different} otherwise");
            let reason = format!("{by} judged {total} decisions by other rules: {came}, {left}");
            (Code::ReplayCounterfactual, reason)
        }
    }
}
