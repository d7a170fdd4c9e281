//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

use crate::masked_url::without_password;
use crate::{Refused, Variable};

pub(crate) const URL: Variable = Variable::new(
    "DATABASE_URL",
    "sqlite://./data/utc.db",
    "`sqlite://` with a path (`sqlite:///path` is absolute), or `postgres://user:password@host/name`.",
    |c| c.database.to_string(),
)
.address();

pub(crate) const VARIABLES: &[Variable] = &[URL];

/// Where the database is. `Display` masks passwords; `Debug` shows no PostgreSQL address at all.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite {
        /// The file, as written: relative to the working directory unless absolute.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// The whole address, with its password.
        url: SecretString,
    },
}

impl FromStr for DatabaseUrl {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) => postgres(text, rest),
            Some(("sqlite", rest)) => sqlite(rest),
            Some(_) | None if text.starts_with("sqlite:") => sqlite(text),
            Some(_) | None => Err(Refused::new(
                "must begin with `sqlite://`, `postgres://` or `postgresql://`",
            )),
        }
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, Refused> {
    if rest.contains(":memory:") || rest.contains("mode=memory") {
        return Err(Refused::new(
            "must be a file, because the journal has to outlive the process; use `sqlite://./data/utc.db`",
        ));
    }
    if rest.is_empty()
        || rest.ends_with('/')
        || rest.contains(['?', '#'])
        || rest.contains("sqlite:")
    {
        return Err(Refused::new(
            "must be `sqlite://` and the path of a file, without options",
        ));
    }
    let path = PathBuf::from(sqlite_path(rest));
    Ok(DatabaseUrl::Sqlite { path })
}

/// `/./x` and `/../x` are relative paths behind an empty host; other slashes at the start are one.
fn sqlite_path(rest: &str) -> String {
    let bare = rest.trim_start_matches('/');
    let relative = bare.starts_with("./") || bare.starts_with("../");
    if relative || bare == rest {
        bare.to_owned()
    } else {
        format!("/{bare}")
    }
}

fn postgres(text: &str, rest: &str) -> Result<DatabaseUrl, Refused> {
    // Only one reading may be possible, or the mask could leave a piece of the password.
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if rest.matches('@').count() != authority.matches('@').count()
        || authority.matches('@').count() > 1
    {
        return Err(Refused::new(
            "must have `@` once at most: write `@` as `%40`, `/` as `%2F` and `?` as `%3F` in user and password",
        ));
    }
    if rest.is_empty() || text.contains(char::is_whitespace) {
        return Err(Refused::new(
            "must be `postgres://user:password@host:port/name`, without spaces",
        ));
    }
    let url = SecretString::from(text);
    Ok(DatabaseUrl::Postgres { url })
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "sqlite://{}", path.display()),
            Self::Postgres { url } => f.write_str(&without_password(url.expose_secret())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        text.parse::<DatabaseUrl>().unwrap().to_string()
    }

    fn refused(text: &str) -> String {
        text.parse::<DatabaseUrl>().unwrap_err().to_string()
    }

    #[track_caller]
    fn check_path(text: &str, expected: &str) {
        match text.parse().unwrap() {
            DatabaseUrl::Sqlite { path } => assert_eq!(path, PathBuf::from(expected), "{text}"),
            DatabaseUrl::Postgres { .. } => panic!("{text}"),
        }
        assert_eq!(
            printed(&printed(text)),
            printed(text),
            "what is printed can be read again"
        );
    }

    #[test]
    fn sqlite_paths_are_relative_unless_they_begin_with_a_third_slash() {
        check_path("sqlite://./data/utc.db", "./data/utc.db");
        check_path("sqlite:///./data/utc.db", "./data/utc.db");
        check_path("sqlite:///../utc.db", "../utc.db");
        check_path("sqlite://data/x.db", "data/x.db");
        check_path("sqlite:///var/lib/utc/x.db", "/var/lib/utc/x.db");
        check_path("sqlite:////var/lib/utc/x.db", "/var/lib/utc/x.db");
    }

    #[test]
    fn a_database_in_memory_is_refused_with_the_reason() {
        for text in [
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite:///:memory:",
            "sqlite://x?mode=memory",
        ] {
            assert!(
                refused(text).contains("the journal has to outlive"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_names_no_file_is_refused() {
        for text in [
            "sqlite://",
            "sqlite:///",
            "sqlite://./data/",
            "sqlite://x.db?mode=ro",
            "sqlite:x.db",
        ] {
            assert!(refused(text).contains("the path of a file"), "{text}");
        }
        for text in ["", "mysql://x/y", "x.db", "postgres:x"] {
            assert!(refused(text).contains("must begin with"), "{text}");
        }
    }

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        insta::assert_snapshot!(printed("postgres://utc:hunter2@db:5432/utc?sslmode=require"), @"postgres://utc:********@db:5432/utc?sslmode=require");
        insta::assert_snapshot!(printed("postgresql://utc@db/utc?user=a&Password=hunter2&sslpassword=x&p%61ssword=y"), @"postgresql://utc@db/utc?user=a&Password=********&sslpassword=********&p%61ssword=********");
        insta::assert_snapshot!(printed("postgres://utc:hun:ter2@/utc"), @"postgres://utc:********@/utc");
        let debug = format!("{:?}", "postgres://u:hunter2@h/d".parse::<DatabaseUrl>());
        assert!(!debug.contains("hunter2"), "{debug}");
    }

    #[test]
    fn an_address_with_two_readings_is_refused() {
        for text in [
            "postgres://u:a@b@h/d",
            "postgres://u:a/b@h/d",
            "postgres://u:a?b@h/d",
            "postgres://h/d?password=a@b",
        ] {
            assert!(refused(text).contains("%40"), "{text}");
        }
    }
}
