//! A receiver on loopback that keeps what it was sent and answers as it is told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// A bound against hanging, not an expectation.
const LONGEST: Duration = Duration::from_mins(1);

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Received {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap()
    }
}

type Answer = Box<dyn Fn(usize) -> String + Send + Sync>;

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<Received>>,
    more: Condvar,
}

/// A receiver that runs until the process ends.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

impl Receiver {
    /// Answers every request with this status.
    pub(crate) fn answering(status: u16) -> Self {
        Self::with(move |_| head(status, ""))
    }

    /// Answers with these bytes; the number of the request counts from 1.
    pub(crate) fn with(answer: impl Fn(usize) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (own, answer): (_, Arc<Answer>) = (Arc::clone(&seen), Arc::new(Box::new(answer)));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&own), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), &seen, &answer));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?token=secret-path", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// The first `count` requests, when they have come.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Received> {
        let requests = self.seen.requests.lock().unwrap();
        let (requests, late) = self
            .seen
            .more
            .wait_timeout_while(requests, LONGEST, |requests| requests.len() < count)
            .unwrap();
        assert!(!late.timed_out(), "{count}: {requests:?}");
        requests.clone()
    }
}

/// An answer without a body.
pub(crate) fn head(status: u16, more: &str) -> String {
    format!("HTTP/1.1 {status} Whatever\r\n{more}content-length: 0\r\n\r\n")
}

fn serve(stream: TcpStream, seen: &Seen, answer: &Answer) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let number = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request);
            requests.len()
        };
        let bytes = answer(number);
        seen.more.notify_all();
        // Whoever sent it may have gone.
        let _ = reader.get_mut().write_all(bytes.as_bytes());
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let line = text_line(reader)?;
    let mut headers = BTreeMap::new();
    loop {
        let line = text_line(reader)?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length: usize = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received {
        line,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

fn text_line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}
