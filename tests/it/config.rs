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
fn a_start_that_is_mistaken_is_refused_by_name() {
    for (name, value) in [
        ("UTC_TYPO", "1"),
        ("QUEUE_ALPHA", "1.5"),
        ("HMAC_SECRET", "short"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("UTC_OUTBOUND_ALLOW", "payments.internal,10.0.0.0/33"),
    ] {
        check_refused(&ServerOptions::sqlite().env(name, value), name);
    }
}

fn production() -> ServerOptions {
    ServerOptions::sqlite()
        .env("APP_ENV", "production")
        .env("UTC_LOG_ORIGIN", "trust.example.org/log")
        .env("UTC_PUBLIC_URL", "https://trust.example.org")
}

#[test]
fn production_refuses_what_is_weak_by_name_and_starts_without_it() {
    for (name, value) in [
        ("UTC_LOG_ORIGIN", "utc.local/log"),
        ("UTC_PUBLIC_URL", "http://trust.example.org"),
        ("UTC_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("UTC_TEMPLATES_DIR", "templates"),
        ("HMAC_SECRET", "change-me-change-me-change-me-change-me"),
    ] {
        check_refused(&production().env(name, value), name);
    }
    check_refused(&production().without("HMAC_SECRET"), "HMAC_SECRET");
    let server = Server::start(&production());
    assert_eq!(server.get("/api/v1/me").status, 200);
}

#[test]
fn other_machines_may_connect_once_there_is_somebody() {
    let options = ServerOptions::sqlite().env("APP_HOST", "0.0.0.0");
    let refused = Server::start_alone(&options, &[]).expect_err("there is nobody yet");
    assert!(refused.output.contains("APP_HOST"), "{}", refused.output);
    let server = Server::start(&options);
    let address = server.address().replace("0.0.0.0", "127.0.0.1");
    let client = utc_test_support::Client::new(format!("http://{address}"));
    assert_eq!(client.get("/api/v1/units").status, 401);
    let client = client.with_token(server.client().token().unwrap());
    assert_eq!(client.get("/api/v1/units").status, 200);
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
