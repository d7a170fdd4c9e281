//! Makes connections: the one place that does, and it judges every address first.

use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::error::find;
use crate::{BoxError, OutboundPolicy, Refusal, Resolve};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error("the address is refused")]
    Refused(#[source] Refusal),
    #[error("`{host}` cannot be resolved")]
    Resolve {
        host: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot connect")]
    Connect(#[source] BoxError),
    #[error("TLS cannot be agreed on")]
    Tls(#[source] BoxError),
    #[error("no connection in time")]
    Timeout,
}

type Dialling<T> = Pin<Box<dyn Future<Output = Result<T, DialError>> + Send>>;

/// Resolves and judges.
pub(crate) struct Judge {
    pub(crate) policy: Arc<OutboundPolicy>,
    pub(crate) resolver: Arc<dyn Resolve>,
}

impl Judge {
    /// The addresses of `host`, if **every** one of them may be connected to.
    ///
    /// A name with one good and one bad address is somebody's attempt, and which of them would be used is chance.
    pub(crate) async fn addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, DialError> {
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolve(host).await?,
        };
        addresses
            .into_iter()
            .map(|address| SocketAddr::new(address.to_canonical(), port))
            .map(|address| self.policy.judge(host, address).map(|()| address))
            .collect::<Result<_, _>>()
            .map_err(DialError::Refused)
    }

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, DialError> {
        let failed = |source| DialError::Resolve {
            host: host.to_owned(),
            source,
        };
        let addresses = self.resolver.resolve(host).await.map_err(failed)?;
        if addresses.is_empty() {
            let none = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            return Err(failed(none));
        }
        Ok(addresses)
    }
}

/// Connections within a time limit, with TLS where the scheme asks for it.
#[derive(Clone)]
pub(crate) struct Dialer {
    https: HttpsConnector<CheckedTcp>,
    limit: Duration,
}

impl Dialer {
    pub(crate) fn new(judge: Arc<Judge>, tls: Arc<rustls::ClientConfig>, limit: Duration) -> Self {
        let https = HttpsConnector::from((CheckedTcp { judge, limit }, tls));
        Self { https, limit }
    }
}

impl Service<Uri> for Dialer {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = DialError;
    type Future = Dialling<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.limit, self.https.call(uri));
        Box::pin(async move {
            connecting
                .await
                .map_err(|_| DialError::Timeout)?
                .map_err(own_or_tls)
        })
    }
}

/// What is not an error of ours comes from the TLS handshake.
fn own_or_tls(error: BoxError) -> DialError {
    match error.downcast() {
        Ok(own) => *own,
        Err(error) => DialError::Tls(error),
    }
}

/// TCP connections to checked addresses.
#[derive(Clone)]
struct CheckedTcp {
    judge: Arc<Judge>,
    limit: Duration,
}

impl Service<Uri> for CheckedTcp {
    type Response = TokioIo<TcpStream>;
    type Error = DialError;
    type Future = Dialling<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { judge, limit } = self.clone();
        Box::pin(async move {
            let (host, port) = place(&uri);
            let addresses = judge.addresses(host, port).await?;
            connect(uri, addresses, limit).await
        })
    }
}

/// Host and port of the URI of a [`Target`](crate::Target), which has both.
fn place(uri: &Uri) -> (&str, u16) {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let usual = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    (host, uri.port_u16().unwrap_or(usual))
}

/// Connects to one of `addresses`, trying both families as RFC 6555 says.
async fn connect(
    uri: Uri,
    addresses: Vec<SocketAddr>,
    limit: Duration,
) -> Result<TokioIo<TcpStream>, DialError> {
    let mut tcp = HttpConnector::new_with_resolver(Checked(addresses));
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(limit));
    tcp.call(uri).await.map_err(|error| {
        let late = find::<io::Error>(&error).is_some_and(|e| e.kind() == io::ErrorKind::TimedOut);
        if late {
            DialError::Timeout
        } else {
            DialError::Connect(error.into())
        }
    })
}

/// A resolver for one connection, which knows nothing but the addresses that were judged for it.
#[derive(Clone)]
struct Checked(Vec<SocketAddr>);

impl Service<Name> for Checked {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}
