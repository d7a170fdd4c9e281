//! The demo begins with an empty database each time.

use std::io;
use std::path::PathBuf;

use utc_app::engine::{Location, exclusive_lock};

use crate::DemoError;

/// Deletes the demo's SQLite database of an earlier run, and what belongs to its log: a log that begins anew has another
/// key, and nothing remembers the old one. Refuses while another demo uses it, and never touches a file that is not
/// called `demo…`.
pub fn discard_database(location: &Location, of_its_log: &[PathBuf]) -> Result<(), DemoError> {
    let Some(path) = location.sqlite_path() else {
        return Err(DemoError::NotADemoDatabase);
    };
    if path.file_name().is_none_or(|name| name != "demo.db") {
        return Err(DemoError::NotADemoDatabase);
    }
    let theirs = |file: &PathBuf| {
        file.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("demo"))
    };
    if !path.exists() {
        return of_its_log
            .iter()
            .filter(|file| theirs(file))
            .try_for_each(remove);
    }
    let _lock = exclusive_lock(location)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        remove(&PathBuf::from(name))?;
    }
    of_its_log
        .iter()
        .filter(|file| theirs(file))
        .try_for_each(remove)
}

fn remove(file: &PathBuf) -> Result<(), DemoError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DemoError::File(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
