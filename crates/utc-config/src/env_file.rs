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
    let pairs: Result<Pairs, dotenvy::Error> = dotenvy::from_read_iter(text.as_bytes()).collect();
    let pairs = pairs.map_err(|error| unreadable(file, text, &error))?;
    refuse_repetitions(file, &pairs)?;
    Ok(pairs)
}

/// `dotenvy` hands back the whole line, which may hold a secret; the number of the line says enough.
fn unreadable(file: &str, text: &str, error: &dotenvy::Error) -> Problem {
    let file = file.to_owned();
    let dotenvy::Error::LineParse(found, _) = error else {
        let kind = io::ErrorKind::InvalidData;
        return Problem::File { file, kind };
    };
    let first = found.lines().next().unwrap_or_default();
    // The line is handed back without the comment at its end.
    let is_it = |line: &str| line.strip_prefix(first).is_some_and(is_comment_or_nothing);
    let line = text.lines().position(is_it).map_or(1, |before| before + 1);
    Problem::Line { file, line }
}

fn is_comment_or_nothing(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('#')
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
        insta::assert_snapshot!(refused("APP_PORT=1\nHMAC_SECRET=hunter2 hunter2 # x\n"), @"");
        insta::assert_snapshot!(refused("A=1\nB=2\nHMAC_SECRET='hunter2\nLOG_LEVEL=info\n"), @"");
    }

    #[test]
    fn one_of_our_names_twice_is_refused_and_another_program_s_is_not() {
        insta::assert_snapshot!(refused("APP_PORT=1\nAPP_PORT=2\n"), @"");
        assert!(parse(".env", "OTHER=1\nOTHER=2\n").is_ok());
    }
}
