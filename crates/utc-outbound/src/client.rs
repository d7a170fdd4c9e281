//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::header::{CONTENT_LENGTH, HeaderValue};
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::legacy::{Builder, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::body::Watched;
use crate::dial::{Dialer, Judge};
use crate::patience::Progress;
use crate::request::without_framing;
use crate::{
    Connection, OutboundError, OutboundPolicy, Phase, Request, Resolve, Response, SystemResolver,
    Target, tls,
};

/// How many connections to one host and port are kept open without use.
const MAX_IDLE: usize = 64;

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To resolve the name, to connect and to agree on TLS, together.
    pub connect: Duration,
    /// From the last piece of the request to the head of the answer. Time in which the caller has nothing to send
    /// does not count.
    pub first_byte: Duration,
    /// Between two pieces of the answer's body.
    pub idle: Duration,
    /// How long a connection that nobody uses is kept open.
    pub keep_alive: Duration,
}

impl Default for Timeouts {
    /// 5 s to connect, 30 s for the first byte and between two pieces. Connections are kept for 4 s, which is less
    /// than servers usually do, so that a request seldom meets a connection that is being closed.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            keep_alive: Duration::from_secs(4),
        }
    }
}

type Http = Client<Dialer, Watched>;

/// The client through which everything goes that this product connects to.
///
/// It is cheap to clone; clones share their open connections.
#[derive(Clone)]
pub struct Outbound {
    judge: Arc<Judge>,
    shared: Http,
    fresh: Http,
    timeouts: Timeouts,
}

impl Outbound {
    /// A client that asks the operating system for addresses.
    ///
    /// Reads the operating system's certificates, so make one and keep it.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn new(policy: OutboundPolicy, timeouts: Timeouts) -> Result<Self, OutboundError> {
        Self::with_resolver(policy, timeouts, Arc::new(SystemResolver))
    }

    /// A client that asks `resolver` for addresses.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn with_resolver(
        policy: OutboundPolicy,
        timeouts: Timeouts,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, OutboundError> {
        let policy = Arc::new(policy);
        let judge = Arc::new(Judge { policy, resolver });
        let tls = tls::client_config().map_err(OutboundError::Setup)?;
        let dialer = Dialer::new(Arc::clone(&judge), tls, timeouts.connect);
        Ok(Self {
            judge,
            shared: http(timeouts, MAX_IDLE).build(dialer.clone()),
            fresh: http(timeouts, 0).build(dialer),
            timeouts,
        })
    }

    /// Whether `target` may be connected to now, for an early answer to the person who sets it.
    ///
    /// It does not stand for later: a name can get another address, so each connection is judged again.
    ///
    /// # Errors
    ///
    /// Fails with `Refused`, `Resolve` or `Timeout`.
    pub async fn check(&self, target: &Target) -> Result<(), OutboundError> {
        let addresses = self.judge.addresses(target.host(), target.port());
        tokio::time::timeout(self.timeouts.connect, addresses)
            .await
            .map_err(|_| OutboundError::Timeout(Phase::Connect))??;
        Ok(())
    }

    /// Sends `request` once and waits for the head of the answer.
    ///
    /// Dropping the future closes the connection; whether the request was carried out is then not known.
    ///
    /// # Errors
    ///
    /// Any but `TooLarge`; [`OutboundError::is_unsent`] tells whether the request may have gone out.
    pub async fn send(&self, request: Request) -> Result<Response, OutboundError> {
        if request.method == Method::CONNECT {
            return Err(OutboundError::Method);
        }
        let client = match request.connection {
            Connection::Shared => &self.shared,
            Connection::Fresh => &self.fresh,
        };
        let progress = Arc::new(Progress::default());
        let mut request = message(request, Arc::clone(&progress));
        let mut connected = capture_connection(&mut request);
        let started = async {
            drop(connected.wait_for_connection_metadata().await);
            progress.connected();
            std::future::pending().await
        };
        let answer = async {
            tokio::select! {
                answer = client.request(request) => answer,
                never = started => never,
            }
        };
        let answer = progress.within(self.timeouts.first_byte, answer).await;
        let answer = answer.ok_or(OutboundError::Timeout(Phase::FirstByte))??;
        Ok(Response::new(answer, self.timeouts.idle, progress.waited()))
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("policy", &self.judge.policy)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

fn http(timeouts: Timeouts, max_idle: usize) -> Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(timeouts.keep_alive)
        .pool_max_idle_per_host(max_idle)
        .retry_canceled_requests(false);
    builder
}

fn message(request: Request, progress: Arc<Progress>) -> http::Request<Watched> {
    let mut headers = without_framing(request.headers);
    // Without it, some servers answer 411. hyper leaves it out where a body is empty.
    let has_content = matches!(request.method, Method::POST | Method::PUT | Method::PATCH);
    if has_content && request.body.is_empty() {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut message = http::Request::new(Watched::new(request.body, progress));
    *message.method_mut() = request.method;
    *message.uri_mut() = request.target.uri().clone();
    *message.headers_mut() = headers;
    message
}
