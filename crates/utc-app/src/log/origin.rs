//! Names of logs.
//!
//! A log's name never signs two different histories: a log that begins anew, or goes on after its database was set
//! back, gets the next one. The first is the configured name itself, the following ones end in `/2`, `/3` and so on.

/// Whether a log of this name is one of the installation that `configured` names.
pub(crate) fn belongs(origin: &str, configured: &str) -> bool {
    number(origin, configured).is_some()
}

/// The name after these: none of them signs another history.
pub(crate) fn next<'a>(origins: impl IntoIterator<Item = &'a str>, configured: &str) -> String {
    let used = origins
        .into_iter()
        .filter_map(|origin| number(origin, configured));
    format!("{configured}/{}", used.max().unwrap_or(1) + 1)
}

/// Which of the installation's logs it is, from 1.
fn number(origin: &str, configured: &str) -> Option<u64> {
    if origin == configured {
        return Some(1);
    }
    let digits = origin.strip_prefix(configured)?.strip_prefix('/')?;
    let number: u64 = digits.parse().ok()?;
    // One spelling only: `/02` is a name of somebody else's.
    (number > 1 && number.to_string() == digits).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_log_has_the_configured_name_and_each_later_one_a_number() {
        let next = |origins: &[&str]| next(origins.iter().copied(), "a.example/log");
        assert_eq!(next(&["a.example/log"]), "a.example/log/2");
        assert_eq!(next(&["a.example/log/2"]), "a.example/log/3");
        assert_eq!(
            next(&["a.example/log/9", "a.example/log"]),
            "a.example/log/10"
        );
        assert_eq!(next(&["b.example/log/9"]), "a.example/log/2");
    }

    #[test]
    fn only_names_with_such_a_number_belong() {
        let ours = |origin| belongs(origin, "a.example/log");
        assert!(ours("a.example/log") && ours("a.example/log/2") && ours("a.example/log/31"));
        for other in [
            "a.example/log/1",
            "a.example/log/02",
            "a.example/log/x",
            "a.example/log2",
            "b.example/log",
            "a.example",
        ] {
            assert!(!ours(other), "{other}");
        }
    }
}
