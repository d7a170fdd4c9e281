//! What kind of address it is, from the registries of special-purpose addresses.
//!
//! Sources: RFC 6890 and the IANA registries that it founded for IPv4 and IPv6; RFC 4291 (mapped and compatible
//! addresses), RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What kind of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// Anyone on the internet may use it.
    Public,
    /// This machine itself: `127.0.0.0/8` and `::1`.
    Loopback,
    /// A network of somebody's own: RFC 1918, and `fec0::/10`, which was its counterpart in IPv6.
    Private,
    /// Shared between a carrier and its customers: `100.64.0.0/10` (RFC 6598).
    Shared,
    /// A network of somebody's own in IPv6: `fc00::/7` (RFC 4193).
    UniqueLocal,
    /// NAT64 with a prefix for local use, `64:ff9b:1::/48`, to a public address or to one of somebody's own network.
    LocalTranslation,
    /// For use in documentation only.
    Documentation,
    /// For measuring network equipment: `198.18.0.0/15` and `2001:2::/48`.
    Benchmarking,
    /// Set aside by IANA, or not given to anybody yet.
    Reserved,
    /// "This host on this network": `0.0.0.0/8` and `::`. Many systems connect to themselves.
    Unspecified,
    /// The cable that the machine is on: `169.254.0.0/16`, with the metadata service of most clouds, and `fe80::/10`.
    LinkLocal,
    /// Where a cloud gives credentials to its machines, outside the link-local networks.
    Metadata,
    /// One to many: `224.0.0.0/4` and `ff00::/8`.
    Multicast,
    /// Everyone on the cable: `255.255.255.255`.
    Broadcast,
    /// An IPv6 address that carries an IPv4 address which is not public.
    Disguised,
}

/// Whom a class of addresses is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may be called.
    Open,
    /// It may be called in development, or when it is listed.
    Loopback,
    /// It may be called when it is listed.
    Listed,
    /// It is not called, whatever is listed.
    Never,
}

impl AddressClass {
    /// The class of `address`.
    ///
    /// A mapped IPv6 address (`::ffff:10.0.0.1`) has the class of the IPv4 address that a connection to it goes to.
    /// Any other IPv6 address that carries an IPv4 address is [`Disguised`](Self::Disguised) unless that one is public.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// Whom the class is open to.
    pub fn standing(self) -> Standing {
        match self {
            Self::Public => Standing::Open,
            Self::Loopback => Standing::Loopback,
            Self::Private
            | Self::Shared
            | Self::UniqueLocal
            | Self::LocalTranslation
            | Self::Documentation
            | Self::Benchmarking
            | Self::Reserved => Standing::Listed,
            Self::Unspecified
            | Self::LinkLocal
            | Self::Metadata
            | Self::Multicast
            | Self::Broadcast
            | Self::Disguised => Standing::Never,
        }
    }

    /// What an address of the class is, in words that follow "it is".
    pub fn words(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Loopback => "an address of this machine itself (loopback)",
            Self::Private => "an address of a private network",
            Self::Shared => "an address that a carrier shares between customers (100.64.0.0/10)",
            Self::UniqueLocal => "an address of a private network (fc00::/7)",
            Self::LocalTranslation => "a translated address for local use (64:ff9b:1::/48)",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarks",
            Self::Reserved => "a reserved address",
            Self::Unspecified => "the unspecified address",
            Self::LinkLocal => "a link-local address, where clouds keep their metadata service",
            Self::Metadata => "the metadata service of a cloud",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "the broadcast address",
            Self::Disguised => "an IPv6 address that carries an IPv4 address which is not public",
        }
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// A network by the first four groups of its address; the others are zero.
const fn v6(a: u16, b: u16, c: u16, d: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), prefix)
}

/// The first network that holds an address gives its class; one in none of them is public.
const V4: &[(Ipv4Net, AddressClass)] = &[
    (v4(0, 0, 0, 0, 8), AddressClass::Unspecified),
    (v4(10, 0, 0, 0, 8), AddressClass::Private),
    // Alibaba Cloud.
    (v4(100, 100, 100, 200, 32), AddressClass::Metadata),
    (v4(100, 64, 0, 0, 10), AddressClass::Shared),
    (v4(127, 0, 0, 0, 8), AddressClass::Loopback),
    // Azure's WireServer, within a public network.
    (v4(168, 63, 129, 16, 32), AddressClass::Metadata),
    (v4(169, 254, 0, 0, 16), AddressClass::LinkLocal),
    (v4(172, 16, 0, 0, 12), AddressClass::Private),
    // Oracle Cloud.
    (v4(192, 0, 0, 192, 32), AddressClass::Metadata),
    (v4(192, 0, 0, 0, 24), AddressClass::Reserved),
    (v4(192, 0, 2, 0, 24), AddressClass::Documentation),
    (v4(192, 88, 99, 0, 24), AddressClass::Reserved),
    (v4(192, 168, 0, 0, 16), AddressClass::Private),
    (v4(198, 18, 0, 0, 15), AddressClass::Benchmarking),
    (v4(198, 51, 100, 0, 24), AddressClass::Documentation),
    (v4(203, 0, 113, 0, 24), AddressClass::Documentation),
    (v4(224, 0, 0, 0, 4), AddressClass::Multicast),
    (v4(255, 255, 255, 255, 32), AddressClass::Broadcast),
    (v4(240, 0, 0, 0, 4), AddressClass::Reserved),
];

const LOCAL_NAT64: Ipv6Net = v6(0x64, 0xff9b, 1, 0, 48);
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 0, 96);
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 0, 16);
const TEREDO: Ipv6Net = v6(0x2001, 0, 0, 0, 32);
const COMPATIBLE: Ipv6Net = v6(0, 0, 0, 0, 96);
/// `::ffff:0:a.b.c.d` (RFC 2765), not to be mixed up with mapped addresses.
const TRANSLATED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96);

/// The first network that holds an address gives its class; one in none of them is reserved.
const V6: &[(Ipv6Net, AddressClass)] = &[
    (v6(0, 0, 0, 0, 128), AddressClass::Unspecified),
    (
        Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128),
        AddressClass::Loopback,
    ),
    (LOCAL_NAT64, AddressClass::LocalTranslation),
    (NAT64, AddressClass::Public),
    (TEREDO, AddressClass::Public),
    (v6(0x2001, 2, 0, 0, 48), AddressClass::Benchmarking),
    (v6(0x2001, 0xdb8, 0, 0, 32), AddressClass::Documentation),
    (v6(0x3fff, 0, 0, 0, 20), AddressClass::Documentation),
    (v6(0x2001, 0, 0, 0, 23), AddressClass::Reserved),
    (v6(0x2000, 0, 0, 0, 3), AddressClass::Public),
    // Amazon's local services.
    (v6(0xfd00, 0xec2, 0, 0, 32), AddressClass::Metadata),
    // Google Cloud.
    (
        Ipv6Net::new_assert(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254), 128),
        AddressClass::Metadata,
    ),
    (v6(0xfc00, 0, 0, 0, 7), AddressClass::UniqueLocal),
    (v6(0xfe80, 0, 0, 0, 10), AddressClass::LinkLocal),
    (v6(0xfec0, 0, 0, 0, 10), AddressClass::Private),
    (v6(0xff00, 0, 0, 0, 8), AddressClass::Multicast),
];

fn of_v4(address: Ipv4Addr) -> AddressClass {
    V4.iter()
        .find(|(network, _)| network.contains(&address))
        .map_or(AddressClass::Public, |(_, class)| *class)
}

fn of_v6(address: Ipv6Addr) -> AddressClass {
    let class = V6
        .iter()
        .find(|(network, _)| network.contains(&address))
        .map_or(AddressClass::Reserved, |(_, class)| *class);
    match carried(address).map(|carried| of_v4(carried).standing()) {
        None | Some(Standing::Open) => class,
        // The prefix for local use is there to reach private networks (RFC 8215), the others are not.
        Some(Standing::Listed) if class == AddressClass::LocalTranslation => class,
        Some(Standing::Listed | Standing::Loopback | Standing::Never) => AddressClass::Disguised,
    }
}

/// The IPv4 address that `address` carries, if it is of a kind that does.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let holds = |network: &Ipv6Net| network.contains(&address);
    if address.is_unspecified() || address.is_loopback() {
        None
    } else if [COMPATIBLE, TRANSLATED, NAT64, LOCAL_NAT64]
        .iter()
        .any(holds)
    {
        Some(low_bits(bits))
    } else if holds(&SIX_TO_FOUR) {
        Some(low_bits(bits >> 80))
    } else if holds(&TEREDO) {
        // The client's address is the last one, with every bit turned over.
        Some(low_bits(!bits))
    } else {
        None
    }
}

fn low_bits(bits: u128) -> Ipv4Addr {
    let [.., a, b, c, d] = bits.to_be_bytes();
    Ipv4Addr::new(a, b, c, d)
}
