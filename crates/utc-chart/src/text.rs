//! Texts and numbers as XML has them.

use std::fmt;

/// A text with everything escaped that XML and HTML would take for their own.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' | ' ' => fmt::Write::write_char(f, character)?,
                // XML 1.0 has no way to write these.
                _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                    f.write_str("\u{fffd}")?;
                }
                _ => fmt::Write::write_char(f, character)?,
            }
        }
        Ok(())
    }
}

/// No picture is larger, whatever is drawn.
const FARTHEST: f64 = 1e6;

/// A coordinate, to a tenth. What is not a number is 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(pub(crate) f64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.0.is_nan() {
            0.0
        } else {
            self.0.clamp(-FARTHEST, FARTHEST)
        };
        // The sum turns a negative zero into a positive one.
        write!(f, "{}", (place * 10.0).round() / 10.0 + 0.0)
    }
}

/// A number for readers: three digits that count, no exponent.
pub(crate) fn shown(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let size = value.abs();
    let text = if size >= 100.0 {
        return format!("{value:.0}");
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    };
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
