//! The configuration as its users meet it.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests may fail as tests do"
)]

mod defaults;
mod demo;
mod env_example;
mod print;
mod problems;
mod process;
mod production;

use utc_config::{Config, Vars};

fn config(pairs: &[(&str, &str)]) -> Config {
    Config::from_vars(&Vars::from_pairs(pairs.iter().copied())).unwrap()
}

/// Every problem on a line of its own.
fn problems(pairs: &[(&str, &str)]) -> String {
    let vars = Vars::from_pairs(pairs.iter().copied());
    let errors = Config::from_vars(&vars).unwrap_err();
    let lines: Vec<String> = errors.problems().iter().map(ToString::to_string).collect();
    lines.join("\n")
}
