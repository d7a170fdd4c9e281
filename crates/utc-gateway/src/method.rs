//! What is a read.

use utc_app::{Access, MethodOverride};

use crate::percent::understood;

/// Methods that are not forwarded: the first makes a tunnel, the others send the caller's own headers back.
const REFUSED: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Whether requests of this method are refused, whatever they ask for.
pub(crate) fn is_refused(method: &str) -> bool {
    REFUSED
        .iter()
        .any(|refused| method.eq_ignore_ascii_case(refused))
}

/// Whether a request reads or writes: `GET`, `HEAD` and `OPTIONS` read and everything else writes, unless the unit
/// says otherwise.
///
/// A unit's word that something is a read counts for exactly that method and path, as they came. Its word that
/// something is a write counts for every spelling of the path, and for `HEAD` where it names `GET`: who writes a path
/// in another way must not get round it.
pub(crate) fn access(method: &str, path: &str, overrides: &[MethodOverride]) -> Access {
    let is_a = |access: Access, fits: &dyn Fn(&MethodOverride) -> bool| {
        overrides
            .iter()
            .any(|one| one.access == access && fits(one))
    };
    let loosely = |one: &MethodOverride| {
        let same = one.method == method || (one.method == "GET" && method == "HEAD");
        same && understood(&one.path) == understood(path)
    };
    let exactly = |one: &MethodOverride| one.method == method && one.path == path;
    if is_a(Access::Write, &loosely) {
        Access::Write
    } else if matches!(method, "GET" | "HEAD" | "OPTIONS") || is_a(Access::Read, &exactly) {
        Access::Read
    } else {
        Access::Write
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> Vec<MethodOverride> {
        let one = |method: &str, path: &str, access| MethodOverride {
            method: method.to_owned(),
            path: path.to_owned(),
            access,
        };
        vec![
            one("POST", "/search", Access::Read),
            one("GET", "/export", Access::Write),
            one("POST", "/both", Access::Read),
            one("POST", "/both", Access::Write),
        ]
    }

    fn check(method: &str, path: &str, expected: Access) {
        assert_eq!(access(method, path, &unit()), expected, "{method} {path}");
    }

    #[test]
    fn three_methods_read_and_all_others_write() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            check(method, "/a", Access::Read);
        }
        for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "get", "QUERY"] {
            check(method, "/a", Access::Write);
        }
    }

    #[test]
    fn a_write_that_is_a_read_is_meant_exactly() {
        check("POST", "/search", Access::Read);
        for path in ["/search/", "/Search", "/%73earch", "/search/x", "/"] {
            check("POST", path, Access::Write);
        }
        for method in ["PUT", "DELETE", "post"] {
            check(method, "/search", Access::Write);
        }
    }

    #[test]
    fn a_read_that_is_a_write_is_meant_in_every_spelling() {
        for path in ["/export", "/export/", "/Export", "/%65xport", "/EXPOR%54/"] {
            check("GET", path, Access::Write);
            check("HEAD", path, Access::Write);
        }
        check("OPTIONS", "/export", Access::Read);
        check("GET", "/exports", Access::Read);
    }

    #[test]
    fn of_two_words_the_stricter_counts() {
        check("POST", "/both", Access::Write);
    }

    #[test]
    fn tunnels_and_echoes_are_refused_however_they_are_written() {
        for method in ["CONNECT", "TRACE", "TRACK", "trace"] {
            assert!(is_refused(method), "{method}");
        }
        for method in ["GET", "TRACED", "POST"] {
            assert!(!is_refused(method), "{method}");
        }
    }
}
