//! The risk of a unit over time.

use utc_domain::Timestamp;

use crate::canvas::Canvas;
use crate::figure::Figure;
use crate::plot::{Plot, SIZE, span};
use crate::series::{POINTS, thinned};
use crate::table::{Cell, ROWS, Table};
use crate::text::shown;

/// The highest score there is.
const TOP: f64 = 100.0;

/// What to draw. Scores go from 0 to 100.
#[derive(Debug, Clone, Copy)]
pub struct RiskChart<'a> {
    /// The unit's name.
    pub unit: &'a str,
    /// Scores, in any order.
    pub scores: &'a [(Timestamp, f64)],
    /// From which score on a unit counts as risky, and below which no longer.
    pub risky: (f64, f64),
}

impl RiskChart<'_> {
    /// The finished chart.
    pub fn draw(&self) -> Figure {
        let points = thinned(self.scores, POINTS);
        let plot = Plot::new(span(points.iter().map(|&(at, _)| at)), TOP);
        let mut canvas = Canvas::default();
        let (on, off) = self.risky;
        for (class, value) in [("high", on), ("low", off)] {
            if value.is_finite() {
                plot.across(&mut canvas, class, value);
                plot.value(&mut canvas, value, &format!("{value:.0}"));
            }
        }
        plot.axes(&mut canvas);
        canvas.polyline("measured", points.iter().map(|&point| plot.point(point)));
        if let Some(&last) = points.last() {
            canvas.circle("dot", plot.point(last), 3.0);
        }
        Figure {
            title: format!("Risk of {}", self.unit),
            description: self.description(&points),
            size: SIZE,
            shapes: canvas.into_text(),
            table: Table {
                head: vec!["When", "Score"],
                rows: rows(self.scores),
            },
        }
    }

    fn description(&self, points: &[(Timestamp, f64)]) -> String {
        let Some(&(_, last)) = points.last() else {
            return "No score was computed yet.".to_owned();
        };
        let most = points.iter().map(|&(_, value)| value).fold(last, f64::max);
        let (on, off) = self.risky;
        format!(
            "Last {} of 100, at most {}. A unit counts as risky from {}, and no longer below {}.",
            shown(last),
            shown(most),
            shown(on),
            shown(off)
        )
    }
}

fn rows(scores: &[(Timestamp, f64)]) -> Vec<Vec<Cell>> {
    let newest = thinned(scores, ROWS).into_iter().rev();
    newest
        .map(|(at, score)| vec![Cell::Time(at), Cell::Number(score)])
        .collect()
}
