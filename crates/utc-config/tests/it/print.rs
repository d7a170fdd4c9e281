//! `--print-config`.

use utc_config::{print, variables};

use crate::config;

const SECRET: &str = "f3Zk0pQ8vXw2Lr7TnB5yUc9HdJ6sMa1E";

#[test]
fn every_variable_is_printed_in_the_order_of_the_table() {
    insta::assert_snapshot!(print(&config(&[])), @"");
}

#[test]
fn the_default_of_the_table_is_what_is_in_effect() {
    let table: String = variables()
        .map(|variable| format!("{}={}\n", variable.name(), variable.default()))
        .collect();
    assert_eq!(print(&config(&[])), table);
}

#[test]
fn secrets_and_passwords_are_masked_in_print_and_debug() {
    let previous = format!("{SECRET}1,{SECRET}2");
    let config = config(&[
        ("HMAC_SECRET", SECRET),
        ("HMAC_SECRET_PREVIOUS", &previous),
        ("HMAC_SECRET_NEXT", "5yUc9HdJ6sMa1Ef3Zk0pQ8vXw2Lr7TnB"),
        ("DATABASE_URL", "postgres://utc:hunter2@db/utc"),
    ]);
    let text = print(&config);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("HMAC") || line.starts_with("DATABASE"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"");
    let debug = format!("{config:?}");
    for hidden in [SECRET, "5yUc9", "hunter2"] {
        assert!(!debug.contains(hidden), "{hidden}");
    }
}

#[test]
fn what_is_printed_reads_back() {
    let pairs = [
        ("APP_HOST", "::1"),
        ("APP_PORT", "0"),
        ("UTC_PUBLIC_URL", "https://trust.example.org:8443/"),
        ("UTC_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
        ("UTC_OUTBOUND_ALLOW", "10.1.0.0/16,billing.internal:8080"),
        ("UTC_CHECKPOINT_SINK", "https://witness.example.org/add"),
        ("GATEWAY_BODY_LIMIT", "1500 KiB"),
        ("UTC_TEMPLATES_DIR", "templates"),
        ("LOG_LEVEL", "trace"),
    ];
    let first = print(&config(&pairs));
    let again: Vec<(&str, &str)> = first
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    assert_eq!(print(&config(&again)), first);
    assert!(
        first.contains("UTC_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.1/32\n"),
        "{first}"
    );
    assert!(
        first.contains("UTC_PUBLIC_URL=https://trust.example.org:8443\n"),
        "{first}"
    );
}
