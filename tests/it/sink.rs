//! Checkpoints that are carried away from the machine, and where the guard lies.

use std::fs;
use std::path::Path;

use utc_attestation::log::{Checkpoint, VerifierKey, open_checkpoint};
use utc_test_support::{Server, ServerOptions, TempDir, Upstream};

use crate::calls::write;

/// The signed checkpoints in a text, each with an empty line behind it.
fn checkpoints(text: &str, key: &VerifierKey) -> Vec<Checkpoint> {
    let lines: Vec<&str> = text.lines().collect();
    let note = |at: usize| format!("{}\n", lines[at..at + 5].join("\n"));
    let begins = (0..lines.len()).step_by(6);
    begins
        .map(|at| open_checkpoint(&note(at), key).unwrap_or_else(|error| panic!("{error}: {text}")))
        .collect()
}

/// Writes to a server that carries its checkpoints to `sink` and stops it; gives its key and the last size that it tells of.
fn stopped(sink: &str) -> (VerifierKey, u64) {
    let options = ServerOptions::sqlite().env("UTC_CHECKPOINT_SINK", sink);
    let mut server = Server::start(&options);
    let key = server.get("/log/vkey").text().trim_end().parse().unwrap();
    for _ in 0..20 {
        write(server.client(), "orders");
    }
    server.stop();
    let output = server.output();
    let last = output.rsplit("\"log_size\":").next().unwrap();
    let digits: String = last.chars().take_while(char::is_ascii_digit).collect();
    (key, digits.parse().unwrap())
}

#[test]
fn the_last_checkpoint_is_in_the_file_when_the_server_has_stopped() {
    let folder = TempDir::new();
    let file = folder.path().join("checkpoints.txt");
    let (key, size) = stopped(&file.display().to_string());
    let carried = checkpoints(&fs::read_to_string(file).unwrap(), &key);
    assert!(carried.len() >= 2, "the first one, and the last");
    assert!(carried.windows(2).all(|two| two[0].size < two[1].size));
    assert_eq!(carried.last().unwrap().size, size);
}

#[test]
fn the_last_checkpoint_is_posted_before_the_server_has_stopped() {
    let upstream = Upstream::answering("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let url = format!("{}/checkpoints", upstream.origin());
    let (key, size) = stopped(&url);
    let received = upstream.received();
    let last = received.last().expect("checkpoints were posted");
    assert_eq!((last.method(), last.target()), ("POST", "/checkpoints"));
    let text = String::from_utf8(last.body.clone()).unwrap();
    assert_eq!(open_checkpoint(&text, &key).unwrap().size, size);
}

/// A line of the log in production that speaks of the guard.
fn warned(options: &ServerOptions) -> bool {
    let options = options
        .clone()
        .env("APP_ENV", "production")
        .env("UTC_LOG_ORIGIN", "trust.example.org/log");
    let mut server = Server::start(&options);
    server.stop();
    server
        .output()
        .contains("the log's guard lies on the filesystem of the database")
}

#[test]
fn a_guard_on_the_filesystem_of_the_database_is_warned_of_in_production() {
    assert!(warned(&ServerOptions::sqlite()));
    // Memory is another filesystem.
    let elsewhere = TempDir::below(Path::new("/dev/shm"));
    let guard = elsewhere.path().join("guard.json").display().to_string();
    assert!(!warned(
        &ServerOptions::sqlite().env("UTC_GUARD_FILE", &guard)
    ));
}
