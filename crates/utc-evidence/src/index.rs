//! `index.csv`: one line for each receipt, for people and their spreadsheets.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::claims::Claims;

const HEADER: [&str; 11] = [
    "seq", "id", "ts", "kind", "subject", "action", "unit", "decision", "code", "reason",
    "approval",
];

/// Writes the index, line by line.
pub(crate) struct IndexWriter<W: Write>(csv::Writer<W>);

impl<W: Write> IndexWriter<W> {
    pub(crate) fn new(out: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(HEADER)?;
        Ok(Self(writer))
    }

    pub(crate) fn add(&mut self, claims: &Claims<'_>) -> io::Result<()> {
        let seq = claims.seq.to_string();
        let optional = |text: &Option<crate::claims::Text<'_>>| -> String {
            text.as_deref().unwrap_or_default().to_owned()
        };
        let cells: [Cow<'_, str>; 11] = [
            seq.into(),
            (&*claims.jti).into(),
            (&*claims.ts).into(),
            (&*claims.kind).into(),
            (&*claims.sub).into(),
            optional(&claims.action).into(),
            optional(&claims.unit).into(),
            optional(&claims.decision).into(),
            (&*claims.code).into(),
            (&*claims.reason).into(),
            optional(&claims.link.approval).into(),
        ];
        let cells = cells.iter().map(|cell| harmless(cell));
        for cell in cells {
            self.0.write_field(cell.as_bytes())?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the index, and gives back where it was written to.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A cell that a spreadsheet takes for text, and not for a formula.
fn harmless(cell: &str) -> Cow<'_, str> {
    let begins = cell.as_bytes().first();
    if begins.is_some_and(|first| b"=+-@\t\r".contains(first)) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}
