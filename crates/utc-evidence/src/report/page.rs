//! Laying the report out.

use serde::Serialize;
use tera::{Context, Tera};
use utc_chart::{RhoChart, Series};

use super::Rows;
use super::rows::Row;
use crate::counter::Capped;
use crate::export::Summary;

const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("../../../../templates/report.html");

/// How many units have a row, and how many a chart.
const UNIT_ROWS: usize = 25;
const CHARTS: usize = 6;

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
    let charts: Vec<String> = busiest
        .iter()
        .filter(|(_, unit)| unit.load.count() > 0)
        .take(CHARTS)
        .map(|(name, unit)| chart(name, &unit.load))
        .collect();
    context.insert("charts", &charts);
    context.insert("chart_style", utc_chart::STYLE);
}

fn chart(unit: &str, load: &Series) -> String {
    let drawn = RhoChart {
        unit,
        measured: load.points(),
        // Receipts hold what a unit's load was, not where its levels changed.
        thresholds: None,
        levels: &[],
        forecast: None,
    };
    let (least, mean, greatest) = (load.least(), load.mean(), load.greatest());
    format!(
        "{}<p class=\"note\">Least {least:.3}, mean {mean:.3}, greatest {greatest:.3}, in {} decisions.</p>\n",
        drawn.draw().html(),
        load.count()
    )
}
