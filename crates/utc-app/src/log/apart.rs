//! Whether what remembers the log lies where whoever restores its database restores it too.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use utc_storage::connection::Location;

use crate::console::Console;

impl Console {
    /// Whether the log's guard and its database lie on one filesystem: a snapshot of it sets both back together, and then nothing
    /// tells. What cannot be told, as with a database on another machine, counts as apart.
    pub fn guard_beside_database(&self) -> bool {
        let options = self.options();
        let Location::Sqlite(database) = &options.location else {
            return false;
        };
        let guard = options.log.guard_path(&options.data_dir);
        let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
        device(database).is_some_and(|database| device(&guard) == Some(database))
    }
}
