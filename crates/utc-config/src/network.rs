//! Networks of addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::Refused;

/// An address or a block of addresses, as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether every address of one kind lies in the network.
    pub(crate) fn is_everything(&self) -> bool {
        self.prefix == 0
    }

    /// Whether the address lies in the network; IPv4 inside IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let differing = ours.to_bits() ^ theirs.to_bits();
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let differing = ours.to_bits() ^ theirs.to_bits();
                differing.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        read(text).ok_or_else(|| {
            Refused::new("must be addresses or networks such as `10.0.0.0/8`, separated by commas")
        })
    }
}

fn read(text: &str) -> Option<Network> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let widest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(widest), |text| text.parse().ok())?;
    (prefix <= widest).then_some(Network { address, prefix })
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_the_addresses_that_share_its_prefix() {
        assert!(check("10.0.0.0/8", "10.255.0.1"));
        assert!(!check("10.0.0.0/8", "11.0.0.1"));
        assert!(check("0.0.0.0/0", "203.0.113.9"));
        assert!(check("fd00::/8", "fd12::1"));
        assert!(!check("fd00::/8", "fe80::1"));
        assert!(!check("::/0", "10.0.0.1"));
    }

    #[test]
    fn a_single_address_is_a_network_of_one() {
        assert!(check("192.0.2.7", "192.0.2.7"));
        assert!(check("192.0.2.7", "::ffff:192.0.2.7"));
        assert!(!check("192.0.2.7", "192.0.2.6"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/x",
            "proxy",
            "10.0.0",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
