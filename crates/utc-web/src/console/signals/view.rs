//! What the pages show.

use serde::Serialize;
use utc_app::signals::RiskPoint;
use utc_app::{AppError, Console, UnitSearch};
use utc_chart::RiskChart;
use utc_domain::{Role, UnitName};
use utc_tdx::score::{CLEAR_BELOW, RISKY_FROM};
use utc_tdx::{ContentHash, Severity};

use super::query::{SignalsQuery, Wanted};
use crate::access::Caller;
use crate::console::link::encoded;
use crate::wire::receipts::cursor;
use crate::wire::signals::event::{EventAnswer, EventList};
use crate::wire::signals::quarantine::QuarantineList;
use crate::wire::signals::risk::RiskAnswer;
use crate::wire::signals::run::RunList;
use crate::wire::signals::source::SourceAnswer;
use crate::wire::units::UnitAnswer;

/// How many of each list are shown.
const UNITS: usize = 20;
const EVENTS: usize = 25;
const RUNS: usize = 8;
const QUARANTINE: usize = 10;

/// How many runs the chart of a risk goes back.
const POINTS: usize = 240;

/// The page of all.
#[derive(Serialize)]
pub(super) struct SignalsView {
    risky: Vec<RiskyRow>,
    events: EventList,
    query: SignalsQuery,
    severities: Vec<&'static str>,
    /// The link to older events.
    older: Option<String>,
    /// What is about the installation as a whole, for those who see all of it.
    whole: Option<WholeView>,
    operates: bool,
    registers: bool,
}

#[derive(Serialize)]
struct RiskyRow {
    unit: UnitAnswer,
    path: String,
}

#[derive(Serialize)]
struct WholeView {
    sources: Vec<SourceAnswer>,
    runs: RunList,
    quarantine: QuarantineList,
}

impl SignalsView {
    pub(super) fn of(
        console: &Console,
        by: &Caller,
        query: SignalsQuery,
        wanted: &Wanted,
        trouble: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, AppError> {
        let search = UnitSearch {
            risky: true,
            ..UnitSearch::default()
        };
        let risky = console.find_units(by, &search, 0, UNITS)?.units.into_iter();
        let whole = match by.may_everywhere(Role::Viewer) {
            Ok(()) => Some(WholeView::of(console, wanted, trouble)?),
            Err(_) => None,
        };
        let page = console.events(by, &wanted.events, wanted.before, EVENTS)?;
        Ok(Self {
            risky: risky
                .map(|view| RiskyRow {
                    path: format!("/signals/units/{}", encoded(view.name.as_str())),
                    unit: view.into(),
                })
                .collect(),
            older: page
                .next
                .map(|next| query.older(&cursor(&next.to_string()))),
            events: page.into(),
            severities: Severity::ALL.map(Severity::as_str).to_vec(),
            query,
            whole,
            registers: by.may_everywhere(Role::Admin).is_ok(),
            operates: by.may_everywhere(Role::Operator).is_ok(),
        })
    }
}

impl WholeView {
    fn of(
        console: &Console,
        wanted: &Wanted,
        trouble: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, AppError> {
        let sources = console.sources()?.into_iter().map(|view| {
            let trouble = view.jwks.as_deref().and_then(trouble);
            SourceAnswer::new(view, trouble)
        });
        Ok(Self {
            sources: sources.collect(),
            runs: console.runs(wanted.runs, RUNS)?.into(),
            quarantine: console.quarantined(wanted.refused, QUARANTINE)?.into(),
        })
    }
}

/// The risk of one unit.
#[derive(Serialize)]
pub(super) struct RiskPageView {
    unit: UnitAnswer,
    path: String,
    unit_path: String,
    risk: RiskAnswer,
    /// From which score on a unit is flagged, and below which it stops to be.
    risky_from: f64,
    clear_below: f64,
    chart: String,
    /// Who may set the flag aside, and who may end that.
    may_set_aside: bool,
    may_count_again: bool,
}

impl RiskPageView {
    pub(super) fn of(console: &Console, by: &Caller, name: &UnitName) -> Result<Self, AppError> {
        let unit = console.unit(name)?;
        let history = console.risk_history(&unit.name, None, POINTS)?;
        let chart = chart(unit.name.as_str(), &history);
        Ok(Self {
            path: format!("/signals/units/{}", encoded(unit.name.as_str())),
            unit_path: format!("/units/{}", encoded(unit.name.as_str())),
            // The chart shows the past.
            risk: RiskAnswer::new(console.unit_risk(&unit.name)?, Vec::new()),
            chart,
            risky_from: RISKY_FROM,
            clear_below: CLEAR_BELOW,
            may_set_aside: by.may(Role::Admin, &unit.name).is_ok(),
            may_count_again: by.may(Role::Operator, &unit.name).is_ok(),
            unit: unit.into(),
        })
    }
}

fn chart(unit: &str, history: &[RiskPoint]) -> String {
    let scores: Vec<_> = history
        .iter()
        .map(|point| (point.at, point.score))
        .collect();
    let chart = RiskChart {
        unit,
        scores: &scores,
        risky: (RISKY_FROM, CLEAR_BELOW),
    };
    chart.draw().html()
}

/// One event.
#[derive(Serialize)]
pub(super) struct EventPageView {
    event: EventAnswer,
    operates: bool,
}

impl EventPageView {
    pub(super) fn of(console: &Console, by: &Caller, id: ContentHash) -> Result<Self, AppError> {
        let event = console.event(&by.shared(), id)?.into();
        let operates = by.may_everywhere(Role::Operator).is_ok();
        Ok(Self { event, operates })
    }
}
