//! Recordings of load that were run through both controllers.
//!
//! One panel for each, below each other: the truth as a line, overloads behind it, and below it one strip for each
//! controller that is filled where writes were refused.

use utc_domain::Timestamp;

use crate::canvas::{Anchor, Area, Canvas};
use crate::figure::Figure;
use crate::table::{Cell, Table, minute};
use crate::text::shown;

const COLUMNS: usize = 1_000;
const LEFT: f64 = 90.0;
const WIDTH: f64 = 1_000.0;
const PLOT: f64 = 120.0;
const PANEL: f64 = 220.0;
const TOP: f64 = 50.0;
/// What is higher is drawn at the top.
const HIGHEST: f64 = 1.5;

/// One step of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// The utilisation as it was.
    pub truth: f64,
    /// Whether the classic controller refused writes.
    pub classic: bool,
    /// Whether the predictive controller did.
    pub predictive: bool,
}

/// A recording with what both controllers did.
#[derive(Debug, Clone, Copy)]
pub struct Recording<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its steps, oldest first.
    pub steps: &'a [Step],
    /// How many of them are for warming up.
    pub warm_up: usize,
    /// From which utilisation on a unit is overloaded.
    pub high: f64,
}

/// Some neighbouring steps, drawn as one column.
struct Column {
    truth: f64,
    warm_up: bool,
    classic: bool,
    predictive: bool,
}

/// All recordings as one figure.
pub fn draw_replays(recordings: &[Recording<'_>]) -> Figure {
    let mut canvas = Canvas::default();
    let legend = "line: utilisation (mean of 3 steps); dots: overload begins; red ground: overload; grey: warm-up; red strips: writes refused";
    canvas.text("word", (8.0, 16.0), Anchor::Start, legend);
    let mut top = TOP;
    for recording in recordings {
        panel(&mut canvas, recording, top);
        top += PANEL;
    }
    Figure {
        title: "Replayed load under the classic and the predictive controller".to_owned(),
        description: legend.to_owned(),
        size: (LEFT + WIDTH + 20.0, top),
        shapes: canvas.into_text(),
        table: Table {
            head: vec![
                "Recording",
                "Steps",
                "Refused by classic",
                "Refused by predictive",
            ],
            rows: recordings.iter().map(row).collect(),
        },
    }
}

fn panel(canvas: &mut Canvas, recording: &Recording<'_>, top: f64) {
    let columns = columns(recording);
    let area = Area {
        left: LEFT,
        top,
        width: WIDTH,
        height: PLOT,
    };
    canvas.text("name", (LEFT, top - 8.0), Anchor::Start, recording.name);
    times(canvas, recording, area);
    spans(canvas, &columns, "warm", area, |column| column.warm_up);
    let high = recording.high;
    spans(canvas, &columns, "overload", area, |column| {
        column.truth >= high
    });
    let y = |rho: f64| top + PLOT * (1.0 - share(rho));
    canvas.line("high", (LEFT, y(high)), (area.right(), y(high)));
    canvas.text(
        "value",
        (LEFT - 8.0, y(high) + 4.0),
        Anchor::End,
        &shown(high),
    );
    canvas.text("value", (LEFT - 8.0, top + PLOT), Anchor::End, "0");
    let line = columns.iter().zip(0_u32..);
    canvas.polyline(
        "truth",
        line.map(|(column, x)| (LEFT + f64::from(x), y(column.truth))),
    );
    canvas.rect("frame", area, "");
    strip(canvas, &columns, "classic", top + PLOT + 8.0, |column| {
        column.classic
    });
    strip(
        canvas,
        &columns,
        "predictive",
        top + PLOT + 26.0,
        |column| column.predictive,
    );
}

/// When the recording begins and ends, at the right of its name.
fn times(canvas: &mut Canvas, recording: &Recording<'_>, area: Area) {
    if let (Some(first), Some(last)) = (recording.steps.first(), recording.steps.last()) {
        let text = format!("{} to {}", minute(first.at), minute(last.at));
        canvas.text("when", (area.right(), area.top - 8.0), Anchor::End, &text);
    }
}

fn strip(
    canvas: &mut Canvas,
    columns: &[Column],
    name: &str,
    top: f64,
    on: impl Fn(&Column) -> bool,
) {
    let area = Area {
        left: LEFT,
        top,
        width: WIDTH,
        height: 12.0,
    };
    canvas.text("value", (LEFT - 8.0, top + 10.0), Anchor::End, name);
    canvas.rect("frame", area, "");
    spans(canvas, columns, "lock", area, on);
}

/// A box for each run of columns of which `on` holds.
fn spans(
    canvas: &mut Canvas,
    columns: &[Column],
    class: &str,
    area: Area,
    on: impl Fn(&Column) -> bool,
) {
    let mut left = area.left;
    for run in columns.chunk_by(|one, next| on(one) == on(next)) {
        let width = f64::from(u32::try_from(run.len()).unwrap_or(u32::MAX));
        if run.first().is_some_and(&on) {
            canvas.rect(
                class,
                Area {
                    left,
                    width,
                    ..area
                },
                "",
            );
        }
        left += width;
    }
}

/// At most [`COLUMNS`] columns, each with the highest truth of its steps: no peak is lost.
fn columns(recording: &Recording<'_>) -> Vec<Column> {
    let steps = recording.steps;
    let start = |column: usize| column * steps.len() / COLUMNS;
    (0..COLUMNS)
        .filter_map(|column| {
            let (from, to) = (start(column), start(column + 1));
            let together = steps.get(from..to.max(from + 1))?;
            Some(merged(together, from < recording.warm_up))
        })
        .collect()
}

fn merged(steps: &[Step], warm_up: bool) -> Column {
    Column {
        truth: steps.iter().map(|step| step.truth).fold(0.0, f64::max),
        warm_up,
        classic: steps.iter().any(|step| step.classic),
        predictive: steps.iter().any(|step| step.predictive),
    }
}

fn row(recording: &Recording<'_>) -> Vec<Cell> {
    let refused = |one: fn(&Step) -> bool| recording.steps.iter().filter(|step| one(step)).count();
    vec![
        Cell::Text(recording.name.to_owned()),
        Cell::Text(recording.steps.len().to_string()),
        Cell::Text(refused(|step| step.classic).to_string()),
        Cell::Text(refused(|step| step.predictive).to_string()),
    ]
}

/// How high in the plot a utilisation is drawn, from 0 to 1.
fn share(rho: f64) -> f64 {
    if rho.is_nan() {
        0.0
    } else {
        (rho / HIGHEST).clamp(0.0, 1.0)
    }
}
