//! Replays as a picture.
//!
//! One panel for each recording, below each other: the truth as a line, overloads behind it, and below the line one
//! strip for each controller that is filled where writes were refused. Plain SVG, without a script or a font.

use std::fmt::Write as _;

use utc_domain::ProtectionLevel;
use utc_queueing::replay::{Level, Point};

use super::Done;

const COLUMNS: usize = 1_000;
const LEFT: usize = 90;
const WIDTH: usize = LEFT + COLUMNS + 20;
const PLOT: f64 = 120.0;
const PANEL: usize = 220;
/// What is higher is drawn at the top.
const HIGHEST: f64 = 1.5;
const HIGH: f64 = 0.9;
const STYLE: &str = "text{font:12px sans-serif;fill:#222}.name{font-weight:bold}.truth{fill:none;stroke:#1f5f8b}\
                     .high{stroke:#b3261e;stroke-dasharray:4 3}.overload{fill:#f4c7c3}.warm{fill:#eee}\
                     .lock{fill:#b3261e}.frame{fill:none;stroke:#999}";

/// Some neighbouring steps, drawn as one column.
struct Column {
    truth: f64,
    warm_up: bool,
    classic: bool,
    predictive: bool,
}

/// All recordings as one SVG document.
pub(super) fn draw(done: &[Done]) -> String {
    let height = PANEL * done.len() + 40;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Replayed load under the classic and the predictive controller</title>\n<style>{STYLE}</style>\n"
    );
    for (place, one) in done.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<g transform=\"translate({LEFT} {})\">",
            30 + place * PANEL
        );
        panel(&mut svg, one);
        svg.push_str("</g>\n");
    }
    svg.push_str(
        "<text x=\"8\" y=\"16\">line: utilisation (mean of 3 steps); dashes: 0.9; pink: overload; grey: warm-up; red strips: writes refused</text>\n</svg>\n",
    );
    svg
}

fn panel(svg: &mut String, one: &Done) {
    let columns = columns(&one.replay.points, one.replay.warm_up);
    let _ = writeln!(
        svg,
        "<text class=\"name\" y=\"12\">{}</text>",
        escaped(&one.file)
    );
    svg.push_str("<g transform=\"translate(0 20)\">\n");
    times(svg, &one.replay.points);
    spans(svg, &columns, "warm", (0.0, PLOT), |column| column.warm_up);
    spans(svg, &columns, "overload", (0.0, PLOT), |column| {
        column.truth >= HIGH
    });
    let high = y(HIGH);
    let _ = writeln!(
        svg,
        "<line class=\"high\" x2=\"{COLUMNS}\" y1=\"{high:.1}\" y2=\"{high:.1}\"/>\
         <text x=\"-8\" y=\"{:.1}\" text-anchor=\"end\">0.9</text>\
         <text x=\"-8\" y=\"{PLOT}\" text-anchor=\"end\">0</text>",
        high + 4.0
    );
    svg.push_str("<polyline class=\"truth\" points=\"");
    for (x, column) in columns.iter().enumerate() {
        let _ = write!(svg, "{x},{:.1} ", y(column.truth));
    }
    let _ = writeln!(
        svg,
        "\"/>\n<rect class=\"frame\" width=\"{COLUMNS}\" height=\"{PLOT}\"/>"
    );
    strip(svg, &columns, "classic", 128.0, |column| column.classic);
    strip(svg, &columns, "predictive", 146.0, |column| {
        column.predictive
    });
    svg.push_str("</g>\n");
}

/// When the recording begins and ends, at the right of its name.
fn times(svg: &mut String, points: &[Point]) {
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        let _ = writeln!(
            svg,
            "<text x=\"{COLUMNS}\" y=\"-8\" text-anchor=\"end\">{} to {}</text>",
            first.at, last.at
        );
    }
}

fn strip(svg: &mut String, columns: &[Column], name: &str, top: f64, on: impl Fn(&Column) -> bool) {
    let _ = writeln!(
        svg,
        "<text x=\"-8\" y=\"{:.1}\" text-anchor=\"end\">{name}</text>\
         <rect class=\"frame\" y=\"{top}\" width=\"{COLUMNS}\" height=\"12\"/>",
        top + 10.0
    );
    spans(svg, columns, "lock", (top, 12.0), on);
}

/// A box for each run of columns of which `on` holds.
fn spans(
    svg: &mut String,
    columns: &[Column],
    class: &str,
    (top, height): (f64, f64),
    on: impl Fn(&Column) -> bool,
) {
    let mut x = 0;
    for run in columns.chunk_by(|one, next| on(one) == on(next)) {
        if run.first().is_some_and(&on) {
            let _ = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{}\" height=\"{height}\"/>",
                run.len()
            );
        }
        x += run.len();
    }
}

/// [`COLUMNS`] columns, each with the highest truth of its steps: no peak is lost.
fn columns(points: &[Point], warm_up: usize) -> Vec<Column> {
    let start = |column: usize| column * points.len() / COLUMNS;
    (0..COLUMNS)
        .filter_map(|column| {
            let (from, to) = (start(column), start(column + 1));
            let steps = points.get(from..to.max(from + 1))?;
            Some(merged(steps, from < warm_up))
        })
        .collect()
}

fn merged(steps: &[Point], warm_up: bool) -> Column {
    let locked = |one: fn(Level) -> ProtectionLevel| {
        steps
            .iter()
            .any(|step| one(step.level) == ProtectionLevel::ReadOnly)
    };
    let truth = steps.iter().map(|step| step.truth).fold(0.0, f64::max);
    Column {
        truth,
        warm_up,
        classic: locked(|level| level.classic),
        predictive: locked(|level| level.predictive),
    }
}

fn y(rho: f64) -> f64 {
    PLOT * (1.0 - rho.min(HIGHEST) / HIGHEST)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
