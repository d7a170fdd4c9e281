//! Which addresses may be connected to.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::{AddressClass, AllowEntry, Standing};

/// Which addresses may be connected to. Without anything else said: the public ones.
#[derive(Debug, Clone, Default)]
pub struct OutboundPolicy {
    allow: Vec<AllowEntry>,
    loopback: bool,
    own_listeners: Vec<SocketAddr>,
}

/// Why an address is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The class is never called.
    #[error("`{address}` is {}; such addresses are never called", class.words())]
    Never {
        /// The address.
        address: IpAddr,
        /// What it is.
        class: AddressClass,
    },
    /// The class is called only when it is listed, and neither the address nor its host is.
    #[error("`{address}` is {}, and `UTC_OUTBOUND_ALLOW` does not list it", class.words())]
    NotListed {
        /// The address.
        address: IpAddr,
        /// What it is.
        class: AddressClass,
    },
    /// It is where this server itself listens: a request would come back in as somebody else's.
    #[error("this server itself listens on `{0}`")]
    OwnListener(SocketAddr),
}

impl OutboundPolicy {
    /// Lets connections to what is listed happen, too, unless it is never called.
    #[must_use]
    pub fn allowing(mut self, entries: impl IntoIterator<Item = AllowEntry>) -> Self {
        self.allow.extend(entries);
        self
    }

    /// Lets connections to this machine's loopback addresses happen, too: for development.
    #[must_use]
    pub fn allowing_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Refuses connections to where this server itself listens, whatever is listed.
    ///
    /// A listener on an unspecified address (`0.0.0.0` or `::`) is one on every address of this machine.
    #[must_use]
    pub fn refusing_own(mut self, listeners: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.own_listeners
            .extend(listeners.into_iter().map(canonical));
        self
    }

    /// Whether a connection to `address`, asked for as `host`, may be made.
    pub fn judge(&self, host: &str, address: SocketAddr) -> Result<(), Refusal> {
        let address = canonical(address);
        if self.own_listeners.iter().any(|own| meets(*own, address)) {
            return Err(Refusal::OwnListener(address));
        }
        let class = AddressClass::of(address.ip());
        let listed = || self.allow.iter().any(|entry| entry.covers(host, address));
        let address = address.ip();
        match class.standing() {
            Standing::Open => Ok(()),
            Standing::Loopback if self.loopback || listed() => Ok(()),
            Standing::Listed if listed() => Ok(()),
            Standing::Loopback | Standing::Listed => Err(Refusal::NotListed { address, class }),
            Standing::Never => Err(Refusal::Never { address, class }),
        }
    }
}

/// An IPv4 address as such, also where it was given as a mapped IPv6 address.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

fn meets(listener: SocketAddr, address: SocketAddr) -> bool {
    let same_host = listener.ip() == address.ip()
        || (listener.ip().is_unspecified() && is_of_this_machine(address.ip()));
    listener.port() == address.port() && same_host
}

/// Only an address of this machine can be bound to; nothing is sent.
fn is_of_this_machine(address: IpAddr) -> bool {
    address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}
