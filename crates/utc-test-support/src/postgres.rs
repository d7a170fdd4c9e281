//! Databases in a throw-away PostgreSQL cluster.

use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::program::{variable, workspace};

/// What `tests/postgres` calls its clusters.
const THROWN_AWAY: &str = "utc-thrown-away";

/// A database of its own in the cluster, dropped with its owner.
///
/// In a cluster that is thrown away whole it stays: dropping one makes the server write out everything that every
/// other test has changed, and wait for the disk.
#[derive(Debug)]
pub struct PostgresDatabase {
    name: String,
    url: String,
}

/// Makes an empty database.
///
/// # Panics
/// Where there is no PostgreSQL: the message says what to install.
pub fn fresh_database() -> PostgresDatabase {
    // Each state is seeded at random: no name is used twice, also not by another process.
    let name = format!("utc_test_{:016x}", RandomState::new().hash_one(0));
    sql(cluster(), &format!("CREATE DATABASE {name}"));
    let url = in_database(cluster(), &name);
    PostgresDatabase { name, url }
}

impl PostgresDatabase {
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        if !is_thrown_away() {
            // A test that has passed does not fail for this.
            let _ = remove(&self.name);
        }
    }
}

fn is_thrown_away() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| sql(cluster(), "SHOW cluster_name") == THROWN_AWAY)
}

fn remove(name: &str) -> Result<String, String> {
    try_sql(
        cluster(),
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
}

/// Runs statements with `psql`; gives the rows, one a line, columns with `|`.
#[track_caller]
pub fn sql(url: &str, statements: &str) -> String {
    match try_sql(url, statements) {
        Ok(rows) => rows,
        Err(message) => panic!("psql: {statements}: {message}"),
    }
}

fn try_sql(url: &str, statements: &str) -> Result<String, String> {
    let output = Command::new(psql())
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
        .args([
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
            url,
            "--command",
            statements,
        ])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{error}; install `postgresql`"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// On the path, or where Debian puts each version's programs.
fn psql() -> PathBuf {
    let on_path = variable("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("psql").is_file())
    });
    if on_path {
        return PathBuf::from("psql");
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let found = versions
        .map(|version| version.path().join("bin/psql"))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| PathBuf::from("psql"))
}

/// The address of the cluster's superuser.
fn cluster() -> &'static str {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    &CLUSTER.get_or_init(Cluster::find_or_start).url
}

struct Cluster {
    url: String,
    /// `tests/postgres` stops the cluster when this end of its standard input is closed, as the end of this
    /// process does it too.
    _keeper: Option<Child>,
}

impl Cluster {
    fn find_or_start() -> Self {
        match variable("UTC_TEST_POSTGRES") {
            Some(url) => Self { url, _keeper: None },
            None => Self::start(),
        }
    }

    fn start() -> Self {
        let script = workspace().join("tests/postgres");
        let spawned = Command::new(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut keeper =
            spawned.unwrap_or_else(|error| panic!("cannot run `{}`: {error}", script.display()));
        let mut url = String::new();
        if let Some(pipe) = keeper.stdout.take() {
            // Without a line the script has said why on standard error.
            let _ = BufReader::new(pipe).read_line(&mut url);
        }
        assert!(
            url.starts_with("postgres://"),
            "no PostgreSQL to test with: install `postgresql` (and see the message of `tests/postgres`), or set \
             UTC_TEST_POSTGRES to the address of a superuser"
        );
        Self {
            url: url.trim().to_owned(),
            _keeper: Some(keeper),
        }
    }
}

/// The same server and user, another database.
fn in_database(url: &str, name: &str) -> String {
    let (rest, query) = match url.split_once('?') {
        Some((rest, query)) => (rest, format!("?{query}")),
        None => (url, String::new()),
    };
    let authority = rest.find("://").map_or(0, |scheme| scheme + 3);
    let end = rest
        .get(authority..)
        .and_then(|tail| tail.find('/'))
        .map_or(rest.len(), |slash| authority + slash);
    let base = rest.get(..end).unwrap_or(rest);
    format!("{base}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_database_is_replaced() {
        for (url, expected) in [
            (
                "postgres://u:p@127.0.0.1:5432/postgres",
                "postgres://u:p@127.0.0.1:5432/x",
            ),
            ("postgres://u@h", "postgres://u@h/x"),
            (
                "postgres://u@h/postgres?sslmode=disable",
                "postgres://u@h/x?sslmode=disable",
            ),
        ] {
            assert_eq!(in_database(url, "x"), expected);
        }
    }

    #[test]
    fn a_fresh_database_is_empty_and_goes_with_its_owner_or_its_cluster() {
        let database = fresh_database();
        assert_eq!(
            sql(database.url(), "SELECT current_database()"),
            database.name
        );
        assert_eq!(sql(database.url(), "SHOW fsync"), "on");
        let (url, name) = (database.url().to_owned(), database.name.clone());
        drop(database);
        assert_eq!(try_sql(&url, "SELECT 1").is_ok(), is_thrown_away());
        remove(&name).unwrap();
        assert!(try_sql(&url, "SELECT 1").is_err());
    }
}
