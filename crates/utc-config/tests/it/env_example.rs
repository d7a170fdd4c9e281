//! `.env.example` says what the table says.

use utc_config::{Config, Variable, Vars, variables};

use crate::config;

const FILE: &str = include_str!("../../../../.env.example");

const HEAD: &str = "\
# Configuration of the Unified Trust Console. Copy this file to `.env` and uncomment what you change.
# The environment wins over the file; an empty value counts as not set. Put a value that has spaces,
# `#` or `$` in single quotes. `utc-server --print-config` shows what is in effect.
";

fn entry(variable: &Variable) -> String {
    let (help, name, default) = (variable.help(), variable.name(), variable.default());
    format!("\n# {help}\n#{name}={default}\n")
}

/// The pairs of the file as the program reads them once they are uncommented.
fn uncommented() -> Vec<(String, String)> {
    let is_commented_pair = |line: &&str| line.starts_with(|c: char| c.is_ascii_uppercase());
    let lines: Vec<&str> = FILE
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(is_commented_pair)
        .collect();
    let text = lines.join("\n");
    dotenvy::from_read_iter(text.as_bytes())
        .map(Result::unwrap)
        .collect()
}

#[test]
fn the_file_is_the_table_with_its_help() {
    let expected: String = variables().map(entry).collect();
    let expected = format!("{HEAD}{expected}");
    // `assert_eq` would show both texts escaped.
    assert!(FILE == expected, "the file should be:\n{expected}");
}

#[test]
fn names_and_defaults_are_those_of_the_table() {
    let table: Vec<(String, String)> = variables()
        .map(|variable| (variable.name().to_owned(), variable.default().to_owned()))
        .collect();
    assert_eq!(uncommented(), table);
}

#[test]
fn everything_uncommented_is_the_default_configuration() {
    let is_secret = |name: &str| variables().any(|v| v.name() == name && v.is_secret());
    let open = uncommented()
        .into_iter()
        .filter(|(name, _)| !is_secret(name));
    let loaded = Config::from_vars(&Vars::from_pairs(open)).unwrap();
    assert_eq!(format!("{loaded:?}"), format!("{:?}", config(&[])));
}

#[test]
fn no_name_is_in_the_table_twice() {
    let mut names: Vec<&str> = variables().map(Variable::name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
