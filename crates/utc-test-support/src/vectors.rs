//! Test vectors that this project did not write.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{variable, workspace};

/// A folder of vectors: under `UTC_VECTORS_DIR`, or beside the workspace. They are not part of the
/// project; without them the tests that need them say so and pass.
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = || workspace().join("../shared/data/vectors");
    let root = variable("UTC_VECTORS_DIR").map_or_else(beside, PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("NOT TESTED: the vectors `{name}` are not there; set UTC_VECTORS_DIR to their folder");
    None
}

/// A JSON file of vectors.
pub fn json(folder: &Path, name: &str) -> Value {
    let bytes = std::fs::read(folder.join(name)).expect("the file is in the folder");
    serde_json::from_slice(&bytes).expect("vectors are JSON")
}
