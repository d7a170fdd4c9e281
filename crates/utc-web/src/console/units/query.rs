//! Which units are to be shown.

use serde::{Deserialize, Serialize};
use utc_app::UnitSearch;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::wire::parts::Fields;

/// What a browser sends; fields that were left empty do not restrict.
#[derive(Debug, Default, Clone, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UnitsQuery {
    /// A part of the name.
    pub(super) q: Option<String>,
    /// The level in force.
    pub(super) level: Option<String>,
    /// `risky` or `observe`.
    pub(super) only: Option<String>,
    /// Which page, from 1.
    page: Option<String>,
}

/// The last page that can be asked for.
const LAST_PAGE: usize = 10_000;

impl UnitsQuery {
    pub(super) fn search(&self) -> Result<UnitSearch, Problem> {
        let mut fields = Fields::default();
        let only = given(self.only.as_deref());
        if !matches!(only, None | Some("risky" | "observe")) {
            fields.error("/only", "must be `risky` or `observe`");
        }
        let search = UnitSearch {
            text: given(self.q.as_deref()).map(str::to_lowercase),
            level: fields.read_optional("/level", given(self.level.as_deref())),
            risky: only == Some("risky"),
            observed: only == Some("observe"),
        };
        fields.finish()?;
        Ok(search)
    }

    /// From 1.
    pub(super) fn page(&self) -> usize {
        let page = self.page.as_deref().and_then(|page| page.parse().ok());
        page.unwrap_or(1).clamp(1, LAST_PAGE)
    }

    /// The link to another page of the same search.
    pub(super) fn link(&self, page: usize) -> String {
        let page = page.to_string();
        let pairs = [
            ("q", given(self.q.as_deref())),
            ("level", given(self.level.as_deref())),
            ("only", given(self.only.as_deref())),
            ("page", Some(page.as_str())),
        ];
        let given = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        crate::console::link::with_query("/units", given)
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
