//! The server is killed in the middle of a load; nothing that it has acknowledged is lost.

use std::hash::{BuildHasher as _, RandomState};
use std::thread;
use std::time::Duration;

use utc_test_support::{Server, ServerOptions, admin};

use crate::calls::receipt;
use crate::chain::{Acknowledged, Log};
use crate::load::Load;

/// How often: more with `tests/run --deep`.
fn rounds(usual: usize, deep: usize) -> usize {
    let wanted = std::env::vars_os().any(|(name, value)| name == "UTC_TEST_DEEP" && value == "1");
    if wanted { deep } else { usual }
}

/// A moment between the first answers and a second later.
fn random_moment() -> Duration {
    Duration::from_millis(RandomState::new().hash_one(0) % 1_000)
}

#[track_caller]
fn check_rounds(options: &ServerOptions, rounds: usize) {
    let mut log = Log::default();
    for round in 1..=rounds {
        let moment = random_moment();
        let acknowledged = kill_under_load(options, moment);
        println!(
            "round {round} of {rounds}: killed {moment:?} after the first answers, {} acknowledged",
            acknowledged.len()
        );
        let server = Server::start(options);
        log.catch_up(server.client());
        log.assert_holds(&acknowledged);
        for last in acknowledged.iter().rev().take(20) {
            let stored = receipt(server.client(), &last.id.as_str().into());
            assert!(
                last.jws
                    .as_ref()
                    .is_none_or(|jws| stored["receipt"] == jws.as_str())
            );
        }
        admin(options, &["receipts", "verify", "--json"]).ok();
    }
    let server = Server::start(options);
    assert_eq!(
        Log::read(server.client()).entries,
        log.entries,
        "one more start changes nothing"
    );
}

/// Loads a server until the moment, kills it, and tells what it had acknowledged.
fn kill_under_load(options: &ServerOptions, moment: Duration) -> Vec<Acknowledged> {
    let mut server = Server::start(options);
    let load = Load::default();
    let client = server.client().clone();
    load.beside(&client, || {
        load.wait_for(100);
        thread::sleep(moment);
        server.kill9();
    });
    assert!(load.refused().is_empty(), "{:?}", load.refused().first());
    load.acknowledged()
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_sqlite() {
    check_rounds(&ServerOptions::sqlite(), rounds(5, 50));
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed_on_postgres() {
    check_rounds(&ServerOptions::postgres(), rounds(2, 10));
}
