//! Servers on loopback that count, note what they are sent, and misbehave as they are told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a server does with each request.
#[derive(Clone, Copy)]
pub(crate) enum Script {
    /// It answers with these bytes and waits for the next request.
    Answer(&'static str),
    /// It answers the first request, and closes the connection at each later one.
    AnswerOnce(&'static str),
    /// It answers with these bytes and closes the connection.
    CloseAfter(&'static str),
    /// It sends these bytes and then nothing.
    Stall(&'static str),
}

pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server that runs until the process ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            accepted: Arc::default(),
            requests: Arc::default(),
        };
        let (accepted, requests) = (server.accepted.clone(), server.requests.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                accepted.fetch_add(1, Ordering::SeqCst);
                let requests = requests.clone();
                thread::spawn(move || serve(stream.unwrap(), script, &requests));
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections there have been.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, script: Script, requests: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader) {
        let number = {
            let mut requests = requests.lock().unwrap();
            requests.push(request);
            requests.len()
        };
        match script {
            Script::Answer(answer) => reader.get_mut().write_all(answer.as_bytes()).unwrap(),
            Script::AnswerOnce(answer) if number == 1 => {
                reader.get_mut().write_all(answer.as_bytes()).unwrap();
            }
            Script::AnswerOnce(_) => return,
            Script::CloseAfter(answer) => {
                return reader.get_mut().write_all(answer.as_bytes()).unwrap();
            }
            Script::Stall(start) => reader.get_mut().write_all(start.as_bytes()).unwrap(),
        }
    }
}

/// One request with its body as it came, or `None` when the connection ended before it did.
fn read_request(reader: &mut impl BufRead) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        line(reader, &mut text)?;
    }
    let head = text.to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        while !text.ends_with("\r\n0\r\n\r\n") {
            line(reader, &mut text)?;
        }
    } else if let Some((_, rest)) = head.split_once("content-length: ") {
        let length: usize = rest.lines().next()?.parse().ok()?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        text.push_str(&String::from_utf8(body).ok()?);
    }
    Some(text)
}

fn line(reader: &mut impl BufRead, text: &mut String) -> Option<()> {
    let read = reader.read_line(text).ok()?;
    (read > 0).then_some(())
}
