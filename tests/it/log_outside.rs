//! The transparency log in programs that nobody here wrote: Go's checksum database, and OpenSSL.

pub(crate) mod go;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use utc_attestation::leaf_hash;
use utc_attestation::log::{
    Checkpoint, Frontier, HashReader, LogKey, TILE_WIDTH, TileId, TilePath, TreeHash,
    consistency_proof, inclusion_proof, parent, root_at, sign_checkpoint, tile_to_bytes,
    tile_width,
};
use utc_test_support::{TempDir, Upstream};

use crate::log_outside::go::{GoVerifier, is_there};

const ORIGIN: &str = "utc.example.com/log";

/// A log in memory, as rows of hashes: one for each level of tiles.
struct Log {
    key: LogKey,
    rows: Vec<Vec<TreeHash>>,
    head: Checkpoint,
}

impl Log {
    fn of(size: u64) -> Self {
        let mut frontier = Frontier::empty();
        let mut row = Vec::new();
        for number in 0..size {
            let leaf = leaf_hash(format!("receipt {number}").as_bytes());
            frontier.push(leaf);
            row.push(TreeHash::from(leaf));
        }
        let mut rows = Vec::new();
        while !row.is_empty() {
            let above = row.as_chunks().0.iter().map(parent).collect();
            rows.push(std::mem::replace(&mut row, above));
        }
        let key = LogKey::from_seed(ORIGIN.parse().unwrap(), &[7; 32]);
        let head = Checkpoint {
            origin: ORIGIN.parse().unwrap(),
            size,
            root: frontier.root(),
        };
        Self { key, rows, head }
    }

    fn included(&mut self, index: u64) -> Value {
        let hashes = inclusion_proof(index, self.head.size, self).unwrap();
        let leaf = self.rows[0][usize::try_from(index).unwrap()];
        json!({"index": index, "leaf": leaf.to_string(), "hashes": texts(&hashes)})
    }

    fn consistent(&mut self, size: u64) -> Value {
        let root = root_at(size, self).unwrap();
        let hashes = consistency_proof(size, self.head.size, self).unwrap();
        json!({"size": size, "root": root.to_string(), "hashes": texts(&hashes)})
    }

    /// Every file by the path that a server gives it, and proofs spread over the log.
    fn write(&mut self) -> TempDir {
        let folder = TempDir::new();
        let put = |path: &str, bytes: &[u8]| put(folder.path(), path, bytes);
        put("vkey", format!("{}\n", self.key.verifier_key()).as_bytes());
        let signed = sign_checkpoint(&self.key, &self.head).unwrap();
        put("checkpoint", signed.as_bytes());
        for (path, bytes) in self.tiles() {
            put(&path, &bytes);
        }
        let size = self.head.size;
        let step = usize::try_from(size / 100 + 1).unwrap();
        let spread: Vec<u64> = (0..size).step_by(step).chain([size - 1]).collect();
        let included: Vec<Value> = spread.iter().map(|index| self.included(*index)).collect();
        let sizes = spread.iter().map(|index| index + 1);
        let consistent: Vec<Value> = sizes.map(|size| self.consistent(size)).collect();
        let proofs = json!({"included": included, "consistent": consistent});
        put("proofs.json", proofs.to_string().as_bytes());
        folder
    }

    fn tiles(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for (level, row) in (0..).zip(&self.rows) {
            for (index, hashes) in (0..).zip(row.chunks(256)) {
                let tile = TileId { level, index };
                let width = tile_width(tile, self.head.size);
                let path = TilePath::Hashes { tile, width }.to_string();
                files.push((path, tile_to_bytes(hashes)));
            }
        }
        files
    }
}

impl HashReader for Log {
    type Error = std::convert::Infallible;

    fn tile(&mut self, id: TileId, width: u16) -> Result<Vec<TreeHash>, Self::Error> {
        let start = usize::try_from(id.index * TILE_WIDTH).unwrap();
        let row = &self.rows[usize::from(id.level)];
        Ok(row[start..start + usize::from(width)].to_vec())
    }
}

fn texts(hashes: &[TreeHash]) -> Vec<String> {
    hashes.iter().map(TreeHash::to_string).collect()
}

fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn logs_of_ours_verify_in_gos_checksum_database() {
    let Some(go) = GoVerifier::build() else {
        return;
    };
    for size in [1, 2, 255, 256, 257, 3000, 66_000] {
        let mut log = Log::of(size);
        let said = go.check_accepts(log.write().path());
        let expected = format!("{ORIGIN}: size {size}, root {}, ", log.head.root);
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn a_log_is_checked_at_an_address_as_it_is_in_a_folder() {
    let Some(go) = GoVerifier::build() else {
        return;
    };
    let folder = Log::of(300).write();
    fs::remove_file(folder.path().join("proofs.json")).unwrap();
    let said = go.check_accepts(folder.path());
    let server = Upstream::start(move |request, connection| {
        let path = request.target().trim_start_matches("/log/");
        let file = fs::read(folder.path().join(path));
        let status = if file.is_ok() {
            "200 OK"
        } else {
            "404 Not Found"
        };
        let body = file.unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.write_all(&[head.as_bytes(), &body].concat())
    });
    assert_eq!(go.check_accepts(format!("{}/log", server.origin())), said);
    let tiles = server.received();
    let tiles = tiles
        .iter()
        .filter(|request| request.target().contains("/tile/"));
    assert!(tiles.count() > 0);
}

/// A log of 3,000 leaves with one file changed.
#[track_caller]
fn check_refused(go: &GoVerifier, path: &str, change: impl FnOnce(&mut Vec<u8>), reason: &str) {
    let folder = Log::of(3000).write();
    let file = folder.path().join(path);
    let mut bytes = fs::read(&file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
    go.check_refuses(folder.path(), reason);
}

fn replace(from: &'static str, to: &'static str) -> impl FnOnce(&mut Vec<u8>) {
    move |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let changed = text.replacen(from, to, 1);
        assert!(text != changed, "no `{from}` to replace");
        *bytes = changed.into_bytes();
    }
}

#[test]
fn go_refuses_a_log_in_which_anything_was_changed() {
    let Some(go) = GoVerifier::build() else {
        return;
    };
    let flip = |bytes: &mut Vec<u8>| bytes[40] ^= 1;
    check_refused(&go, "tile/0/000", flip, "leaf 0: ");
    check_refused(&go, "tile/0/011.p/184", flip, "tiles: ");
    check_refused(&go, "tile/1/000.p/11", flip, "tiles: ");
    check_refused(
        &go,
        "checkpoint",
        replace("\n3000\n", "\n2999\n"),
        "invalid signature",
    );
    check_refused(&go, "vkey", replace("utc", "utd"), "checkpoint: ");
    let index = replace(r#""index":0"#, r#""index":1"#);
    check_refused(&go, "proofs.json", index, "leaf 1: ");
    let size = replace(r#""size":1}"#, r#""size":2}"#);
    check_refused(&go, "proofs.json", size, "size 2: ");
}

#[test]
fn go_refuses_a_root_that_the_log_signed_and_its_tiles_do_not_have() {
    let Some(go) = GoVerifier::build() else {
        return;
    };
    let mut log = Log::of(3000);
    log.head.root = Log::of(2999).head.root;
    let folder = log.write();
    go.check_refuses(folder.path(), "tiles: ");
}

fn openssl(folder: &Path, signature: &[u8]) -> bool {
    fs::write(folder.join("manifest.sig"), signature).unwrap();
    let output = Command::new("openssl")
        .args(
            "pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest -sigfile manifest.sig"
                .split(' '),
        )
        .current_dir(folder)
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn openssl_verifies_a_detached_signature_with_the_pem_key() {
    if !is_there("openssl", "version") {
        return;
    }
    let key = Log::of(0).key;
    let folder = TempDir::new();
    let manifest = b"0123  data/export.json\n";
    put(folder.path(), "manifest", manifest);
    put(
        folder.path(),
        "key.pem",
        key.verifier_key().to_pem().as_bytes(),
    );
    let signature = key.sign_detached(manifest).unwrap();
    assert!(openssl(folder.path(), &signature));
    let other = key.sign_detached(b"another manifest").unwrap();
    assert!(!openssl(folder.path(), &other));
}
