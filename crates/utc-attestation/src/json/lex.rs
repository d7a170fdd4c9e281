//! The words of JSON: white space, texts, numbers, literals.

use std::borrow::Cow;

use super::{MAX_INTEGER, Problem};

/// A place in a document.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The place in bytes from 0.
    pub(super) fn offset(&self) -> usize {
        self.at.min(self.text.len())
    }

    /// Goes back to a place, so that an error names the beginning of what is wrong.
    pub(super) fn back_to(&mut self, offset: usize) {
        self.at = offset;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Steps over `byte` if it is next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    pub(super) fn space(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Steps over the literal.
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Problem> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Problem::Syntax(word));
        }
        self.at += word.len();
        Ok(())
    }

    /// Reads a text from its opening quote to behind the closing one, escapes resolved.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Problem> {
        let start = self.at;
        self.step();
        let escaped = self.reach_closing_quote()?;
        self.step();
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        if escaped {
            serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| {
                self.at = start;
                Problem::Escape
            })
        } else {
            Ok(Cow::Borrowed(quoted.trim_matches('"')))
        }
    }

    /// Steps over a number, which must be one that every reader takes the same way.
    pub(super) fn number(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let double = self.number_is_double()?;
        let written = self.text.get(start..self.at).unwrap_or_default();
        let result = if double {
            check_double(written)
        } else {
            check_integer(written)
        };
        result.inspect_err(|_| self.at = start)
    }

    /// The error for something else, or for nothing, where `what` is needed.
    pub(super) fn expected(&self, what: &'static str) -> Problem {
        if self.peek().is_none() {
            Problem::End
        } else {
            Problem::Syntax(what)
        }
    }

    /// Goes to the closing quote and says whether an escape stood on the way.
    fn reach_closing_quote(&mut self) -> Result<bool, Problem> {
        let mut escaped = false;
        loop {
            match self.peek().ok_or(Problem::End)? {
                b'"' => return Ok(escaped),
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                0..=0x1f => return Err(Problem::Control),
                _ => self.step(),
            }
        }
    }

    /// Steps over the number's characters and says whether it has a fraction or an exponent.
    fn number_is_double(&mut self) -> Result<bool, Problem> {
        self.eat(b'-');
        // A zero ends the integer part; a digit behind it is out of place and found by the caller.
        if !self.eat(b'0') {
            self.digits()?;
        }
        let fraction = self.eat(b'.');
        if fraction {
            self.digits()?;
        }
        let exponent = self.eat(b'e') || self.eat(b'E');
        if exponent {
            let _signed = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(fraction || exponent)
    }

    fn digits(&mut self) -> Result<(), Problem> {
        let start = self.at;
        self.skip_while(|byte| byte.is_ascii_digit());
        if self.at > start {
            Ok(())
        } else {
            Err(self.expected("a digit"))
        }
    }

    fn skip_while(&mut self, skip: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&skip) {
            self.step();
        }
    }
}

fn check_integer(written: &str) -> Result<(), Problem> {
    let digits = written.trim_start_matches('-');
    let fine = digits
        .parse::<u64>()
        .is_ok_and(|value| value <= MAX_INTEGER);
    if fine { Ok(()) } else { Err(Problem::Integer) }
}

fn check_double(written: &str) -> Result<(), Problem> {
    let fine = written.parse::<f64>().is_ok_and(f64::is_finite);
    if fine { Ok(()) } else { Err(Problem::Overflow) }
}
