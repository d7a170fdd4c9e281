//! Between rows and what use cases work with.

use utc_domain::{Pattern, Scope};
use utc_storage::StorageError;

use crate::units::stored::parse;

/// Patterns as they are stored: one a line, nothing for everywhere. No pattern holds a line end.
pub(crate) fn scope_text(scope: &Scope) -> Option<String> {
    match scope {
        Scope::All => None,
        Scope::Only(patterns) => {
            let lines: Vec<&str> = patterns.iter().map(Pattern::as_str).collect();
            Some(lines.join("\n"))
        }
    }
}

/// Reads what [`scope_text`] wrote.
pub(crate) fn read_scope(column: &'static str, text: Option<&str>) -> Result<Scope, StorageError> {
    let Some(text) = text else {
        return Ok(Scope::All);
    };
    let patterns = text
        .lines()
        .map(|line| parse(column, line))
        .collect::<Result<_, _>>()?;
    // A list with nothing in it is nowhere: it is none that this program writes.
    Ok(Scope::Only(patterns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_back_as_it_was_written() {
        let some = Scope::Only(vec!["a*".parse().unwrap(), "b:**".parse().unwrap()]);
        for scope in [Scope::All, some] {
            let text = scope_text(&scope);
            assert_eq!(read_scope("x", text.as_deref()).unwrap(), scope);
        }
    }
}
