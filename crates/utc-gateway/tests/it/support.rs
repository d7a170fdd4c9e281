//! A running gateway and requests to it.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Deref;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web;
use utc_app::Access;
use utc_domain::UnitName;
use utc_gateway::port::{Gate, Limit, Measure, Question, Refused, Ruling, Unlimited};
use utc_gateway::{Options, State, Upstreams, server};
use utc_outbound::{Outbound, OutboundPolicy, Timeouts};
use utc_test_support::{Answer, Upstream, exchange};

use crate::gate::{FakeGate, TOKEN};

pub(crate) const CONSOLE: &str = "https://console.example";

/// Long enough for a busy machine; no test waits for them.
pub(crate) fn patient() -> Timeouts {
    Timeouts {
        connect: Duration::from_mins(1),
        first_byte: Duration::from_mins(1),
        idle: Duration::from_mins(1),
        keep_alive: Duration::from_secs(4),
    }
}

pub(crate) fn client(timeouts: Timeouts) -> Outbound {
    Outbound::new(OutboundPolicy::default().allowing_loopback(), timeouts).unwrap()
}

/// A gateway on a thread of its own.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) measured: Arc<Measured>,
    handle: ServerHandle,
}

/// One that asks a gate which decides as it is told.
pub(crate) struct Gateway {
    pub(crate) gate: FakeGate,
    listener: Listener,
}

impl Deref for Gateway {
    type Target = Listener;

    fn deref(&self) -> &Listener {
        &self.listener
    }
}

/// What a gateway is made of, where a test wants it otherwise.
pub(crate) struct Setup {
    pub(crate) options: Options,
    pub(crate) client: Outbound,
    pub(crate) limit: Arc<dyn Limit>,
}

impl Setup {
    pub(crate) fn usual() -> Self {
        Self {
            options: Options::new(CONSOLE),
            client: client(patient()),
            limit: Arc::new(Unlimited),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of a decision")]
pub(crate) fn allow(_: &Question) -> Result<Ruling, Refused> {
    Ok(Ruling::Allow { would_be: None })
}

impl Gateway {
    /// In front of `upstream`, allowing everything.
    pub(crate) fn allowing(upstream: &Upstream) -> Self {
        Self::deciding(upstream, allow)
    }

    pub(crate) fn deciding(
        upstream: &Upstream,
        decide: impl Fn(&Question) -> Result<Ruling, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self::start(FakeGate::new(&upstream.origin(), decide), Setup::usual())
    }

    pub(crate) fn start(gate: FakeGate, setup: Setup) -> Self {
        let listener = Listener::start(Arc::new(gate.clone()), setup);
        Self { gate, listener }
    }

    /// A request with the accepted token.
    pub(crate) fn call(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let request = request(method, target, headers, body);
        self.raw(request).expect("an answer")
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.call("GET", target, &[], b"")
    }

    pub(crate) fn post(&self, target: &str, body: &[u8]) -> Answer {
        self.call("POST", target, &[], body)
    }
}

impl Listener {
    pub(crate) fn start(gate: Arc<dyn Gate>, setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let measured = Arc::new(Measured::default());
        let upstreams = Arc::new(Upstreams::new(setup.client, measured.clone()));
        let state = web::Data::new(State::new(gate, upstreams, setup.options).limited(setup.limit));
        let (say, started) = channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = server(state, listener, Some(1), Duration::ZERO).unwrap();
                say.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            address,
            measured,
            handle: started.recv().unwrap(),
        }
    }

    /// Sends bytes as they are and reads one answer; none when the connection closes without one.
    pub(crate) fn raw(&self, request: impl AsRef<[u8]>) -> Option<Answer> {
        exchange(&self.address.to_string(), request.as_ref()).unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The future does nothing more than to wait; the server is told at once.
        drop(self.handle.stop(false));
    }
}

pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    request_as(TOKEN, method, target, headers, body)
}

pub(crate) fn request_as(
    token: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut text = format!(
        "{method} {target} HTTP/1.1\r\nHost: gateway.test\r\nUTC-Token: {token}\r\nConnection: close\r\n"
    );
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    if !body.is_empty() {
        write!(text, "Content-Length: {}\r\n", body.len()).unwrap();
    }
    [text.as_bytes(), b"\r\n", body].concat()
}

/// Everything that comes until the other side closes.
pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the last byte is an end like any other here.
    let _ = stream.read_to_end(&mut bytes);
    bytes.into_iter().map(char::from).collect()
}

/// Sends bytes as they are on one connection and reads until it closes.
pub(crate) fn talk(gateway: &Listener, request: &[u8]) -> String {
    let mut stream = gateway.connect();
    stream.write_all(request).unwrap();
    read_all(&mut stream)
}

/// Waits for what another thread is about to do.
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}

#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) sent: Mutex<Vec<(String, Access, usize)>>,
    /// How many were left, each time that one ended.
    pub(crate) ended: Mutex<Vec<usize>>,
    pub(crate) served: Mutex<Vec<(String, Access, Duration)>>,
}

impl Measure for Measured {
    fn sent(&self, unit: &UnitName, access: Access, in_flight: usize) {
        self.sent
            .lock()
            .unwrap()
            .push((unit.to_string(), access, in_flight));
    }

    fn ended(&self, _unit: &UnitName, _access: Access, in_flight: usize) {
        self.ended.lock().unwrap().push(in_flight);
    }

    fn served(&self, unit: &UnitName, access: Access, took: Duration) {
        self.served
            .lock()
            .unwrap()
            .push((unit.to_string(), access, took));
    }
}
