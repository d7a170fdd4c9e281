//! What waits for people, and for how long.

use utc_domain::Timestamp;

use crate::canvas::Canvas;
use crate::figure::Figure;
use crate::plot::{Plot, SIZE, legend, round_top, span};
use crate::series::{POINTS, thinned};
use crate::table::{Cell, ROWS, Table};
use crate::text::shown;

/// What waited at one moment, until the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// Since when.
    pub at: Timestamp,
    /// How many requests waited.
    pub pending: u64,
    /// How long one more would probably have waited, in minutes.
    pub wait_minutes: f64,
}

/// What to draw.
#[derive(Debug, Clone, Copy)]
pub struct BacklogChart<'a> {
    /// What waited, in any order.
    pub backlog: &'a [Backlog],
    /// Until when the last of them holds.
    pub until: Timestamp,
}

impl BacklogChart<'_> {
    /// The finished chart.
    pub fn draw(&self) -> Figure {
        let pending = self.line(|one| number(one.pending));
        let waits = self.line(|one| one.wait_minutes);
        let (from, last) = span(pending.iter().map(|&(at, _)| at));
        let end = self.until.max(last);
        let plot = Plot::new((from, end), round_top(highest(&pending))).below_legend();
        let waiting = plot.scaled(round_top(highest(&waits)));
        let mut canvas = Canvas::default();
        legend(
            &mut canvas,
            &[
                ("backlog", "waiting (left)"),
                ("waiting", "minutes (right)"),
            ],
        );
        plot.across(&mut canvas, "grid", plot.top());
        plot.value(&mut canvas, plot.top(), &shown(plot.top()));
        waiting.right_value(&mut canvas, waiting.top(), &shown(waiting.top()));
        if let Some(&(first, _)) = pending.first() {
            let floor = |at| (plot.x(at), plot.y(0.0));
            let outline = std::iter::once(floor(first)).chain(stairs(plot, &pending, end));
            canvas.polygon("backlog", outline.chain([floor(end)]));
        }
        canvas.polyline("waiting", stairs(waiting, &waits, end));
        plot.axes(&mut canvas);
        Figure {
            title: "Approvals that wait, and the expected wait".to_owned(),
            description: description(&pending, &waits),
            size: SIZE,
            shapes: canvas.into_text(),
            table: table(&pending, &waits),
        }
    }

    fn line(&self, of: impl Fn(&Backlog) -> f64) -> Vec<(Timestamp, f64)> {
        let all: Vec<_> = self.backlog.iter().map(|one| (one.at, of(one))).collect();
        thinned(&all, POINTS)
    }
}

/// Each value holds until the next, the last one until `end`.
fn stairs(
    plot: Plot,
    points: &[(Timestamp, f64)],
    end: Timestamp,
) -> impl Iterator<Item = (f64, f64)> {
    let next = points.iter().skip(1).map(|&(at, _)| at).chain([end]);
    points
        .iter()
        .zip(next)
        .flat_map(move |(&(at, value), next)| {
            let y = plot.y(value);
            [(plot.x(at), y), (plot.x(next), y)]
        })
}

fn description(pending: &[(Timestamp, f64)], waits: &[(Timestamp, f64)]) -> String {
    let Some(&(_, now)) = pending.last() else {
        return "Nothing waited.".to_owned();
    };
    let wait = waits.last().map_or_else(String::new, |&(_, minutes)| {
        format!(" One more would wait about {} minutes.", shown(minutes))
    });
    format!(
        "{} wait now, {} at most.{wait}",
        shown(now),
        shown(highest(pending))
    )
}

/// The latest changes.
fn table(pending: &[(Timestamp, f64)], waits: &[(Timestamp, f64)]) -> Table {
    let wait_at = |at: Timestamp| {
        let found = waits.iter().rev().find(|(time, _)| *time <= at);
        found.map_or(f64::NAN, |&(_, minutes)| minutes)
    };
    let rows = pending.iter().rev().take(ROWS).map(|&(at, count)| {
        vec![
            Cell::Time(at),
            Cell::Text(format!("{count:.0}")),
            Cell::Number(wait_at(at)),
        ]
    });
    Table {
        head: vec!["Since", "Waiting", "Expected wait in minutes"],
        rows: rows.collect(),
    }
}

fn highest(points: &[(Timestamp, f64)]) -> f64 {
    points.iter().map(|&(_, value)| value).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "a picture is not exact")]
fn number(count: u64) -> f64 {
    count as f64
}
