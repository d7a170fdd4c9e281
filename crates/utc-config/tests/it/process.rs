//! The environment of the process and the file behind it.

use std::path::{Path, PathBuf};

use utc_config::{Config, Vars};

fn written(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_file_fills_what_the_environment_leaves_open() {
    let file = written("fills.env", "UTC_ISSUER='from the file'\nPATH=/nowhere\n");
    let vars = Vars::from_process(Some(&file)).unwrap();
    let message = Config::from_vars(&vars).unwrap_err().to_string();
    assert!(
        message.contains("`UTC_ISSUER` is `from the file`"),
        "{message}"
    );
    let path = std::env::vars_os().find(|(name, _)| name == "PATH");
    assert_ne!(
        path.unwrap().1,
        "/nowhere",
        "the process environment stays as it is"
    );
}

#[test]
fn no_file_is_an_empty_file() {
    assert!(Vars::from_process(None).is_ok());
    assert!(Vars::from_process(Some(Path::new("no/such/.env"))).is_ok());
}

#[test]
fn what_is_there_and_cannot_be_read_is_a_problem() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let message = Vars::from_process(Some(folder)).unwrap_err().to_string();
    assert!(message.contains("cannot be read"), "{message}");
}
