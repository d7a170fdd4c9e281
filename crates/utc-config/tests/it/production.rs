//! What production refuses, each by its name.

use utc_config::{Config, Vars};

use crate::{config, problems};

const SECRET: (&str, &str) = ("HMAC_SECRET", "f3Zk0pQ8vXw2Lr7TnB5yUc9HdJ6sMa1E");

fn production(pairs: &[(&str, &str)]) -> String {
    let env = [
        ("APP_ENV", "production"),
        ("UTC_LOG_ORIGIN", "trust.example.org/log"),
    ];
    let all = [&env, pairs].concat();
    match Config::from_vars(&Vars::from_pairs(all.iter().copied())) {
        Ok(_) => String::new(),
        Err(_) => problems(&all),
    }
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

#[test]
fn an_address_that_others_can_reach_is_allowed() {
    for host in ["0.0.0.0", "::", "192.0.2.7"] {
        config(&[("APP_HOST", host)]);
        assert_eq!(production(&[SECRET, ("APP_HOST", host)]), "");
    }
}

#[test]
fn a_public_address_without_encryption_is_refused() {
    let public = |url| production(&[SECRET, ("UTC_PUBLIC_URL", url)]);
    insta::assert_snapshot!(public("http://trust.example.org"), @"`UTC_PUBLIC_URL` is `http://trust.example.org`: must begin with `https://` in production: passwords and sessions go over it");
    assert_eq!(public("https://trust.example.org"), "");
    config(&[("UTC_PUBLIC_URL", "http://trust.example.org")]);
}

#[test]
fn everybody_as_a_trusted_proxy_is_refused() {
    let proxies = |text| production(&[SECRET, ("UTC_TRUSTED_PROXIES", text)]);
    insta::assert_snapshot!(proxies("10.0.0.0/8, 0.0.0.0/0"), @"`UTC_TRUSTED_PROXIES` is `10.0.0.0/8, 0.0.0.0/0`: must not be every address in production: anybody could pretend to be anybody");
    assert_ne!(proxies("::/0"), "");
    assert_eq!(proxies("10.0.0.0/8"), "");
}

#[test]
fn templates_from_a_folder_are_refused() {
    insta::assert_snapshot!(production(&[SECRET, ("UTC_TEMPLATES_DIR", "templates")]), @"`UTC_TEMPLATES_DIR` is `templates`: must not be set in production");
}
