//! A database that a newer version has touched is left alone.

use utc_test_support::{Server, ServerOptions, admin};

use crate::calls::{log_size, sql, write};

const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99999999')";
const OLDER: &str = "DELETE FROM __diesel_schema_migrations WHERE version = '99999999'";

#[track_caller]
fn check_newer_is_refused(options: &ServerOptions) {
    let mut server = Server::start(options);
    write(server.client(), "orders");
    let size = log_size(server.client());
    server.kill9();
    sql(options, NEWER);
    let refused = Server::try_start(options, &[]).expect_err("the schema is newer");
    assert!(!refused.status.success());
    assert!(
        refused.output.contains("newer than this program knows"),
        "{}",
        refused.output
    );
    assert!(refused.output.contains("99999999"), "{}", refused.output);
    for arguments in [
        &["db", "status"][..],
        &["db", "migrate"],
        &["receipts", "verify"],
        &["rules", "list"],
    ] {
        let refused = admin(options, arguments);
        assert_eq!(refused.code(), Some(1), "{refused:?}");
        assert!(
            refused.stderr.contains("newer than this program knows"),
            "{refused:?}"
        );
    }
    sql(options, OLDER);
    let server = Server::start(options);
    assert_eq!(
        log_size(server.client()),
        size,
        "the refusals wrote nothing"
    );
}

#[test]
fn a_newer_schema_is_refused_on_sqlite() {
    check_newer_is_refused(&ServerOptions::sqlite());
}

#[test]
fn a_newer_schema_is_refused_on_postgres() {
    check_newer_is_refused(&ServerOptions::postgres());
}
