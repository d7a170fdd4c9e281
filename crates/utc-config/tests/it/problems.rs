//! Wrong values: all are named at once, each with what to do.

use utc_config::{Config, Vars};

use crate::{config, problems};

#[test]
fn every_variable_with_a_wrong_value_is_named_at_once() {
    let pairs = [
        ("APP_ENV", "staging"),
        ("APP_DEBUG", "maybe"),
        ("APP_HOST", "example.org"),
        ("APP_PORT", "65536"),
        ("GATEWAY_PORT", "0"),
        ("UTC_PUBLIC_URL", "trust.example.org/console"),
        ("UTC_TRUSTED_PROXIES", "10.0.0.1,proxy"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("QUEUE_ALPHA", "1"),
        ("QUEUE_THRESHOLD_LOW", "-0.6"),
        ("QUEUE_THRESHOLD_HIGH", "NaN"),
        ("QUEUE_CONTROLLER", "predictive"),
        ("QUEUE_RELAX_BELOW", "0"),
        ("QUEUE_RELAX_READ_ONLY_BELOW", "half"),
        ("AUTO_RELAX_WINDOW_MIN", "10081"),
        ("QUEUE_TICK_SECONDS", "0"),
        ("HUMAN_APPROVAL_RATE_PER_HOUR", "inf"),
        ("APPROVAL_TTL_MINUTES", "0"),
        ("GRANT_TTL_MINUTES", "1441"),
        ("APPROVAL_MAX_PENDING_PER_SUBJECT", "0"),
        ("TDX_ENABLED", "yes"),
        ("TDX_INTERVAL_HOURS", "0"),
        ("TDX_AUTO_FLIP", "2"),
        ("UTC_ISSUER", "two words"),
        ("UTC_LOG_ORIGIN", "a+b"),
        ("UTC_MAX_UNITS", "1000001"),
        ("UTC_UNKNOWN_UNITS", "refuse"),
        ("UTC_OUTBOUND_ALLOW", "http://billing"),
        ("UTC_LOG_PUBLIC", "no"),
        ("UTC_CHECKPOINT_SINK", "https://user:hunter2@witness/add"),
        ("GATEWAY_BODY_LIMIT", "8MB"),
        ("RATE_LIMIT_TOKEN_PER_SECOND", "-1"),
        ("RATE_LIMIT_ANONYMOUS_PER_SECOND", "many"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ];
    let text = problems(&pairs);
    assert_eq!(text.lines().count(), pairs.len());
    assert!(!text.contains("hunter2"));
    insta::assert_snapshot!(text, @"");
}

#[test]
fn the_thresholds_must_stand_in_order() {
    insta::assert_snapshot!(problems(&[("QUEUE_THRESHOLD_LOW", "0.9")]), @"");
    insta::assert_snapshot!(problems(&[("QUEUE_THRESHOLD_LOW", "0.4"), ("QUEUE_THRESHOLD_HIGH", "0.3")]), @"");
    insta::assert_snapshot!(problems(&[("QUEUE_RELAX_READ_ONLY_BELOW", "0.9")]), @"");
    config(&[("QUEUE_RELAX_BELOW", "0.6")]);
}

#[test]
fn the_gateway_needs_a_port_of_its_own() {
    insta::assert_snapshot!(problems(&[("APP_PORT", "8001")]), @"");
}

#[test]
fn unknown_names_under_our_prefixes_are_named_without_their_values() {
    let pairs = [
        ("QUEUE_ALPA", "0.2"),
        ("UTC_HMAC_KEY_FILE", "hunter2"),
        ("RATE_LIMITS", "1"),
        ("UTC_TEST_POSTGRES", "1"),
        ("UTC_VECTORS_DIR", "x"),
        ("PATH", "/bin"),
    ];
    insta::assert_snapshot!(problems(&pairs), @"");
}

#[test]
fn unknown_names_are_found_beside_wrong_values() {
    insta::assert_snapshot!(problems(&[("QUEUE_ALPA", "0.2"), ("LOG_LEVEL", "loud")]), @"");
}

#[test]
fn a_wrong_secret_is_named_and_not_shown() {
    let long = "hunter2hunter2hunter2hunter2hunter2";
    let spaced = format!("{long}\n");
    let pairs = [("HMAC_SECRET", "hunter2"), ("HMAC_SECRET_NEXT", &spaced)];
    insta::assert_snapshot!(problems(&pairs), @"");
    let list = format!("{long},hunter2");
    insta::assert_snapshot!(problems(&[("HMAC_SECRET_PREVIOUS", &list)]), @"");
    insta::assert_snapshot!(problems(&[("HMAC_SECRET", long), ("HMAC_SECRET_NEXT", long)]), @"");
}

#[test]
fn a_wrong_database_address_does_not_show_its_password() {
    for url in [
        "postgres://u:hunter2@x@h/d",
        "mysql://u:hunter2@h/d",
        "postgres:/u:hunter2@h/d",
    ] {
        let text = problems(&[("DATABASE_URL", url)]);
        assert!(text.starts_with("`DATABASE_URL` is `"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_value_cannot_forge_a_line_of_the_message() {
    let text = problems(&[("LOG_LEVEL", "x\n- `APP_PORT` is fine")]);
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn the_whole_message_has_a_line_for_each_problem() {
    let vars = Vars::from_pairs([("APP_PORT", "x"), ("LOG_FORMAT", "xml")]);
    insta::assert_snapshot!(Config::from_vars(&vars).unwrap_err(), @"");
}
