//! Where the vectors are that this project did not write.

use std::path::{Path, PathBuf};

/// A folder of vectors: under `UTC_VECTORS_DIR`, or beside the workspace. They are not part of the
/// project; without them the tests that need them say so and pass.
#[expect(
    clippy::disallowed_methods,
    reason = "tests take the vectors folder from the environment"
)]
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/vectors");
    let root = std::env::var("UTC_VECTORS_DIR").map_or_else(|_| beside(), PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the vectors `{name}` are not there; set UTC_VECTORS_DIR to their folder");
    None
}
