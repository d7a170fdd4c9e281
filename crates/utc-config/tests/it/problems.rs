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
        ("GATEWAY_PORT", "65536"),
        ("UTC_PUBLIC_URL", "trust.example.org/console"),
        ("UTC_TRUSTED_PROXIES", "10.0.0.1,proxy"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("QUEUE_ALPHA", "1"),
        ("QUEUE_THRESHOLD_LOW", "-0.6"),
        ("QUEUE_THRESHOLD_HIGH", "NaN"),
        ("QUEUE_CONTROLLER", "clairvoyant"),
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
        ("GATEWAY_HELD_BYTES_PER_TOKEN", "0"),
        ("RATE_LIMIT_TOKEN_PER_SECOND", "-1"),
        ("RATE_LIMIT_ANONYMOUS_PER_SECOND", "many"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ];
    let text = problems(&pairs);
    assert_eq!(text.lines().count(), pairs.len());
    assert!(!text.contains("hunter2"));
    insta::assert_snapshot!(text, @r"
    `APP_ENV` is `staging`: must be one of `development`, `testing`, `production`
    `APP_DEBUG` is `maybe`: must be `true` or `false`
    `APP_HOST` is `example.org`: must be an address such as `127.0.0.1` or `::1`, or `localhost`
    `APP_PORT` is `65536`: must be a whole number from 0 to 65535
    `GATEWAY_PORT` is `65536`: must be a whole number from 0 to 65535
    `UTC_PUBLIC_URL` is `trust.example.org/console`: must be `https://` or `http://`, a host and perhaps a port, and nothing more
    `UTC_TRUSTED_PROXIES` is `10.0.0.1,proxy`: must be addresses or networks such as `10.0.0.0/8`, separated by commas
    `DATABASE_URL` is `sqlite::memory:`: must be a file, because the journal has to outlive the process; use `sqlite://./data/utc.db`
    `QUEUE_ALPHA` is `1`: must be a number above 0 and below 1
    `QUEUE_THRESHOLD_LOW` is `-0.6`: must be a number above 0
    `QUEUE_THRESHOLD_HIGH` is `NaN`: must be a number above 0
    `QUEUE_CONTROLLER` is `clairvoyant`: must be one of `classic`, `predictive`
    `QUEUE_RELAX_BELOW` is `0`: must be a number above 0
    `QUEUE_RELAX_READ_ONLY_BELOW` is `half`: must be a number above 0
    `AUTO_RELAX_WINDOW_MIN` is `10081`: must be a whole number from 0 to 10080
    `QUEUE_TICK_SECONDS` is `0`: must be a whole number from 1 to 3600
    `HUMAN_APPROVAL_RATE_PER_HOUR` is `inf`: must be a number above 0
    `APPROVAL_TTL_MINUTES` is `0`: must be a whole number from 1 to 43200
    `GRANT_TTL_MINUTES` is `1441`: must be a whole number from 1 to 1440
    `APPROVAL_MAX_PENDING_PER_SUBJECT` is `0`: must be a whole number from 1 to 1000
    `TDX_ENABLED` is `yes`: must be `true` or `false`
    `TDX_INTERVAL_HOURS` is `0`: must be a whole number from 1 to 168
    `TDX_AUTO_FLIP` is `2`: must be `true` or `false`
    `UTC_ISSUER` is `two words`: must have 1 to 200 visible ASCII characters, without spaces and `+`
    `UTC_LOG_ORIGIN` is `a+b`: must have 1 to 200 visible ASCII characters, without spaces and `+`
    `UTC_MAX_UNITS` is `1000001`: must be a whole number from 1 to 1000000
    `UTC_UNKNOWN_UNITS` is `refuse`: must be one of `allow`, `approve`, `deny`
    `UTC_OUTBOUND_ALLOW` is `http://billing`: must be host names, addresses or networks such as `10.0.0.0/8`, separated by commas
    `UTC_LOG_PUBLIC` is `no`: must be `true` or `false`
    `UTC_CHECKPOINT_SINK` is `https://…`: must be the path of a file, or `https://` or `http://` without a user or password
    `GATEWAY_BODY_LIMIT` is `8MB`: must be bytes, or a number with `KiB` or `MiB`, from 1 to 1024MiB
    `GATEWAY_HELD_BYTES_PER_TOKEN` is `0`: must be bytes, or a number with `KiB` or `MiB`, from 1 to 1024MiB
    `RATE_LIMIT_TOKEN_PER_SECOND` is `-1`: must be a whole number from 0 to 1000000
    `RATE_LIMIT_ANONYMOUS_PER_SECOND` is `many`: must be a whole number from 0 to 1000000
    `LOG_LEVEL` is `loud`: must be one of `error`, `warn`, `info`, `debug`, `trace`
    `LOG_FORMAT` is `xml`: must be one of `text`, `json`
    ");
}

#[test]
fn the_thresholds_must_stand_in_order() {
    insta::assert_snapshot!(problems(&[("QUEUE_THRESHOLD_LOW", "0.9")]), @"`QUEUE_THRESHOLD_LOW` is `0.9`: must be below `QUEUE_THRESHOLD_HIGH`, which is `0.9`");
    insta::assert_snapshot!(problems(&[("QUEUE_THRESHOLD_LOW", "0.4"), ("QUEUE_THRESHOLD_HIGH", "0.3")]), @r"
    `QUEUE_THRESHOLD_LOW` is `0.4`: must be below `QUEUE_THRESHOLD_HIGH`, which is `0.3`
    `QUEUE_RELAX_BELOW` is `0.5`: must be at most `QUEUE_THRESHOLD_LOW`, which is `0.4`
    ");
    insta::assert_snapshot!(problems(&[("QUEUE_RELAX_READ_ONLY_BELOW", "0.9")]), @"`QUEUE_RELAX_READ_ONLY_BELOW` is `0.9`: must be below `QUEUE_THRESHOLD_HIGH`, which is `0.9`");
    config(&[("QUEUE_RELAX_BELOW", "0.6")]);
}

#[test]
fn the_gateway_needs_a_port_of_its_own() {
    insta::assert_snapshot!(problems(&[("APP_PORT", "8001")]), @"`GATEWAY_PORT` is `8001`: must not be `APP_PORT` too: the gateway has a port of its own");
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
    insta::assert_snapshot!(problems(&pairs), @r"
    `QUEUE_ALPA` is not a variable of this version: did you mean `QUEUE_ALPHA`?
    `RATE_LIMITS` is not a variable of this version: remove it
    `UTC_HMAC_KEY_FILE` is not a variable of this version: remove it
    ");
}

#[test]
fn unknown_names_are_found_beside_wrong_values() {
    insta::assert_snapshot!(problems(&[("QUEUE_ALPA", "0.2"), ("LOG_LEVEL", "loud")]), @r"
    `LOG_LEVEL` is `loud`: must be one of `error`, `warn`, `info`, `debug`, `trace`
    `QUEUE_ALPA` is not a variable of this version: did you mean `QUEUE_ALPHA`?
    ");
}

#[test]
fn a_wrong_secret_is_named_and_not_shown() {
    let long = "hunter2hunter2hunter2hunter2hunter2";
    let spaced = format!("{long}\n");
    let pairs = [("HMAC_SECRET", "hunter2"), ("HMAC_SECRET_NEXT", &spaced)];
    insta::assert_snapshot!(problems(&pairs), @r"
    `HMAC_SECRET` (its value is not shown) must have at least 32 characters
    `HMAC_SECRET_NEXT` (its value is not shown) must not begin or end with white space
    ");
    let list = format!("{long},hunter2");
    insta::assert_snapshot!(problems(&[("HMAC_SECRET_PREVIOUS", &list)]), @"`HMAC_SECRET_PREVIOUS` (its value is not shown) must have at least 32 characters");
    insta::assert_snapshot!(problems(&[("HMAC_SECRET", long), ("HMAC_SECRET_NEXT", long)]), @"`HMAC_SECRET_NEXT` (its value is not shown) must differ from `HMAC_SECRET`");
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
    insta::assert_snapshot!(Config::from_vars(&vars).unwrap_err(), @r"
    the configuration cannot be used:
    - `APP_PORT` is `x`: must be a whole number from 0 to 65535
    - `LOG_FORMAT` is `xml`: must be one of `text`, `json`
    ");
}
