//! The state as text, for storage.
//!
//! Words between single blanks, in the order of the fields. A number is written with as many digits as it takes to
//! read the same one back, so a restart changes nothing.

use std::fmt::{self, Display, Write as _};
use std::str::SplitAsciiWhitespace;

use utc_domain::Timestamp;

/// Why stored text is no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It is of another version.
    #[error("the state is of a version that this program does not read")]
    Version,
    /// It ends too early, or goes on too long.
    #[error("the state has too few or too many parts")]
    Length,
    /// A part is not what is expected there.
    #[error("part {part} of the state is not what belongs there")]
    Part {
        /// Which one, from 1.
        part: usize,
    },
}

/// Writes words.
#[derive(Debug, Default)]
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn word(&mut self, word: &str) -> &mut Self {
        self.part(format_args!("{word}"))
    }

    pub(super) fn number(&mut self, number: impl Display + Copy) -> &mut Self {
        self.part(format_args!("{number}"))
    }

    fn part(&mut self, part: fmt::Arguments<'_>) -> &mut Self {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        // A string takes whatever is written to it.
        let _ = self.0.write_fmt(part);
        self
    }

    pub(super) fn time(&mut self, at: Timestamp) -> &mut Self {
        self.number(at.as_micros())
    }

    pub(super) fn option<T>(
        &mut self,
        value: Option<T>,
        put: impl FnOnce(&mut Self, T),
    ) -> &mut Self {
        match value {
            Some(value) => {
                self.word("+");
                put(self, value);
            }
            None => {
                self.word("-");
            }
        }
        self
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Reads them back.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    words: SplitAsciiWhitespace<'a>,
    part: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            words: text.split_ascii_whitespace(),
            part: 0,
        }
    }

    pub(super) fn word(&mut self) -> Result<&'a str, StateError> {
        self.part += 1;
        self.words.next().ok_or(StateError::Length)
    }

    pub(super) fn wrong<T>(&self) -> Result<T, StateError> {
        Err(StateError::Part { part: self.part })
    }

    pub(super) fn number<T: std::str::FromStr>(&mut self) -> Result<T, StateError> {
        let word = self.word()?;
        word.parse().or_else(|_| self.wrong())
    }

    /// A finite number: nothing that is stored here is ever another.
    pub(super) fn real(&mut self) -> Result<f64, StateError> {
        let value: f64 = self.number()?;
        if value.is_finite() {
            Ok(value)
        } else {
            self.wrong()
        }
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, StateError> {
        Ok(Timestamp::from_micros(self.number()?))
    }

    pub(super) fn flag(&mut self) -> Result<bool, StateError> {
        match self.word()? {
            "1" => Ok(true),
            "0" => Ok(false),
            _ => self.wrong(),
        }
    }

    pub(super) fn option<T>(
        &mut self,
        get: impl FnOnce(&mut Self) -> Result<T, StateError>,
    ) -> Result<Option<T>, StateError> {
        match self.word()? {
            "+" => get(self).map(Some),
            "-" => Ok(None),
            _ => self.wrong(),
        }
    }

    /// A list of at most `most` things, after its length.
    pub(super) fn list<T, L: FromIterator<T>>(
        &mut self,
        most: usize,
        mut get: impl FnMut(&mut Self) -> Result<T, StateError>,
    ) -> Result<L, StateError> {
        let length: usize = self.number()?;
        if length > most {
            return self.wrong();
        }
        (0..length).map(|_| get(self)).collect()
    }

    pub(super) fn end(mut self) -> Result<(), StateError> {
        match self.words.next() {
            Some(_) => Err(StateError::Length),
            None => Ok(()),
        }
    }
}
