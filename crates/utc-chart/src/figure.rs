//! A finished chart: the picture and what it says in words and numbers.

use crate::table::Table;
use crate::text::{Escaped, Place};

/// What the classes of the shapes look like. A page may set the variables `--text`, `--muted`, `--line`, `--accent`,
/// `--good`, `--warn` and `--bad`; without them it is dark on a light ground.
pub const STYLE: &str = include_str!("style.css");

/// A chart.
#[derive(Debug, Clone)]
pub struct Figure {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) size: (f64, f64),
    pub(crate) shapes: String,
    pub(crate) table: Table,
}

impl Figure {
    /// The picture, to be put into a page that has [`STYLE`], below an element of the class `chart`.
    pub fn svg(&self) -> String {
        self.drawn("", "")
    }

    /// The picture as a file of its own.
    pub fn document(&self) -> String {
        let (width, height) = self.size;
        let attributes = format!(
            " xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"{}\" height=\"{}\"",
            Place(width),
            Place(height)
        );
        self.drawn(&attributes, &format!("<style>{STYLE}</style>\n"))
    }

    /// The picture with its caption and its numbers.
    pub fn html(&self) -> String {
        let title = Escaped(&self.title);
        let description = Escaped(&self.description);
        let numbers = if self.table.rows.is_empty() {
            String::new()
        } else {
            let table = self.table.html(&self.title);
            format!(
                "<details><summary>Numbers of “{title}”</summary>\n\
                 <div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Numbers of “{title}”\">{table}</div></details>\n"
            )
        };
        format!(
            "<figure class=\"chart\">\n{}<figcaption><strong>{title}</strong> {description}</figcaption>\n{numbers}</figure>\n",
            self.svg()
        )
    }

    /// What the chart is of.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it shows, in words.
    pub fn description(&self) -> &str {
        &self.description
    }

    fn drawn(&self, attributes: &str, style: &str) -> String {
        let (width, height) = self.size;
        format!(
            "<svg{attributes} viewBox=\"0 0 {} {}\" role=\"img\">\n\
             <title>{}</title>\n<desc>{}</desc>\n{style}{}</svg>\n",
            Place(width),
            Place(height),
            Escaped(&self.title),
            Escaped(&self.description),
            self.shapes
        )
    }
}
