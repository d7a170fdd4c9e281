//! What stops a start, each with the variable's name.

use utc_test_support::{Server, ServerOptions, run};

#[track_caller]
fn check_refused(options: &ServerOptions, part: &str) {
    let refused = Server::try_start(options, &[]).expect_err("the server must not start");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        refused.output.contains(part),
        "{part} is not named in: {}",
        refused.output
    );
}

#[test]
fn a_start_that_would_be_unsafe_or_is_mistaken_is_refused_by_name() {
    for (name, value) in [
        ("APP_HOST", "0.0.0.0"),
        ("APP_ENV", "production"),
        ("UTC_TYPO", "1"),
        ("QUEUE_ALPHA", "1.5"),
        ("HMAC_SECRET", "short"),
        ("DATABASE_URL", "mysql://somewhere"),
    ] {
        check_refused(&ServerOptions::sqlite().env(name, value), name);
    }
}

#[test]
fn a_second_server_on_one_sqlite_file_is_refused() {
    let options = ServerOptions::sqlite();
    let _server = Server::start(&options);
    check_refused(&options, "another process uses");
}

#[test]
fn print_config_shows_everything_but_secrets() {
    let options = ServerOptions::sqlite();
    let printed = run(&options, "utc-server", &["--print-config"]).ok().stdout;
    assert!(
        printed.contains("QUEUE_ALPHA=0.3") && printed.contains("HMAC_SECRET=********"),
        "{printed}"
    );
    assert!(!printed.contains(utc_test_support::SECRET));
}
