//! Laying the report out.

use serde::Serialize;
use tera::{Context, Tera};
use utc_domain::Timestamp;

use super::Rows;
use super::rows::Row;
use super::series::Series;
use crate::counter::Capped;
use crate::export::Summary;

const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("../../../../templates/report.html");

/// How many units have a row, and how many a chart.
const UNIT_ROWS: usize = 25;
const CHARTS: usize = 6;

/// The size of a chart's plot, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 120.0;

#[derive(Serialize)]
struct List<'a> {
    rows: &'a [Row],
    more: u64,
}

#[derive(Serialize)]
struct UnitRow<'a> {
    name: &'a str,
    allow: u64,
    deny: u64,
    require_approval: u64,
}

#[derive(Serialize)]
struct Chart<'a> {
    unit: &'a str,
    from: String,
    to: String,
    /// `x,y` pairs of a polyline.
    points: String,
    /// The height of the line ρ = 1.
    full: String,
    top: String,
    least: String,
    mean: String,
    greatest: String,
    count: u64,
}

/// The page. The same summary and rows give the same bytes.
pub(crate) fn render(summary: &Summary, rows: &Rows) -> Result<String, tera::Error> {
    let mut tera = Tera::default();
    tera.add_raw_template(NAME, TEMPLATE)?;
    let mut context = Context::new();
    context.insert("about", summary);
    // Templates do not keep the order of maps; a list has one.
    context.insert("kinds", &summary.kinds.iter().collect::<Vec<_>>());
    context.insert("answers", &rows.answers.iter().collect::<Vec<_>>());
    context.insert("policies", &list(&rows.policies));
    context.insert("flips", &list(&rows.flips));
    context.insert("approvals", &list(&rows.approvals));
    context.insert(
        "approval_codes",
        &rows.approval_codes.iter().collect::<Vec<_>>(),
    );
    context.insert("executions", &list(&rows.executions));
    context.insert(
        "execution_codes",
        &rows.execution_codes.iter().collect::<Vec<_>>(),
    );
    context.insert("levels", &list(&rows.levels));
    context.insert("other", &list(&rows.other));
    context.insert("other_codes", &rows.other_codes.iter().collect::<Vec<_>>());
    units(&mut context, rows);
    tera.render(NAME, &context)
}

fn list(capped: &Capped<Row>) -> List<'_> {
    List {
        rows: capped.rows(),
        more: capped.more(),
    }
}

fn units(context: &mut Context, rows: &Rows) {
    let busiest = rows.units.busiest(UNIT_ROWS);
    let shown: Vec<UnitRow<'_>> = busiest
        .iter()
        .map(|(name, unit)| UnitRow {
            name,
            allow: unit.allow,
            deny: unit.deny,
            require_approval: unit.require_approval,
        })
        .collect();
    context.insert("units", &shown);
    context.insert("units_more", &(rows.units.len() - shown.len()));
    context.insert("units_elsewhere", &rows.units.elsewhere());
    let charts: Vec<Chart<'_>> = busiest
        .iter()
        .filter(|(_, unit)| unit.load.count() > 0)
        .take(CHARTS)
        .map(|(name, unit)| chart(name, &unit.load))
        .collect();
    context.insert("charts", &charts);
}

fn chart<'a>(unit: &'a str, load: &Series) -> Chart<'a> {
    let (from, to) = load.span();
    let shown = |micros| Timestamp::from_micros(micros).to_string();
    let top = load.greatest().max(1.2);
    let height = |value: f64| HEIGHT * (1.0 - value.max(0.0) / top);
    Chart {
        unit,
        from: shown(from),
        to: shown(to),
        points: points(load, height),
        full: format!("{:.1}", height(1.0)),
        top: format!("{top:.2}"),
        least: format!("{:.3}", load.least()),
        mean: format!("{:.3}", load.mean()),
        greatest: format!("{:.3}", load.greatest()),
        count: load.count(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a chart is not exact to the microsecond"
)]
fn points(load: &Series, height: impl Fn(f64) -> f64) -> String {
    let (from, to) = load.span();
    let span = (to - from).max(1) as f64;
    let pairs = load.points().iter().map(|&(at, value)| {
        let x = WIDTH * (at - from) as f64 / span;
        format!("{x:.1},{:.1}", height(value))
    });
    pairs.collect::<Vec<_>>().join(" ")
}
