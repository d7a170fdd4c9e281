//! `--print-config`.

use utc_config::{print, variables};

use crate::config;

const SECRET: &str = "f3Zk0pQ8vXw2Lr7TnB5yUc9HdJ6sMa1E";

#[test]
fn every_variable_is_printed_in_the_order_of_the_table() {
    insta::assert_snapshot!(print(&config(&[])), @r"
    APP_ENV=development
    APP_DEBUG=true
    APP_HOST=127.0.0.1
    APP_PORT=8000
    GATEWAY_PORT=8001
    UTC_PUBLIC_URL=
    UTC_TRUSTED_PROXIES=
    HMAC_SECRET=
    HMAC_SECRET_PREVIOUS=
    HMAC_SECRET_NEXT=
    DATABASE_URL=sqlite://./data/utc.db
    UTC_DATA_DIR=./data
    UTC_LOG_KEY_FILE=./data/log.key
    UTC_DATA_KEY_FILE=./data/data.key
    UTC_GUARD_FILE=./data/guard.json
    UTC_TEMPLATES_DIR=
    QUEUE_ALPHA=0.3
    QUEUE_THRESHOLD_LOW=0.6
    QUEUE_THRESHOLD_HIGH=0.9
    QUEUE_CONTROLLER=predictive
    QUEUE_RELAX_BELOW=0.5
    QUEUE_RELAX_READ_ONLY_BELOW=
    AUTO_RELAX_WINDOW_MIN=60
    QUEUE_TICK_SECONDS=60
    HUMAN_APPROVAL_RATE_PER_HOUR=0.4
    APPROVAL_TTL_MINUTES=1440
    GRANT_TTL_MINUTES=15
    APPROVAL_MAX_PENDING_PER_SUBJECT=3
    TDX_ENABLED=true
    TDX_INTERVAL_HOURS=1
    TDX_AUTO_FLIP=true
    UTC_ISSUER=utc
    UTC_LOG_ORIGIN=utc.local/log
    UTC_MAX_UNITS=10000
    UTC_UNKNOWN_UNITS=allow
    UTC_OUTBOUND_ALLOW=
    UTC_LOG_PUBLIC=true
    UTC_CHECKPOINT_SINK=
    GATEWAY_BODY_LIMIT=8MiB
    GATEWAY_HELD_BYTES_PER_TOKEN=32MiB
    RATE_LIMIT_TOKEN_PER_SECOND=0
    RATE_LIMIT_ANONYMOUS_PER_SECOND=50
    LOG_LEVEL=info
    LOG_FORMAT=text
    ");
}

#[test]
fn the_default_of_the_table_is_what_is_in_effect() {
    let table: Vec<String> = variables()
        .map(|variable| format!("{}={}", variable.name(), variable.default()))
        .collect();
    let printed = print(&config(&[]));
    assert_eq!(printed.lines().collect::<Vec<_>>(), table);
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
    insta::assert_snapshot!(lines.join("\n"), @r"
    HMAC_SECRET=********
    HMAC_SECRET_PREVIOUS=********
    HMAC_SECRET_NEXT=********
    DATABASE_URL=postgres://utc:********@db/utc
    ");
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
        ("GATEWAY_HELD_BYTES_PER_TOKEN", "3MiB"),
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
