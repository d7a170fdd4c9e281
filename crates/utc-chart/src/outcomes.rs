//! Decisions per minute, by outcome.

use utc_domain::Timestamp;

use crate::canvas::{Area, Canvas};
use crate::figure::Figure;
use crate::plot::{Plot, SIZE, legend, round_top, span};
use crate::table::{Cell, ROWS, Table};
use crate::text::shown;

/// What was decided in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minute {
    /// When it began.
    pub at: Timestamp,
    /// How many may go on.
    pub allow: u64,
    /// How many wait for people.
    pub require_approval: u64,
    /// How many were refused.
    pub deny: u64,
}

impl Minute {
    fn all(self) -> u64 {
        self.allow
            .saturating_add(self.require_approval)
            .saturating_add(self.deny)
    }

    /// From the axis upwards.
    fn parts(self) -> [(&'static str, &'static str, u64); 3] {
        [
            ("allow", "ALLOW", self.allow),
            (
                "require-approval",
                "REQUIRE_APPROVAL",
                self.require_approval,
            ),
            ("deny", "DENY", self.deny),
        ]
    }
}

/// What to draw: one column a minute.
#[derive(Debug, Clone, Copy)]
pub struct OutcomesChart<'a> {
    /// The minutes, in any order. Of more than 120 the latest are drawn.
    pub minutes: &'a [Minute],
}

/// The most columns.
const COLUMNS: usize = 120;

impl OutcomesChart<'_> {
    /// The finished chart.
    pub fn draw(&self) -> Figure {
        let mut minutes = self.minutes.to_vec();
        minutes.sort_by_key(|minute| minute.at);
        minutes.drain(..minutes.len().saturating_sub(COLUMNS));
        let most = minutes.iter().map(|minute| minute.all()).max().unwrap_or(0);
        let (from, last) = span(minutes.iter().map(|minute| minute.at));
        let ends = (from, last.plus_minutes(1));
        let plot = Plot::new(ends, round_top(number(most))).below_legend();
        let mut canvas = Canvas::default();
        let parts = [
            ("allow", "ALLOW"),
            ("require-approval", "REQUIRE_APPROVAL"),
            ("deny", "DENY"),
        ];
        legend(&mut canvas, &parts);
        plot.across(&mut canvas, "grid", plot.top());
        plot.value(&mut canvas, plot.top(), &shown(plot.top()));
        for minute in &minutes {
            column(&mut canvas, plot, *minute);
        }
        plot.axes(&mut canvas);
        Figure {
            title: "Decisions per minute, by outcome".to_owned(),
            description: description(&minutes),
            size: SIZE,
            shapes: canvas.into_text(),
            table: table(&minutes),
        }
    }
}

fn column(canvas: &mut Canvas, plot: Plot, minute: Minute) {
    let (left, right) = (plot.x(minute.at), plot.x(minute.at.plus_minutes(1)));
    let width = (right - left - 1.0).max(1.0).min(plot.area.right() - left);
    let mut below = 0;
    for (class, word, count) in minute.parts() {
        if count == 0 {
            continue;
        }
        let above = u64::saturating_add(below, count);
        let (top, bottom) = (plot.y(number(above)), plot.y(number(below)));
        let area = Area {
            left,
            top,
            width,
            height: bottom - top,
        };
        canvas.rect(class, area, &format!("{count} {word}"));
        below = above;
    }
}

fn description(minutes: &[Minute]) -> String {
    let sum = |one: fn(&Minute) -> u64| minutes.iter().map(one).fold(0, u64::saturating_add);
    match minutes.len() {
        0 => "Nothing was decided yet.".to_owned(),
        count => format!(
            "In {count} minutes: {} ALLOW, {} REQUIRE_APPROVAL, {} DENY.",
            sum(|minute| minute.allow),
            sum(|minute| minute.require_approval),
            sum(|minute| minute.deny)
        ),
    }
}

/// The latest minutes in which anything was decided.
fn table(minutes: &[Minute]) -> Table {
    let busy = minutes
        .iter()
        .rev()
        .filter(|minute| minute.all() > 0)
        .take(ROWS);
    let row = |minute: &Minute| {
        let counts = minute
            .parts()
            .map(|(_, _, count)| Cell::Text(count.to_string()));
        std::iter::once(Cell::Time(minute.at))
            .chain(counts)
            .collect()
    };
    Table {
        head: vec!["Minute", "ALLOW", "REQUIRE_APPROVAL", "DENY"],
        rows: busy.map(row).collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture is not exact")]
fn number(count: u64) -> f64 {
    count as f64
}
