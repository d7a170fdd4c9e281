//! Whom the client believes over TLS.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use utc_outbound::OutboundError;

use crate::environment::call;
use crate::server::OK;
use crate::support::{client, development, get};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A file that `SSL_CERT_FILE` can name.
    fn store(&self, name: &str) -> PathBuf {
        let file = format!("utc-outbound-{name}-{}.pem", std::process::id());
        let path = std::env::temp_dir().join(file);
        fs::write(&path, self.0.pem()).unwrap();
        path
    }

    /// A server that proves to be `name` and answers every request.
    async fn serve(&self, name: &str) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap().der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(answer_all(listener, TlsAcceptor::from(Arc::new(config))));
        address
    }
}

async fn answer_all(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((tcp, _)) = listener.accept().await {
        // A client that does not believe us breaks off.
        if let Ok(mut tls) = acceptor.accept(tcp).await {
            let read = tls.read(&mut [0; 1_024]).await.unwrap();
            assert!(read > 0);
            tls.write_all(OK.as_bytes()).await.unwrap();
            tls.shutdown().await.unwrap();
        }
    }
}

/// Whether a process that trusts `authority` gets an answer from `url`; else what it said.
async fn trusting(authority: &Authority, name: &str, url: String) -> Result<(), String> {
    let store = authority.store(name);
    let store_text = store.to_str().unwrap().to_owned();
    let called = tokio::task::spawn_blocking(move || {
        call(
            &url,
            &[("SSL_CERT_FILE", &store_text), ("SSL_CERT_DIR", "")],
        )
    });
    let output = called.await.unwrap();
    fs::remove_file(store).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.success().then_some(()).ok_or(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_authority_the_system_trusts_is_believed() {
    let authority = Authority::new();
    let port = authority.serve("localhost").await.port();
    let url = format!("https://localhost:{port}/");
    assert_eq!(trusting(&authority, "trusted", url).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_another_is_not_believed() {
    let authority = Authority::new();
    let port = authority.serve("other.example").await.port();
    let url = format!("https://localhost:{port}/");
    let said = trusting(&authority, "other", url).await.unwrap_err();
    assert!(said.contains("NotValidForName"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_an_unknown_authority_is_not_believed_and_gets_nothing() {
    let address = Authority::new().serve("localhost").await;
    let url = format!("https://localhost:{}/", address.port());
    let error = client(development()).send(get(&url)).await.unwrap_err();
    assert!(matches!(error, OutboundError::Tls(_)), "{error:?}");
    assert!(error.is_unsent() && error.is_outage());
}
