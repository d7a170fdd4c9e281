//! What the pages show.

use serde::Serialize;
use utc_app::{AppError, Console, FieldError, UnitDetail, UnitSearch, UnitView, WritesNow};
use utc_chart::{Band, LevelSince, RhoChart, Thresholds};
use utc_domain::{Role, UnitName};

use super::config_fields::ConfigFields;
use super::query::UnitsQuery;
use crate::access::Caller;
use crate::console::FormErrors;
use crate::console::link::encoded;
use crate::console::lock::Lock;
use crate::wire::forecast::ScorecardAnswer;
use crate::wire::units::UnitAnswer;
use crate::wire::units::history::LevelChangeView;

/// How many units are on a page.
const PAGE: usize = 30;

/// How many level changes are on a unit's page.
const CHANGES: usize = 20;

/// The table of units.
#[derive(Serialize)]
pub(super) struct UnitsView {
    items: Vec<UnitRow>,
    total: usize,
    levels: Vec<(&'static str, usize)>,
    q: String,
    level: String,
    only: String,
    next: Option<String>,
    before: Option<String>,
    operates: bool,
}

#[derive(Serialize)]
struct UnitRow {
    unit: UnitAnswer,
    path: String,
}

impl UnitsView {
    pub(super) fn of(
        console: &Console,
        by: &Caller,
        query: &UnitsQuery,
        search: &UnitSearch,
    ) -> Result<Self, AppError> {
        let page = query.page();
        let found = console.find_units(by, search, (page - 1) * PAGE, PAGE)?;
        Ok(Self {
            total: found.total,
            levels: found
                .levels
                .map(|(level, count)| (level.as_str(), count))
                .to_vec(),
            items: found.units.into_iter().map(UnitRow::new).collect(),
            q: query.q.clone().unwrap_or_default(),
            level: query.level.clone().unwrap_or_default(),
            only: query.only.clone().unwrap_or_default(),
            next: (page * PAGE < found.total).then(|| query.link(page + 1)),
            before: (page > 1).then(|| query.link(page - 1)),
            operates: by.holds(Role::Operator).is_ok(),
        })
    }
}

impl UnitRow {
    fn new(view: UnitView) -> Self {
        Self {
            path: format!("/units/{}", encoded(view.name.as_str())),
            unit: view.into(),
        }
    }
}

/// One unit.
#[derive(Serialize)]
pub(super) struct UnitPageView {
    path: String,
    unit: UnitAnswer,
    writes: WritesView,
    thresholds: (f64, f64),
    chart: String,
    changes: Vec<LevelChangeView>,
    scorecard: ScorecardAnswer,
    form: ConfigFields,
    operates: bool,
    /// Whether this is what somebody entered, which was not taken.
    entered: bool,
    errors: FormErrors,
}

#[derive(Serialize)]
struct WritesView {
    decision: &'static str,
    would_be: Option<&'static str>,
    hindrances: Vec<Lock>,
}

impl UnitPageView {
    pub(super) fn of(console: &Console, by: &Caller, name: &UnitName) -> Result<Self, AppError> {
        let detail = console.unit_detail(name)?;
        let form = ConfigFields::of(&detail.view.config);
        Ok(Self::new(by, detail, form))
    }

    /// The same with what somebody entered, and what is wrong with it.
    pub(super) fn entered(mut self, form: ConfigFields, wrong: &[FieldError]) -> Self {
        self.errors = FormErrors::wrong(wrong);
        (self.form, self.entered) = (form, true);
        self
    }

    fn new(by: &Caller, detail: UnitDetail, form: ConfigFields) -> Self {
        let operates = by.may(Role::Operator, &detail.view.name).is_ok();
        let chart = chart(&detail);
        let settings = detail.settings;
        let changes = detail.history.level_changes.into_iter().take(CHANGES);
        Self {
            path: format!("/units/{}", encoded(detail.view.name.as_str())),
            writes: WritesView::of(by, &detail.view.name, detail.writes),
            thresholds: (settings.low(), settings.high()),
            chart,
            changes: changes.map(Into::into).collect(),
            scorecard: detail.scorecard.into(),
            form,
            operates,
            entered: false,
            errors: FormErrors::default(),
            unit: detail.view.into(),
        }
    }
}

impl WritesView {
    fn of(by: &Caller, unit: &UnitName, writes: WritesNow) -> Self {
        let hindrances = writes.hindrances.into_iter();
        Self {
            decision: writes.decision.as_str(),
            would_be: writes.would_be.map(utc_domain::Decision::as_str),
            hindrances: hindrances.map(|one| Lock::of(by, unit, one)).collect(),
        }
    }
}

fn chart(detail: &UnitDetail) -> String {
    let history = &detail.history;
    let measured: Vec<_> = history
        .features
        .iter()
        .map(|row| (row.ts, row.rho))
        .collect();
    let oldest = history.features.last().map(|row| row.ts);
    let changes = history.level_changes.iter();
    let mut levels: Vec<LevelSince> = changes
        .filter(|change| oldest.is_some_and(|oldest| oldest <= change.ts))
        .map(|change| LevelSince {
            at: change.ts,
            level: change.to,
        })
        .collect();
    let before = history
        .level_changes
        .iter()
        .rfind(|change| oldest.is_some_and(|oldest| oldest <= change.ts));
    let first = before.map_or(detail.view.level, |change| change.from);
    levels.extend(oldest.map(|at| LevelSince { at, level: first }));
    RhoChart {
        unit: detail.view.name.as_str(),
        measured: &measured,
        thresholds: Some(Thresholds {
            low: detail.settings.low(),
            high: detail.settings.high(),
        }),
        levels: &levels,
        forecast: band(detail),
    }
    .draw()
    .html()
}

/// What the forecasts expect within the longest of their horizons.
fn band(detail: &UnitDetail) -> Option<Band> {
    let from = detail.view.queue.as_ref()?.last_at;
    let forecasts = detail.view.forecast.as_ref()?.forecasts;
    let said = || forecasts.iter().filter_map(|(_, one)| one.rho);
    let horizon = forecasts
        .iter()
        .map(|(_, one)| one.horizon_minutes)
        .fold(1.0, f64::max);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a horizon of some minutes, limited to a year"
    )]
    let minutes = horizon.min(525_600.0) as i64;
    Some(Band {
        from,
        until: from.plus_minutes(minutes),
        least: said().reduce(f64::min)?,
        most: said().reduce(f64::max)?,
    })
}
