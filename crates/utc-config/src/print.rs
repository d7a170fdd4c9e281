//! The configuration as text, for `--print-config`.

use std::fmt::{Display, Write};

use crate::{Config, variables};

/// What stands for a secret that is set.
pub(crate) const MASK: &str = "********";

/// Every variable as `NAME=value` with the value in effect, one a line, secrets masked.
pub fn print(config: &Config) -> String {
    let mut text = String::new();
    for variable in variables() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}={}", variable.name(), variable.printed(config));
    }
    text
}

pub(crate) fn masked(is_set: bool) -> String {
    let text = if is_set { MASK } else { "" };
    text.to_owned()
}

pub(crate) fn optional(value: Option<&impl Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

pub(crate) fn joined(values: &[impl Display]) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(",")
}
