//! What holds when little is set.

use std::path::Path;

use utc_config::{AppEnv, Controller, DatabaseUrl, LogFormat, LogLevel, UnknownUnits};

use crate::config;

#[test]
fn nothing_set_is_a_usable_development_configuration() {
    let config = config(&[]);
    assert_eq!(config.server.env, AppEnv::Development);
    assert!(config.server.debug);
    assert_eq!(config.server.host.to_string(), "127.0.0.1");
    assert_eq!(
        (config.server.port, config.server.gateway_port),
        (8000, 8001)
    );
    assert!(config.keys.hmac_secret.is_none());
    assert_eq!(config.queueing.controller, Controller::Predictive);
    assert_eq!(config.gateway.body_limit_bytes, 8 * 1024 * 1024);
    assert_eq!(config.installation.unknown_units, UnknownUnits::Allow);
    assert_eq!(
        (config.log.level, config.log.format),
        (LogLevel::Info, LogFormat::Text)
    );
    match config.database {
        DatabaseUrl::Sqlite { path } => assert_eq!(path, Path::new("./data/utc.db")),
        DatabaseUrl::Postgres { .. } => panic!("the default is SQLite"),
    }
}

#[test]
fn more_detail_in_logs_is_for_development() {
    assert!(!config(&[("APP_ENV", "testing")]).server.debug);
    assert!(
        config(&[("APP_ENV", "testing"), ("APP_DEBUG", "true")])
            .server
            .debug
    );
}

#[test]
fn key_files_follow_the_data_folder_unless_they_are_set() {
    let files = config(&[
        ("UTC_DATA_DIR", "/srv/utc"),
        ("UTC_GUARD_FILE", "/mnt/guard"),
    ])
    .files;
    assert_eq!(files.log_key_file, Path::new("/srv/utc/log.key"));
    assert_eq!(files.data_key_file, Path::new("/srv/utc/data.key"));
    assert_eq!(files.guard_file, Path::new("/mnt/guard"));
}

#[test]
fn leaving_read_only_has_a_threshold_of_its_own_only_where_it_is_set() {
    assert_eq!(config(&[]).queueing.relax_read_only_below, None);
    let own = config(&[("QUEUE_RELAX_READ_ONLY_BELOW", "0.8")]).queueing;
    assert_eq!(own.relax_read_only_below, Some(0.8));
}

#[test]
fn spaces_around_a_value_and_the_case_of_a_word_do_not_matter() {
    let config = config(&[
        ("APP_PORT", " 0 "),
        ("LOG_FORMAT", "JSON"),
        ("APP_HOST", "localhost"),
        ("UTC_DATA_DIR", "  "),
    ]);
    assert_eq!(config.files.data_dir, Path::new("./data"));
    assert_eq!(config.server.port, 0);
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(config.server.host.is_loopback());
}
