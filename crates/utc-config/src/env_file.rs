//! The file of variables, usually `.env`.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use crate::{ConfigErrors, Problem, variable};

type Pairs = Vec<(String, String)>;

/// The variables of a file; none when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Pairs, ConfigErrors> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&file, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => {
            let kind = error.kind();
            Err(Problem::File { file, kind }.into())
        }
    }
}

fn parse(file: &str, text: &str) -> Result<Pairs, ConfigErrors> {
    // Editors on Windows begin a file with a byte order mark, which `dotenvy` takes for a name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    let Some(pairs) = pairs(&lines) else {
        let file = file.to_owned();
        let line = first_bad_line(&lines);
        return Err(Problem::Line { file, line }.into());
    };
    refuse_repetitions(file, &pairs)?;
    Ok(pairs)
}

fn pairs(lines: &[&str]) -> Option<Pairs> {
    // Without a line end `dotenvy` refuses a last line with spaces behind its value.
    let text = format!("{}\n", lines.join("\n"));
    dotenvy::from_read_iter(text.as_bytes())
        .collect::<Result<Pairs, _>>()
        .ok()
}

/// The error of `dotenvy` holds the text, which may be a secret, and no number: so the number is
/// found as the line after the longest part of the file that can be read.
fn first_bad_line(lines: &[&str]) -> usize {
    let readable = |count: &usize| lines.get(..*count).and_then(pairs).is_some();
    let before = (0..lines.len()).rev().find(readable);
    before.unwrap_or_default() + 1
}

/// Shells take the last of two lines and `dotenvy` the first: nobody should have to know.
fn refuse_repetitions(file: &str, pairs: &Pairs) -> Result<(), ConfigErrors> {
    let mut seen = BTreeSet::new();
    let twice: Vec<Problem> = pairs
        .iter()
        .filter(|(name, _)| variable::find(name).is_some() && !seen.insert(name))
        .map(|(name, _)| Problem::Twice {
            name: name.clone(),
            file: file.to_owned(),
        })
        .collect();
    if twice.is_empty() {
        Ok(())
    } else {
        Err(ConfigErrors::new(twice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(".env", text).unwrap_err().to_string()
    }

    #[test]
    fn quotes_comments_and_a_byte_order_mark_are_understood() {
        let text = "\u{feff}APP_PORT=1 # why\n\n# no\nHMAC_SECRET='a $b #c'\nexport LOG_LEVEL=warn";
        let pairs = parse(".env", text).unwrap();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let expected = [
            ("APP_PORT", "1"),
            ("HMAC_SECRET", "a $b #c"),
            ("LOG_LEVEL", "warn"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_bad_line_is_named_by_number_and_not_shown() {
        insta::assert_snapshot!(refused("APP_PORT=1\nHMAC_SECRET=hunter2 hunter2 # x\n"), @r"
        the configuration cannot be used:
        - line 2 of `.env` cannot be read: write `NAME=value`, and put a value with spaces, `#` or `$` in single quotes
        ");
        insta::assert_snapshot!(refused("A=1\nB=2\nHMAC_SECRET='hunter2\nLOG_LEVEL=info\n"), @r"
        the configuration cannot be used:
        - line 3 of `.env` cannot be read: write `NAME=value`, and put a value with spaces, `#` or `$` in single quotes
        ");
    }

    #[test]
    fn one_of_our_names_twice_is_refused_and_another_program_s_is_not() {
        insta::assert_snapshot!(refused("APP_PORT=1\nAPP_PORT=2\n"), @r"
        the configuration cannot be used:
        - `APP_PORT` is set twice in `.env`: keep one of the two lines
        ");
        assert!(parse(".env", "OTHER=1\nOTHER=2\n").is_ok());
    }
}
