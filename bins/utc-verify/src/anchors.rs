//! What comes from outside the bundle.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use utc_attestation::log::VerifierKey;
use utc_evidence::TagKeys;

/// Every key that was given.
pub(crate) fn vkeys(given: &[String]) -> anyhow::Result<Vec<VerifierKey>> {
    given.iter().map(|given| vkey(given)).collect()
}

/// The key itself, or a file with it.
fn vkey(given: &str) -> anyhow::Result<VerifierKey> {
    if let Ok(key) = given.parse() {
        return Ok(key);
    }
    let text = text(Path::new(given)).context("--vkey is neither a verifier key nor a file")?;
    let key = text.trim().parse();
    key.with_context(|| format!("`{given}` holds no verifier key"))
}

pub(crate) fn tags(files: &[PathBuf]) -> anyhow::Result<TagKeys> {
    let secrets = files.iter().map(|file| text(file));
    let secrets = secrets.collect::<anyhow::Result<Vec<_>>>()?;
    // The server takes the secret without the end of its line.
    TagKeys::new(
        secrets
            .iter()
            .map(|secret| secret.trim_end_matches(['\r', '\n'])),
    )
    .context("a secret cannot be used")
}

pub(crate) fn text(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))
}
