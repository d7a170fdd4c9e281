//! What the page of all signals is to show.

use serde::{Deserialize, Serialize};
use utc_app::signals::EventQuery;
use utc_domain::RunId;
use utoipa::IntoParams;

use crate::console::link::with_query;
use crate::problem::Problem;
use crate::wire::parts::Fields;
use crate::wire::receipts::read_cursor;

/// What a browser sends; fields that were left empty do not restrict.
#[derive(Debug, Default, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SignalsQuery {
    /// Events of this source.
    pub(super) source: Option<String>,
    /// Events that match this unit.
    pub(super) unit: Option<String>,
    /// Events about this topic.
    pub(super) topic: Option<String>,
    /// Events as bad as this.
    pub(super) severity: Option<String>,
    /// Anything: only events that match no unit.
    pub(super) unmatched: Option<String>,
    /// Where to go on among the events.
    cursor: Option<String>,
    /// Where to go on among the runs.
    runs: Option<String>,
    /// Where to go on among what was not taken.
    refused: Option<String>,
}

/// The same, read.
pub(super) struct Wanted {
    pub(super) events: EventQuery,
    pub(super) before: Option<i64>,
    pub(super) runs: Option<RunId>,
    pub(super) refused: Option<i64>,
}

impl SignalsQuery {
    pub(super) fn wanted(&self) -> Result<Wanted, Problem> {
        let mut fields = Fields::default();
        let events = EventQuery {
            source: given(self.source.as_ref()).map(str::to_owned),
            unit: fields.read_optional("/unit", given(self.unit.as_ref())),
            topic: given(self.topic.as_ref()).map(str::to_owned),
            severity: fields.read_optional("/severity", given(self.severity.as_ref())),
            unmatched: given(self.unmatched.as_ref()).is_some(),
            ..EventQuery::default()
        };
        let wanted = Wanted {
            events,
            before: read_cursor(&mut fields, given(self.cursor.as_ref())),
            runs: read_cursor(&mut fields, given(self.runs.as_ref())),
            refused: read_cursor(&mut fields, given(self.refused.as_ref())),
        };
        fields.finish()?;
        Ok(wanted)
    }

    /// The link to older events of the same search.
    pub(super) fn older(&self, cursor: &str) -> String {
        let pairs = [
            ("source", given(self.source.as_ref())),
            ("unit", given(self.unit.as_ref())),
            ("topic", given(self.topic.as_ref())),
            ("severity", given(self.severity.as_ref())),
            ("unmatched", given(self.unmatched.as_ref())),
            ("cursor", Some(cursor)),
        ];
        let given = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        with_query("/signals", given)
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}
