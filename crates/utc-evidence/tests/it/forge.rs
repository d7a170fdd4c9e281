//! Taking a bundle apart and putting another one together.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};

use utc_attestation::log::LogKey;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const FOLDER: &str = "utc-evidence/";

/// The files of a bundle, by path below its folder.
#[derive(Clone)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files {
    pub(crate) fn of(zip: &[u8]) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            let name = file.name().unwrap().into_owned();
            files.insert(name.strip_prefix(FOLDER).unwrap().to_owned(), bytes);
        }
        Self(files)
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    pub(crate) fn payload(&self) -> Vec<String> {
        let mut paths = self.paths();
        paths.retain(|path| path.starts_with("data/"));
        paths
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[path].clone()).unwrap()
    }

    pub(crate) fn put(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.to_owned(), bytes.into());
    }

    pub(crate) fn edit(&mut self, path: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        edit(self.0.get_mut(path).unwrap());
    }

    /// Makes the manifests and counts fit the files, as whoever changed them would.
    pub(crate) fn relist(&mut self) {
        let payload = |path: &&String| path.starts_with("data/");
        let octets: usize = self
            .0
            .iter()
            .filter(|(path, _)| payload(path))
            .map(|(_, bytes)| bytes.len())
            .sum();
        let count = self.0.keys().filter(payload).count();
        let info = self.text("bag-info.txt");
        let (kept, _) = info.split_once("Payload-Oxum").unwrap();
        self.put(
            "bag-info.txt",
            format!("{kept}Payload-Oxum: {octets}.{count}\n"),
        );
        self.put(
            "manifest-sha256.txt",
            self.list(|path| path.starts_with("data/")),
        );
        self.list_tags();
    }

    /// Makes the list of tag files fit.
    pub(crate) fn list_tags(&mut self) {
        let tag = |path: &str| !path.starts_with("data/") && !path.starts_with("tagmanifest");
        self.put("tagmanifest-sha256.txt", self.list(tag));
    }

    /// Signs the list of tag files.
    pub(crate) fn sign(&mut self, key: &LogKey) {
        let list = &self.0["tagmanifest-sha256.txt"];
        let signature = key.sign_detached(list).unwrap();
        self.put("tagmanifest-sha256.txt.sig", signature);
    }

    pub(crate) fn pack(&self) -> Vec<u8> {
        let named = self.0.iter();
        pack(named.map(|(path, bytes)| (format!("{FOLDER}{path}"), bytes.clone())))
    }

    fn list(&self, which: impl Fn(&str) -> bool) -> String {
        let mut list = String::new();
        for (path, bytes) in self.0.iter().filter(|(path, _)| which(path)) {
            writeln!(list, "{}  {path}", sha256(bytes)).unwrap();
        }
        list
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = utc_attestation::sha256_hex(bytes);
    digest.trim_start_matches("sha256:").to_owned()
}

/// A ZIP of these files, in this order.
pub(crate) fn pack(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
