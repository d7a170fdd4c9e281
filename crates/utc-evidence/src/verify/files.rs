//! Files of the payload, each read once and compared with the manifest.

use std::io::{Read, Seek};

use sha2::{Digest, Sha256};

use super::CheckName;
use super::check::Checks;
use crate::Bundle;
use crate::bag::Manifest;
use crate::layout::PAYLOAD;

/// The payload and what its manifest says.
pub(super) struct Files<'b, R> {
    pub(super) bundle: &'b mut Bundle<R>,
    manifest: Manifest,
    /// Files that nobody has read yet, in order.
    unread: std::collections::BTreeSet<String>,
}

impl<'b, R: Read + Seek> Files<'b, R> {
    pub(super) fn new(bundle: &'b mut Bundle<R>, manifest: Manifest) -> Self {
        let paths = bundle.paths().filter(|path| path.starts_with(PAYLOAD));
        let unread = paths.map(str::to_owned).collect();
        Self {
            bundle,
            manifest,
            unread,
        }
    }

    /// A file, if it is there and can be read.
    pub(super) fn read(&mut self, path: &str, checks: &mut Checks) -> Option<Vec<u8>> {
        if !self.unread.remove(path) {
            return None;
        }
        match self.bundle.read(path) {
            Ok(bytes) => {
                self.compare(path, Sha256::digest(&bytes).into(), checks);
                Some(bytes)
            }
            Err(error) => {
                self.unreadable(path, &error, checks);
                None
            }
        }
    }

    /// The SHA-256 of a file that may be too long to be held.
    pub(super) fn hash(&mut self, path: &str, checks: &mut Checks) -> Option<[u8; 32]> {
        if !self.unread.remove(path) {
            return None;
        }
        let mut hash = Sha256::new();
        match self.bundle.stream(path, |piece| hash.update(piece)) {
            Ok(()) => {
                let sha256 = hash.finalize().into();
                self.compare(path, sha256, checks);
                Some(sha256)
            }
            Err(error) => {
                self.unreadable(path, &error, checks);
                None
            }
        }
    }

    /// The paths below a folder that nobody has read yet.
    pub(super) fn below(&self, folder: &str) -> Vec<String> {
        let from = self.unread.range(folder.to_owned()..);
        from.take_while(|path| path.starts_with(folder))
            .cloned()
            .collect()
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        self.bundle.contains(path)
    }

    /// Reads what is left, none of which a bundle has, and says what the manifest lists in vain.
    pub(super) fn finish(&mut self, checks: &mut Checks) {
        let rest: Vec<String> = self.unread.iter().cloned().collect();
        for path in rest {
            checks.fault(
                CheckName::Contents,
                &format!("`{path}` is no file of a bundle"),
            );
            self.hash(&path, checks);
        }
        for path in self.manifest.paths() {
            checks.fault(
                CheckName::Manifest,
                &format!("`{path}` is listed and missing"),
            );
        }
        checks.done(CheckName::Contents, "every file is one that a bundle has");
        checks.done(
            CheckName::Manifest,
            "every file is listed and as it was, none is missing",
        );
    }

    fn compare(&mut self, path: &str, sha256: [u8; 32], checks: &mut Checks) {
        let fault = match self.manifest.take(path) {
            Some(listed) if listed == sha256 => return,
            Some(_) => format!("`{path}` was changed"),
            None => format!("`{path}` is not listed"),
        };
        checks.fault(CheckName::Manifest, &fault);
    }

    fn unreadable(&mut self, path: &str, error: &crate::ReadError, checks: &mut Checks) {
        self.manifest.take(path);
        let why = super::explain(error);
        checks.fault(
            CheckName::Manifest,
            &format!("`{path}` cannot be unpacked: {why}"),
        );
    }
}
