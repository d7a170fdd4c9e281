//! Large bodies and slow callers.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use utc_test_support::Upstream;

use crate::gate::TOKEN;
use crate::support::{Gateway, eventually, read_all, request};

const PIECE: usize = 1 << 20;
const PIECES: usize = 200;

/// What all of a stream together would take, if somebody kept it, with room for the other tests of this process.
const MUCH: usize = (PIECES * PIECE) / 2;

/// The memory that this process has now, in bytes.
fn memory() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4_096
}

/// How much comes until the other side closes, without keeping it.
fn drain(stream: &mut TcpStream, mut each: impl FnMut()) -> usize {
    let (mut buffer, mut length) = (vec![0; PIECE], 0);
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => return length,
            count => length += count,
        }
        each();
    }
}

fn large() -> Upstream {
    Upstream::start(|_, stream| {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            PIECES * PIECE
        )?;
        let piece = vec![b'a'; PIECE];
        (0..PIECES).try_for_each(|_| stream.write_all(&piece))
    })
}

#[test]
fn a_large_answer_passes_through_in_little_memory() {
    let gateway = Gateway::allowing(&large());
    let before = memory();
    let mut stream = gateway.connect();
    stream
        .write_all(&request("GET", "/gateway/payments-api/", &[], b""))
        .unwrap();
    let mut most = 0;
    let length = drain(&mut stream, || most = most.max(memory()));
    assert!(length > PIECES * PIECE, "{length}");
    assert!(most < before + MUCH, "{before} → {most}");
}

#[test]
fn a_large_read_passes_through_in_little_memory() {
    let upstream = Upstream::start(|request, stream| {
        let text = request.length.to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )
    });
    let gateway = Gateway::allowing(&upstream);
    let before = memory();
    let mut stream = gateway.connect();
    let length = PIECES * PIECE;
    let head = format!(
        "POST /gateway/payments-api/search HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let piece = vec![b'a'; PIECE];
    let mut most = 0;
    for _ in 0..PIECES {
        stream.write_all(&piece).unwrap();
        most = most.max(memory());
    }
    let answer = read_all(&mut stream);
    assert!(answer.ends_with(&length.to_string()), "{answer}");
    assert!(most < before + MUCH, "{before} → {most}");
}

#[test]
fn a_caller_that_does_not_read_stops_the_upstream() {
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let upstream = Upstream::start(move |_, stream| {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            PIECES * PIECE
        )?;
        let piece = vec![b'a'; PIECE];
        (0..PIECES).try_for_each(|_| {
            stream.write_all(&piece)?;
            count.fetch_add(PIECE, Ordering::SeqCst);
            Ok(())
        })
    });
    let gateway = Gateway::allowing(&upstream);
    let mut stream = gateway.connect();
    stream
        .write_all(&request("GET", "/gateway/payments-api/", &[], b""))
        .unwrap();
    // It goes on until every buffer on the way is full, and then no more.
    let mut last = usize::MAX;
    for _ in 0..100 {
        let now = written.load(Ordering::SeqCst);
        if now == last && now > 0 {
            break;
        }
        last = now;
        thread::sleep(Duration::from_millis(200));
    }
    assert!(last < PIECES * PIECE / 2, "{last}");
    assert!(drain(&mut stream, || {}) > PIECES * PIECE);
}

#[test]
fn a_caller_that_leaves_ends_the_upstreams_answer() {
    let upstream = large();
    let gateway = Gateway::allowing(&upstream);
    for _ in 0..3 {
        let mut stream = gateway.connect();
        stream
            .write_all(&request("GET", "/gateway/payments-api/", &[], b""))
            .unwrap();
        let mut some = [0; 1_000];
        stream.read_exact(&mut some).unwrap();
    }
    assert_eq!(gateway.get("/gateway/other/").status, 404);
    eventually("all three reached the upstream", || {
        upstream.received().len() == 3
    });
}

#[test]
fn an_answer_comes_as_it_is_made() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let upstream = Upstream::start(move |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")?;
        wait.lock().unwrap().recv().unwrap();
        stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n")
    });
    let gateway = Gateway::allowing(&upstream);
    let mut stream = gateway.connect();
    stream
        .write_all(&request("GET", "/gateway/payments-api/", &[], b""))
        .unwrap();
    let mut so_far = String::new();
    while !so_far.contains("first") {
        let mut some = [0; 1_000];
        let count = stream.read(&mut some).unwrap();
        assert!(count > 0, "{so_far}");
        so_far.push_str(&String::from_utf8_lossy(&some[..count]));
    }
    assert!(!so_far.contains("second"));
    go.send(()).unwrap();
    assert!(read_all(&mut stream).contains("second"));
}

#[test]
fn a_body_that_comes_in_single_bytes_is_one_body() {
    let upstream = Upstream::echo();
    let gateway = Gateway::allowing(&upstream);
    for path in ["", "search"] {
        let mut stream = gateway.connect();
        let head = format!(
            "POST /gateway/payments-api/{path} HTTP/1.1\r\nHost: g\r\nUTC-Token: {TOKEN}\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"
        );
        for byte in format!("{head}{}", "b".repeat(20)).bytes() {
            stream.write_all(&[byte]).unwrap();
        }
        assert!(read_all(&mut stream).ends_with(&"b".repeat(20)));
    }
}
