//! The demo begins with an empty database each time.

use std::io;
use std::path::PathBuf;

use utc_app::engine::{Location, exclusive_lock};

use crate::DemoError;

/// Deletes the demo's SQLite database of an earlier run. Refuses while another demo uses it, and never touches
/// a file that is not called `demo.db`.
pub fn discard_database(location: &Location) -> Result<(), DemoError> {
    let Some(path) = location.sqlite_path() else {
        return Err(DemoError::NotADemoDatabase);
    };
    if path.file_name().is_none_or(|name| name != "demo.db") {
        return Err(DemoError::NotADemoDatabase);
    }
    if !path.exists() {
        return Ok(());
    }
    let _lock = exclusive_lock(location)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(DemoError::File(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
