//! What production adds: tested beside the rule that refuses production altogether for now.

use crate::problems;

fn production(pairs: &[(&str, &str)]) -> String {
    let env = [
        ("APP_ENV", "production"),
        ("UTC_LOG_ORIGIN", "trust.example.org/log"),
    ];
    let all = problems(&[&env, pairs].concat());
    let others: Vec<&str> = all
        .lines()
        .filter(|line| !line.starts_with("`APP_ENV`"))
        .collect();
    others.join("\n")
}

#[test]
fn a_secret_must_be_there() {
    insta::assert_snapshot!(production(&[]), @"`HMAC_SECRET` is not set: production needs a secret of at least 32 characters");
    assert_ne!(
        production(&[("HMAC_SECRET", "")]),
        "",
        "an empty one is none"
    );
}

#[test]
fn a_secret_from_an_example_is_refused() {
    insta::assert_snapshot!(production(&[("HMAC_SECRET", "change-me-change-me-change-me-change-me")]), @"`HMAC_SECRET` (its value is not shown) must be a random secret in production, not one from an example");
    for value in [
        "changemechangemechangemechangeme!",
        "Secret-secret-secret-secret-secret",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ] {
        assert!(
            production(&[("HMAC_SECRET", value)]).contains("random secret"),
            "{value}"
        );
    }
}

#[test]
fn a_random_secret_is_accepted() {
    assert_eq!(
        production(&[("HMAC_SECRET", "f3Zk0pQ8vXw2Lr7TnB5yUc9HdJ6sMa1E")]),
        ""
    );
}

#[test]
fn the_default_name_of_the_log_is_refused() {
    let pairs = [
        ("HMAC_SECRET", "f3Zk0pQ8vXw2Lr7TnB5yUc9HdJ6sMa1E"),
        ("UTC_LOG_ORIGIN", "utc.local/log"),
    ];
    insta::assert_snapshot!(production(&pairs), @"`UTC_LOG_ORIGIN` is `utc.local/log`: must be a name of your own in production, such as `trust.example.org/log`");
}
