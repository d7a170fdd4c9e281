//! Names that look like ours and are not: a mistyped name must not be a silent default.

use crate::{Problem, Vars, variable, variables};

const PREFIXES: [&str; 7] = [
    "UTC_",
    "QUEUE_",
    "TDX_",
    "GATEWAY_",
    "APPROVAL_",
    "GRANT_",
    "RATE_",
];

/// How many letters may differ for a name to be suggested.
const NEAR: usize = 3;

pub(crate) fn unknown_names(vars: &Vars) -> impl Iterator<Item = Problem> {
    vars.names().filter(|name| is_unknown(name)).map(|name| {
        let nearest = nearest(name);
        let name = name.to_owned();
        Problem::Unknown { name, nearest }
    })
}

fn is_unknown(name: &str) -> bool {
    // The test suite's own variables reach the programs that it starts.
    let of_tests = name.starts_with("UTC_TEST_") || name == "UTC_VECTORS_DIR";
    let ours = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    ours && !of_tests && variable::find(name).is_none()
}

fn nearest(name: &str) -> Option<&'static str> {
    variables()
        .map(|known| (distance(name, known.name()), known.name()))
        .filter(|(distance, _)| *distance <= NEAR)
        .min()
        .map(|(_, known)| known)
}

/// The number of letters to insert, remove or replace between two texts (Levenshtein 1966), by rows.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (1..=to.chars().count()).collect();
    for (above_left, a) in from.chars().enumerate() {
        let mut diagonal = above_left;
        let mut left = above_left + 1;
        for (cell, b) in row.iter_mut().zip(to.chars()) {
            left = (diagonal + usize::from(a != b))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = std::mem::replace(cell, left);
        }
    }
    row.last().copied().unwrap_or_else(|| from.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_letter_edits() {
        assert_eq!(distance("QUEUE_ALPHA", "QUEUE_ALPHA"), 0);
        assert_eq!(distance("QUEUE_ALPA", "QUEUE_ALPHA"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }

    #[test]
    fn only_close_names_are_suggested() {
        assert_eq!(nearest("QUEUE_TRESHOLD_LOW"), Some("QUEUE_THRESHOLD_LOW"));
        assert_eq!(nearest("TDX_ENABLE"), Some("TDX_ENABLED"));
        assert_eq!(nearest("UTC_SOMETHING_ELSE"), None);
    }

    #[test]
    fn names_of_other_programs_and_of_the_tests_are_left_alone() {
        for name in ["PATH", "APP_HOTS", "UTC_TEST_POSTGRES", "UTC_VECTORS_DIR"] {
            assert!(!is_unknown(name), "{name}");
        }
        for name in [
            "UTC_X",
            "QUEUE_X",
            "TDX_X",
            "GATEWAY_X",
            "APPROVAL_X",
            "GRANT_X",
            "RATE_X",
        ] {
            assert!(is_unknown(name), "{name}");
        }
    }
}
