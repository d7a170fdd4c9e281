//! The numbers of a chart, for whoever does not look at it.

use std::fmt::Write as _;

use utc_domain::Timestamp;

use crate::text::{Escaped, shown};

/// The most rows of a table; a longer one would outweigh the page.
pub(crate) const ROWS: usize = 40;

#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Time(Timestamp),
    Number(f64),
    Text(String),
}

/// What stands below a chart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) head: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Its HTML, whose caption is `caption`.
    pub(crate) fn html(&self, caption: &str) -> String {
        let mut html = format!("<table><caption>{}</caption><thead><tr>", Escaped(caption));
        for head in &self.head {
            // Writing to a string cannot fail.
            let _ = write!(html, "<th scope=\"col\">{}</th>", Escaped(head));
        }
        html.push_str("</tr></thead><tbody>\n");
        for row in &self.rows {
            html.push_str("<tr>");
            for cell in row {
                html.push_str(&cell.html());
            }
            html.push_str("</tr>\n");
        }
        html + "</tbody></table>"
    }
}

impl Cell {
    fn html(&self) -> String {
        match self {
            Self::Time(at) => format!("<td><time datetime=\"{at}\">{}</time></td>", minute(*at)),
            Self::Number(value) => format!("<td class=\"n\">{}</td>", shown(*value)),
            Self::Text(text) => format!("<td>{}</td>", Escaped(text)),
        }
    }
}

/// `2026-01-31 12:00 UTC`
pub(crate) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}
