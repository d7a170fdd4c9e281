//! From names to addresses.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

/// Resolves the names of hosts. What it answers is not trusted: every address is judged.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, which is not itself an address.
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// The future of [`Resolve::resolve`].
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// The operating system's resolver, with its hosts file and search domains.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((host, 0)).await?;
            Ok(addresses.map(|address: SocketAddr| address.ip()).collect())
        })
    }
}
