//! The answer to a COMMIT is lost on the way: the journal must find out what happened, on a real PostgreSQL behind a
//! proxy that cuts the line.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use utc_storage::connection::Location;

use crate::support::{decision, postgres, start};

const PASS: u8 = 0;
const CUT_BEFORE: u8 = 1;
const CUT_AFTER: u8 = 2;

/// Forwards to `server`. Once armed, the next COMMIT is either swallowed or delivered without its answer.
fn proxy(server: String, armed: Arc<AtomicU8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let upstream = TcpStream::connect(&server).unwrap();
            let (back_from, back_to) = (upstream.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut &back_from, &mut &back_to));
            let armed = armed.clone();
            std::thread::spawn(move || forward(&client, &upstream, &armed));
        }
    });
    port
}

fn forward(mut client: &TcpStream, mut upstream: &TcpStream, armed: &AtomicU8) {
    let mut buffer = vec![0_u8; 65_536];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let bytes = &buffer[..count];
        if bytes.windows(6).any(|window| window == b"COMMIT") {
            match armed.swap(PASS, Ordering::SeqCst) {
                CUT_BEFORE => {
                    let _ = client.shutdown(Shutdown::Both);
                    let _ = upstream.shutdown(Shutdown::Both);
                    return;
                }
                CUT_AFTER => {
                    // No answer reaches the client: its side is closed first, and it has asked the log already when
                    // the server gets to the COMMIT.
                    let _ = client.shutdown(Shutdown::Both);
                    std::thread::sleep(Duration::from_millis(300));
                    let _ = upstream.write_all(bytes);
                    std::thread::sleep(Duration::from_millis(300));
                    let _ = upstream.shutdown(Shutdown::Both);
                    return;
                }
                _ => {}
            }
        }
        if upstream.write_all(bytes).is_err() {
            return;
        }
    }
    let _ = upstream.shutdown(Shutdown::Both);
}

/// Replaces the host and port of a `postgres://user@host:port/name` address.
fn through(url: &str, port: u16) -> (String, String) {
    let (user, rest) = url.split_once('@').expect("the address names a user");
    let (server, name) = rest.split_once('/').expect("the address names a database");
    (server.to_owned(), format!("{user}@127.0.0.1:{port}/{name}"))
}

#[test]
fn a_commit_that_was_not_delivered_runs_once_more_and_one_that_was_is_answered() {
    let database = postgres();
    let Location::Postgres(url) = &database.location else {
        panic!("a PostgreSQL address")
    };
    let armed = Arc::new(AtomicU8::new(PASS));
    let (server, _) = through(url, 0);
    let port = proxy(server, armed.clone());
    let running = start(&Location::Postgres(through(url, port).1));
    running.one(decision("before")).unwrap();
    for (mode, reason) in [(CUT_BEFORE, "swallowed"), (CUT_AFTER, "answer lost")] {
        armed.store(mode, Ordering::SeqCst);
        let receipts = running.one(decision(reason)).unwrap();
        assert_eq!(receipts.len(), 1);
        assert_eq!(
            armed.load(Ordering::SeqCst),
            PASS,
            "the proxy saw the COMMIT"
        );
        running.one(decision("between")).unwrap();
    }
    assert_eq!(
        running.log(),
        ["before", "swallowed", "between", "answer lost", "between"]
    );
}
