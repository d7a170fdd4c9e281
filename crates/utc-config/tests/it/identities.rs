//! What is refused until there is a sign-in.

use crate::{config, problems};

#[test]
fn an_address_that_others_can_reach_is_refused() {
    insta::assert_snapshot!(problems(&[("APP_HOST", "0.0.0.0")]), @"`APP_HOST` is `0.0.0.0`: this version has no sign-in yet: it serves this machine only; use `127.0.0.1`");
    insta::assert_snapshot!(problems(&[("APP_HOST", "::"), ("APP_PORT", "x")]), @r"
    `APP_PORT` is `x`: must be a whole number from 0 to 65535
    `APP_HOST` is `::`: this version has no sign-in yet: it serves this machine only; use `127.0.0.1`
    ");
}

#[test]
fn this_machine_s_own_addresses_are_allowed() {
    for host in ["127.0.0.1", "127.8.0.1", "::1", "localhost"] {
        config(&[("APP_HOST", host)]);
    }
}

#[test]
fn production_is_refused_even_when_all_else_is_right() {
    let pairs = [
        ("APP_ENV", "production"),
        ("HMAC_SECRET", "f3Zk0pQ8vXw2Lr7TnB5yUc9HdJ6sMa1E"),
        ("UTC_LOG_ORIGIN", "trust.example.org/log"),
    ];
    insta::assert_snapshot!(problems(&pairs), @"`APP_ENV` is `production`: this version has no sign-in yet: it serves this machine only; use `development`");
}
