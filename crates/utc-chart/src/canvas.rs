//! Shapes as SVG text.

use std::fmt::{Display, Write as _};

use crate::text::{Escaped, Place};

/// Where a text stands against its place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    End,
}

impl Anchor {
    fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// A rectangle: left, top, width, height.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.top + self.height
    }
}

/// Shapes, one after another. Classes are our own constants; whatever else is text is escaped.
#[derive(Debug, Default)]
pub(crate) struct Canvas(String);

impl Canvas {
    pub(crate) fn rect(&mut self, class: &str, area: Area, title: &str) {
        let (x, y) = (Place(area.left), Place(area.top));
        let (width, height) = (Place(area.width.max(0.0)), Place(area.height.max(0.0)));
        self.push(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""
        ));
        if title.is_empty() {
            self.push("/>\n");
        } else {
            self.push(format_args!("><title>{}</title></rect>\n", Escaped(title)));
        }
    }

    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.push(format_args!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n",
            Place(from.0),
            Place(from.1),
            Place(to.0),
            Place(to.1)
        ));
    }

    pub(crate) fn polyline(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        self.shape("polyline", class, points);
    }

    pub(crate) fn polygon(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        self.shape("polygon", class, points);
    }

    pub(crate) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64) {
        let (x, y, r) = (Place(at.0), Place(at.1), Place(radius));
        self.push(format_args!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>\n"
        ));
    }

    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n",
            Place(at.0),
            Place(at.1),
            anchor.as_str(),
            Escaped(text)
        ));
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    fn shape(&mut self, tag: &str, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        self.push(format_args!("<{tag} class=\"{class}\" points=\""));
        for (place, (x, y)) in points.into_iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            self.push(format_args!("{space}{},{}", Place(x), Place(y)));
        }
        self.push("\"/>\n");
    }

    fn push(&mut self, part: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{part}");
    }
}
