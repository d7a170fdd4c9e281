//! The class of every kind of address, at the edges of its networks.

use AddressClass::{
    Benchmarking, Broadcast, Disguised, Documentation, LinkLocal, LocalTranslation, Loopback,
    Metadata, Multicast, Private, Public, Reserved, Shared, UniqueLocal, Unspecified,
};
use utc_outbound::{AddressClass, Standing};

#[track_caller]
fn check(class: AddressClass, addresses: &[&str]) {
    for address in addresses {
        assert_eq!(
            AddressClass::of(address.parse().unwrap()),
            class,
            "{address}"
        );
    }
}

#[test]
fn ipv4_networks_have_their_class_up_to_their_edges() {
    check(Unspecified, &["0.0.0.0", "0.255.255.255"]);
    check(Private, &["10.0.0.0", "10.255.255.255"]);
    check(Private, &["172.16.0.0", "172.31.255.255"]);
    check(Private, &["192.168.0.0", "192.168.255.255"]);
    check(Shared, &["100.64.0.0", "100.127.255.255"]);
    check(Loopback, &["127.0.0.0", "127.0.0.1", "127.255.255.255"]);
    check(
        LinkLocal,
        &["169.254.0.0", "169.254.169.254", "169.254.255.255"],
    );
    check(
        Metadata,
        &["100.100.100.200", "168.63.129.16", "192.0.0.192"],
    );
    check(Reserved, &["192.0.0.0", "192.0.0.255", "192.88.99.1"]);
    check(Reserved, &["240.0.0.0", "255.255.255.254"]);
    check(Documentation, &["192.0.2.0", "192.0.2.255"]);
    check(Documentation, &["198.51.100.7", "203.0.113.7"]);
    check(Benchmarking, &["198.18.0.0", "198.19.255.255"]);
    check(Multicast, &["224.0.0.0", "239.255.255.255"]);
    check(Broadcast, &["255.255.255.255"]);
}

#[test]
fn ipv4_beside_those_networks_is_public() {
    check(Public, &["1.0.0.0", "9.255.255.255", "11.0.0.0"]);
    check(Public, &["100.63.255.255", "100.128.0.0"]);
    check(Public, &["126.255.255.255", "128.0.0.0"]);
    check(Public, &["168.63.129.15", "168.63.129.17"]);
    check(Public, &["169.253.255.255", "169.255.0.0"]);
    check(Public, &["172.15.255.255", "172.32.0.0"]);
    check(Public, &["191.255.255.255", "192.0.1.0", "192.0.3.0"]);
    check(Public, &["192.167.255.255", "192.169.0.0"]);
    check(Public, &["198.17.255.255", "198.20.0.0"]);
    check(Public, &["223.255.255.255"]);
}

#[test]
fn ipv6_networks_have_their_class() {
    check(Unspecified, &["::"]);
    check(Loopback, &["::1"]);
    check(UniqueLocal, &["fc00::", "fdff:ffff::1"]);
    check(Metadata, &["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"]);
    check(LinkLocal, &["fe80::1", "febf:ffff::1"]);
    check(Private, &["fec0::1", "feff::1"]);
    check(Multicast, &["ff00::", "ff02::1"]);
    check(Documentation, &["2001:db8::1", "3fff::1", "3fff:fff::1"]);
    check(Benchmarking, &["2001:2::1"]);
    check(Reserved, &["2001:1::1", "2001:1ff::1", "100::1", "5f00::1"]);
    check(Reserved, &["1fff::1", "4000::1", "::2:0:0:0", "fe00::1"]);
    check(Public, &["2001:4860:4860::8888", "2a00:1450::1", "3ffe::1"]);
}

#[test]
fn a_mapped_address_has_the_class_of_what_it_maps() {
    check(Loopback, &["::ffff:127.0.0.1"]);
    check(LinkLocal, &["::ffff:169.254.169.254"]);
    check(Private, &["::ffff:a00:1"]);
    check(Public, &["::ffff:8.8.8.8"]);
}

#[test]
fn an_address_that_carries_a_public_one_has_the_class_of_its_network() {
    check(Public, &["64:ff9b::8.8.8.8"]);
    check(LocalTranslation, &["64:ff9b:1::8.8.8.8"]);
    check(Public, &["2002:808:808::1"]);
    // Teredo: 8.8.8.8 with its bits turned over.
    check(Public, &["2001:0:4136:e378:8000:63bf:f7f7:f7f7"]);
    check(Reserved, &["::8.8.8.8", "::ffff:0:8.8.8.8"]);
}

#[test]
fn an_address_that_carries_one_that_is_not_public_is_disguised() {
    check(Disguised, &["64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1"]);
    check(Disguised, &["64:ff9b::169.254.169.254"]);
    check(Disguised, &["2002:7f00:1::1", "2002:a9fe:a9fe::"]);
    // Teredo: 127.0.0.1 and 10.0.0.1.
    check(Disguised, &["2001::80ff:fffe", "2001::f5ff:fffe"]);
    check(Disguised, &["::127.0.0.1", "::10.0.0.1", "::2"]);
    check(Disguised, &["::ffff:0:169.254.169.254"]);
}

#[test]
fn local_translation_reaches_private_networks_and_nothing_stricter() {
    check(LocalTranslation, &["64:ff9b:1::10.0.0.1"]);
    check(Disguised, &["64:ff9b:1::127.0.0.1", "64:ff9b:1::"]);
    check(Disguised, &["64:ff9b:1::169.254.169.254"]);
}

#[test]
fn nothing_but_public_addresses_is_open_to_everyone() {
    for (address, standing) in [
        ("8.8.8.8", Standing::Open),
        ("127.0.0.1", Standing::Loopback),
        ("10.0.0.1", Standing::Listed),
        ("100.64.0.1", Standing::Listed),
        ("fc00::1", Standing::Listed),
        ("64:ff9b:1::10.0.0.1", Standing::Listed),
        ("192.0.2.1", Standing::Listed),
        ("198.18.0.1", Standing::Listed),
        ("240.0.0.1", Standing::Listed),
        ("0.0.0.0", Standing::Never),
        ("169.254.169.254", Standing::Never),
        ("fd00:ec2::254", Standing::Never),
        ("224.0.0.1", Standing::Never),
        ("255.255.255.255", Standing::Never),
        ("::127.0.0.1", Standing::Never),
    ] {
        let class = AddressClass::of(address.parse().unwrap());
        assert_eq!(class.standing(), standing, "{address}");
    }
}
