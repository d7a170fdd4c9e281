//! The utilisation ρ of a unit, with its thresholds, its levels, and what is forecast.

use utc_domain::{ProtectionLevel, Timestamp};

use crate::canvas::{Area, Canvas};
use crate::figure::Figure;
use crate::plot::{Plot, SIZE, span};
use crate::series::{POINTS, thinned};
use crate::table::{Cell, ROWS, Table, minute};
use crate::text::shown;

/// The least value at the upper edge, so that a calm unit looks calm.
const LEAST_TOP: f64 = 1.2;
/// What is higher is drawn at the upper edge.
const HIGHEST_TOP: f64 = 3.0;
/// The most changes of the level that are drawn: the latest ones.
const LEVELS: usize = 60;
/// The strip of levels below the plot.
const STRIP: f64 = 22.0;

/// Where levels change, as utilisations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// From here on writes need an approval.
    pub low: f64,
    /// From here on writes are refused.
    pub high: f64,
}

/// A level and since when it was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelSince {
    /// Since when.
    pub at: Timestamp,
    /// The level.
    pub level: ProtectionLevel,
}

/// What is expected between two moments: the highest utilisation lies between these, whichever forecast is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// When it was said.
    pub from: Timestamp,
    /// The end of what it is about.
    pub until: Timestamp,
    /// The lowest of the forecasts.
    pub least: f64,
    /// The highest of the forecasts.
    pub most: f64,
}

/// What to draw. Nothing needs to be in order.
#[derive(Debug, Clone, Copy)]
pub struct RhoChart<'a> {
    /// The unit's name.
    pub unit: &'a str,
    /// Utilisations as they were measured.
    pub measured: &'a [(Timestamp, f64)],
    /// Where levels change; without them a line is drawn at ρ = 1, where a queue begins to grow.
    pub thresholds: Option<Thresholds>,
    /// The levels, if they are to be shown.
    pub levels: &'a [LevelSince],
    /// What is forecast, if anything is.
    pub forecast: Option<Band>,
}

impl RhoChart<'_> {
    /// The finished chart.
    pub fn draw(&self) -> Figure {
        let points = thinned(self.measured, POINTS);
        let band = self
            .forecast
            .filter(|band| band.least.is_finite() && band.most.is_finite());
        let times = points.iter().map(|&(at, _)| at);
        let ends = band.iter().flat_map(|band| [band.from, band.until]);
        let span = span(times.chain(ends));
        let strip = if self.levels.is_empty() { 0.0 } else { STRIP };
        let plot = Plot::new(span, Self::top(&points, band)).above(strip);
        let mut canvas = Canvas::default();
        if let Some(band) = band {
            draw_band(&mut canvas, plot, band);
        }
        self.lines(&mut canvas, plot);
        plot.axes(&mut canvas);
        draw_line(&mut canvas, plot, &points);
        self.strip(&mut canvas, plot, span);
        Figure {
            title: format!("Utilisation ρ of {}", self.unit),
            description: self.description(&points, band),
            size: SIZE,
            shapes: canvas.into_text(),
            table: self.table(band),
        }
    }

    fn top(points: &[(Timestamp, f64)], band: Option<Band>) -> f64 {
        let values = points.iter().map(|&(_, value)| value);
        let highest = values
            .chain(band.map(|band| band.most))
            .fold(LEAST_TOP, f64::max);
        highest.min(HIGHEST_TOP)
    }

    fn lines(&self, canvas: &mut Canvas, plot: Plot) {
        let Some(Thresholds { low, high }) = self.thresholds else {
            plot.across(canvas, "full", 1.0);
            plot.value(canvas, 1.0, "1");
            return;
        };
        for (class, value) in [("low", low), ("high", high)] {
            if value.is_finite() {
                plot.across(canvas, class, value);
                plot.value(canvas, value, &shown(value));
            }
        }
    }

    /// The levels below the plot: the tighter, the higher.
    fn strip(&self, canvas: &mut Canvas, plot: Plot, (_, end): (Timestamp, Timestamp)) {
        let mut levels = self.levels.to_vec();
        levels.sort_by_key(|since| since.at);
        levels.drain(..levels.len().saturating_sub(LEVELS));
        for (place, since) in levels.iter().enumerate() {
            let until = levels.get(place + 1).map_or(end, |next| next.at);
            let (left, right) = (plot.x(since.at), plot.x(until));
            let height = match since.level {
                ProtectionLevel::Permissive => 5.0,
                ProtectionLevel::RequireApproval => 10.0,
                ProtectionLevel::ReadOnly => 15.0,
            };
            let area = Area {
                left,
                top: plot.area.bottom() + STRIP - 3.0 - height,
                width: right - left,
                height,
            };
            let title = format!("{} from {}", since.level, minute(since.at));
            canvas.rect(class(since.level), area, &title);
        }
    }

    fn description(&self, points: &[(Timestamp, f64)], band: Option<Band>) -> String {
        let Some(&(_, newest)) = points.last() else {
            return "Nothing was measured yet.".to_owned();
        };
        let values = || points.iter().map(|&(_, value)| value);
        let (lowest, highest) = (
            values().fold(newest, f64::min),
            values().fold(newest, f64::max),
        );
        let mut sentences = vec![format!(
            "Last {}, between {} and {}.",
            shown(newest),
            shown(lowest),
            shown(highest)
        )];
        sentences.push(match self.thresholds {
            Some(Thresholds { low, high }) => format!(
                "Writes need an approval from {}, and are refused from {}.",
                shown(low),
                shown(high)
            ),
            None => "The dotted line is ρ = 1.".to_owned(),
        });
        sentences.extend(band.map(|band| {
            let (least, most) = (shown(band.least), shown(band.most));
            format!("Forecasts expect at most {least} to {most}.")
        }));
        if !self.levels.is_empty() {
            let strip = "The bar below is the level: low is permissive, middle requires approval, high is read-only.";
            sentences.push(strip.to_owned());
        }
        sentences.join(" ")
    }

    fn table(&self, band: Option<Band>) -> Table {
        let rows = thinned(self.measured, ROWS).into_iter().rev();
        let rows = rows.map(|(at, value)| {
            vec![
                Cell::Time(at),
                Cell::Number(value),
                Cell::Text("measured".to_owned()),
            ]
        });
        let ahead = band.map(|band| {
            [
                ("highest forecast", band.most),
                ("lowest forecast", band.least),
            ]
            .map(|(what, value)| {
                vec![
                    Cell::Time(band.until),
                    Cell::Number(value),
                    Cell::Text(what.to_owned()),
                ]
            })
        });
        Table {
            head: vec!["When", "ρ", "What"],
            rows: ahead.into_iter().flatten().chain(rows).collect(),
        }
    }
}

fn draw_band(canvas: &mut Canvas, plot: Plot, band: Band) {
    let (left, right) = (plot.x(band.from), plot.x(band.until));
    let top = plot.y(band.most.max(band.least));
    let bottom = plot.y(band.least.min(band.most));
    // Forecasts that agree are seen too.
    let height = (bottom - top).max(2.0);
    let top = top.min(plot.area.bottom() - height);
    let area = Area {
        left,
        top,
        width: right - left,
        height,
    };
    canvas.rect("band", area, "what the forecasts expect");
}

/// The line, and a dot at its end: one measurement alone would not be seen.
fn draw_line(canvas: &mut Canvas, plot: Plot, points: &[(Timestamp, f64)]) {
    canvas.polyline("measured", points.iter().map(|&point| plot.point(point)));
    if let Some(&last) = points.last() {
        canvas.circle("dot", plot.point(last), 3.0);
    }
}

fn class(level: ProtectionLevel) -> &'static str {
    match level {
        ProtectionLevel::Permissive => "permissive",
        ProtectionLevel::RequireApproval => "require-approval",
        ProtectionLevel::ReadOnly => "read-only",
    }
}
