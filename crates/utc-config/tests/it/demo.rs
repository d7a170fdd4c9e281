//! The demonstration keeps away from everything real.

use std::path::Path;

use utc_config::{AppEnv, DatabaseUrl};

use crate::config;

#[test]
fn the_demonstration_has_a_database_and_files_of_its_own() {
    let real = config(&[
        ("UTC_DATA_DIR", "/srv/utc"),
        ("DATABASE_URL", "postgres://utc@db/utc"),
        ("UTC_GUARD_FILE", "/mnt/guard.json"),
        ("UTC_CHECKPOINT_SINK", "/mnt/checkpoints"),
    ]);
    let demo = real.clone().with_demo_database().unwrap();
    match demo.database {
        DatabaseUrl::Sqlite { path } => assert_eq!(path, Path::new("/srv/utc/demo.db")),
        DatabaseUrl::Postgres { .. } => panic!("the demonstration must not touch the database"),
    }
    assert_eq!(demo.files.data_dir, real.files.data_dir);
    assert_ne!(demo.files.guard_file, real.files.guard_file);
    assert_ne!(demo.files.log_key_file, real.files.log_key_file);
    assert_ne!(demo.files.data_key_file, real.files.data_key_file);
    assert_eq!(demo.installation.checkpoint_sink, None);
}

#[test]
fn production_refuses_the_demonstration() {
    let mut config = config(&[]);
    config.server.env = AppEnv::Production;
    insta::assert_snapshot!(config.with_demo_database().unwrap_err(), @r"
    the configuration cannot be used:
    - the demonstration is refused with `APP_ENV=production`: start it with `APP_ENV=development`
    ");
}
