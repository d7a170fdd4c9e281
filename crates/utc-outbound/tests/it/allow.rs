//! Items of the list, as people write them.

use utc_outbound::{AllowEntry, AllowEntryError, OutboundPolicy};

/// Whether a policy with the one `entry` lets `host` at `address` pass.
fn passes(entry: &str, host: &str, address: &str) -> bool {
    OutboundPolicy::default()
        .allowing([entry.parse().unwrap()])
        .judge(host, address.parse().unwrap())
        .is_ok()
}

#[track_caller]
fn check_reads_as(text: &str, printed: &str) {
    let entry: AllowEntry = text.parse().unwrap();
    assert_eq!(entry.to_string(), printed, "{text}");
}

#[test]
fn networks_addresses_and_names_are_read_with_and_without_ports() {
    check_reads_as("10.1.2.3/8", "10.0.0.0/8");
    check_reads_as("fd00::/8", "fd00::/8");
    check_reads_as("10.0.0.5", "10.0.0.5/32");
    check_reads_as("10.0.0.5:8443", "10.0.0.5:8443");
    check_reads_as("fd00::5", "fd00::5/128");
    check_reads_as("[fd00::5]", "fd00::5/128");
    check_reads_as("[fd00::5]:8443", "[fd00::5]:8443");
    check_reads_as("Payments.Internal.", "payments.internal");
    check_reads_as("localhost:9000", "localhost:9000");
    check_reads_as("0x0a.5", "10.0.0.5/32");
}

#[test]
fn anything_else_is_refused_with_what_it_is() {
    for text in [
        "",
        ".",
        "..",
        "a..b",
        ":80",
        "host:",
        "host:0",
        "host:65536",
        "host:x",
        "10.0.0.0/33",
        "10.0.0.0/8:80",
        "a b",
        "http://host",
        "host/path",
        "*.internal",
        "[fd00::5",
        "fd00::5]",
        "user@host",
    ] {
        let refused = AllowEntryError::Form(text.to_owned());
        assert_eq!(text.parse::<AllowEntry>(), Err(refused), "{text}");
    }
}

#[test]
fn ipv4_in_the_dress_of_ipv6_is_refused() {
    for text in [
        "::ffff:10.0.0.5",
        "::ffff:10.0.0.0/104",
        "[::ffff:10.0.0.5]:80",
    ] {
        let refused = AllowEntryError::Mapped(text.to_owned());
        assert_eq!(text.parse::<AllowEntry>(), Err(refused), "{text}");
    }
}

#[test]
fn a_network_covers_its_addresses_whatever_they_are_called() {
    assert!(passes("10.0.0.0/8", "any.example", "10.9.9.9:1"));
    assert!(passes("10.0.0.0/8", "any.example", "[::ffff:10.9.9.9]:1"));
    assert!(passes("fd00::/8", "any.example", "[fd12::1]:1"));
    assert!(!passes("10.0.0.0/8", "any.example", "192.168.0.1:1"));
    assert!(!passes(
        "10.0.0.0/8",
        "any.example",
        "[64:ff9b::10.9.9.9]:1"
    ));
}

#[test]
fn a_name_covers_all_its_addresses_and_no_other_name() {
    for host in [
        "payments.internal",
        "PAYMENTS.internal",
        "payments.internal.",
    ] {
        assert!(passes("payments.internal", host, "10.0.0.1:1"), "{host}");
    }
    assert!(passes("localhost", "localhost", "[::1]:1"));
    for host in [
        "a.payments.internal",
        "internal",
        "payments.internal.example",
        "10.0.0.1",
    ] {
        assert!(!passes("payments.internal", host, "10.0.0.1:1"), "{host}");
    }
}

#[test]
fn an_entry_with_a_port_covers_that_port_alone() {
    for (entry, host) in [
        ("10.0.0.1:8443", "10.0.0.1"),
        ("db.internal:8443", "db.internal"),
    ] {
        assert!(passes(entry, host, "10.0.0.1:8443"), "{entry}");
        assert!(!passes(entry, host, "10.0.0.1:22"), "{entry}");
    }
}
