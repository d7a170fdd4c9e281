//! Where a number and a time lie in the picture.

use utc_domain::Timestamp;

use crate::canvas::{Anchor, Area, Canvas};
use crate::table::minute;
use crate::text::shown;

/// The size of a picture of one plot, in its own units.
pub(crate) const SIZE: (f64, f64) = (640.0, 220.0);

/// Room for three digits in the type that small screens get.
const LEFT: f64 = 48.0;
const RIGHT: f64 = 48.0;
const TOP: f64 = 12.0;
/// The row of a legend above the plot.
const LEGEND: f64 = 20.0;
const BOTTOM: f64 = 28.0;

/// A plot of values over a span of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plot {
    pub(crate) area: Area,
    from: Timestamp,
    to: Timestamp,
    /// The value at the upper edge; finite and above 0.
    top: f64,
}

impl Plot {
    /// One that shows the span and the values from 0 to `top`.
    pub(crate) fn new((from, to): (Timestamp, Timestamp), top: f64) -> Self {
        let (width, height) = SIZE;
        let area = Area {
            left: LEFT,
            top: TOP,
            width: width - LEFT - RIGHT,
            height: height - TOP - BOTTOM,
        };
        let top = if top.is_finite() && top > 0.0 {
            top
        } else {
            1.0
        };
        Self {
            area,
            from,
            to,
            top,
        }
    }

    /// The same with room for a strip of this height below it.
    pub(crate) fn above(mut self, strip: f64) -> Self {
        self.area.height -= strip;
        self
    }

    /// The same with room for a legend above it.
    pub(crate) fn below_legend(mut self) -> Self {
        self.area.top += LEGEND;
        self.area.height -= LEGEND;
        self
    }

    /// The same place in time with another scale.
    pub(crate) fn scaled(self, top: f64) -> Self {
        Self {
            top: if top.is_finite() && top > 0.0 {
                top
            } else {
                1.0
            },
            ..self
        }
    }

    pub(crate) fn top(self) -> f64 {
        self.top
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture is not exact to the microsecond"
    )]
    pub(crate) fn x(self, at: Timestamp) -> f64 {
        let span = self.to.micros_since(self.from).max(1) as f64;
        let share = at.micros_since(self.from) as f64 / span;
        self.area.left + self.area.width * share.clamp(0.0, 1.0)
    }

    pub(crate) fn y(self, value: f64) -> f64 {
        let value = if value.is_nan() { 0.0 } else { value };
        let share = (value / self.top).clamp(0.0, 1.0);
        self.area.top + self.area.height * (1.0 - share)
    }

    pub(crate) fn point(self, (at, value): (Timestamp, f64)) -> (f64, f64) {
        (self.x(at), self.y(value))
    }

    /// The axes, the scale's ends, and the times.
    pub(crate) fn axes(self, canvas: &mut Canvas) {
        let Area { left, top, .. } = self.area;
        let (right, bottom) = (self.area.right(), self.area.bottom());
        canvas.line("axis", (left, top), (left, bottom));
        canvas.line("axis", (left, bottom), (right, bottom));
        self.value(canvas, 0.0, &shown(0.0));
        let below = SIZE.1 - 6.0;
        canvas.text("when", (left, below), Anchor::Start, &minute(self.from));
        canvas.text("when", (right, below), Anchor::End, &self.end());
    }

    /// A label at a height of the scale.
    pub(crate) fn value(self, canvas: &mut Canvas, value: f64, label: &str) {
        let at = (self.area.left - 6.0, self.y(value) + 4.0);
        canvas.text("value", at, Anchor::End, label);
    }

    /// A label at a height of the scale on the right.
    pub(crate) fn right_value(self, canvas: &mut Canvas, value: f64, label: &str) {
        let at = (self.area.right() + 6.0, self.y(value) + 4.0);
        canvas.text("value", at, Anchor::Start, label);
    }

    /// A line across at a height of the scale.
    pub(crate) fn across(self, canvas: &mut Canvas, class: &str, value: f64) {
        let y = self.y(value);
        canvas.line(class, (self.area.left, y), (self.area.right(), y));
    }

    /// The last time, without a day that the first one names already.
    fn end(self) -> String {
        let (first, last) = (minute(self.from), minute(self.to));
        let same_day = first.get(..10) == last.get(..10);
        match last.get(11..) {
            Some(time) if same_day => time.to_owned(),
            Some(_) | None => last,
        }
    }
}

/// What the colours mean, above the plot: a box and a word each.
pub(crate) fn legend(canvas: &mut Canvas, entries: &[(&str, &str)]) {
    let mut left = LEFT;
    for (class, word) in entries {
        let area = Area {
            left,
            top: 4.0,
            width: 12.0,
            height: 12.0,
        };
        canvas.rect(class, area, "");
        canvas.text("word", (left + 18.0, 15.0), Anchor::Start, word);
        let letters = u32::try_from(word.chars().count()).unwrap_or(20);
        left += 38.0 + 10.0 * f64::from(letters);
    }
}

/// The first and the last of these times; the epoch twice without any.
pub(crate) fn span(times: impl Iterator<Item = Timestamp> + Clone) -> (Timestamp, Timestamp) {
    let first = times.clone().min().unwrap_or(Timestamp::EPOCH);
    (first, times.max().unwrap_or(first))
}

/// The least of 1, 2, 5, 10, 20, 50 … that is no smaller; 1 at least, 10⁹ at most.
pub(crate) fn round_top(value: f64) -> f64 {
    let mut step = 1.0;
    while step < 1e9 {
        for factor in [1.0, 2.0, 5.0] {
            if value <= step * factor {
                return step * factor;
            }
        }
        step *= 10.0;
    }
    step
}
