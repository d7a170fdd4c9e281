//! Which approvals are to be shown.

use serde::{Deserialize, Serialize};
use utc_app::ApprovalFilter;
use utc_domain::ApprovalStatus;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::wire::parts::Fields;
use crate::wire::receipts::read_cursor;

/// What stands for approvals of every status.
pub(super) const ANY: &str = "any";

/// What a browser sends; fields that were left empty do not restrict.
#[derive(Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueQuery {
    /// `pending` when absent, `any` for all.
    pub(super) status: Option<String>,
    /// Exactly this unit.
    pub(super) unit: Option<String>,
    /// Exactly this subject.
    pub(super) subject: Option<String>,
    /// Where to go on.
    cursor: Option<String>,
}

impl QueueQuery {
    /// The status that is asked for, as the form shows it.
    pub(super) fn chosen(&self) -> &str {
        given(self.status.as_deref()).unwrap_or(ApprovalStatus::Pending.as_str())
    }

    pub(super) fn filter(&self) -> Result<ApprovalFilter, Problem> {
        let mut fields = Fields::default();
        let status = Some(self.chosen()).filter(|status| *status != ANY);
        let filter = ApprovalFilter {
            status: fields.read_optional("/status", status),
            unit: fields.read_optional("/unit", given(self.unit.as_deref())),
            subject: fields.read_optional("/subject", given(self.subject.as_deref())),
            before: read_cursor(&mut fields, given(self.cursor.as_deref())),
        };
        fields.finish()?;
        Ok(filter)
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
