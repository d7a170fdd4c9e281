//! Appends receipts to a log, proves that one is in it, then changes it, and then the log's past.
//!
//! `cargo run -p utc-attestation --example prove_inclusion`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io;

use utc_attestation::leaf_hash;
use utc_attestation::log::{
    Checkpoint, Frontier, HashReader, LogKey, ReceiptProof, TILE_WIDTH, TileId, TilePath, TreeHash,
    consistency_proof, inclusion_proof, parent, sign_checkpoint, verify_consistency,
    verify_receipt_proof,
};

/// A log in memory: its frontier, and its tiles by level and position.
struct Log {
    key: LogKey,
    frontier: Frontier,
    tiles: BTreeMap<TileId, Vec<TreeHash>>,
}

impl Log {
    fn new(origin: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            // A real key comes from a random generator and a file that nobody else reads.
            key: LogKey::from_seed(origin.parse()?, &[7; 32]),
            frontier: Frontier::empty(),
            tiles: BTreeMap::new(),
        })
    }

    fn append(&mut self, receipt: &str) {
        let leaf = leaf_hash(receipt.as_bytes());
        let index = self.frontier.size() / TILE_WIDTH;
        self.frontier.push(leaf);
        self.add(TileId { level: 0, index }, leaf.into());
    }

    /// A full tile is one hash of the level above.
    fn add(&mut self, id: TileId, hash: TreeHash) {
        let tile = self.tiles.entry(id).or_default();
        tile.push(hash);
        if let Ok(full) = tile.as_slice().try_into() {
            let above = TileId {
                level: id.level + 1,
                index: id.index / TILE_WIDTH,
            };
            let hash = parent(full);
            self.add(above, hash);
        }
    }

    fn head(&self) -> Checkpoint {
        Checkpoint {
            origin: self.key.verifier_key().origin().clone(),
            size: self.frontier.size(),
            root: self.frontier.root(),
        }
    }
}

impl HashReader for Log {
    type Error = io::Error;

    fn tile(&mut self, tile: TileId, width: u16) -> io::Result<Vec<TreeHash>> {
        println!("  reads {}", TilePath::Hashes { tile, width });
        let hashes = self.tiles.get(&tile);
        let hashes = hashes.and_then(|hashes| hashes.get(..width.into()));
        Ok(hashes.ok_or(io::ErrorKind::NotFound)?.to_vec())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut log = Log::new("utc.example.com/log")?;
    for number in 0..500 {
        log.append(&format!("receipt {number}"));
    }
    let before = log.head();
    for number in 500..1000 {
        log.append(&format!("receipt {number}"));
    }
    let after = log.head();
    println!("After 500 receipts:\n{before}\nAfter 1000:\n{after}");

    println!("The proof that receipt 123 is in the log:");
    let proof = ReceiptProof {
        index: 123,
        hashes: inclusion_proof(123, after.size, &mut log)?,
        checkpoint: sign_checkpoint(&log.key, &after)?,
    };
    println!("\n{proof}");

    let key = log.key.verifier_key().clone();
    for receipt in ["receipt 123", "receipt 123, changed"] {
        let verified = verify_receipt_proof(receipt.as_bytes(), &proof, &key);
        println!(
            "{receipt}: {}",
            if verified.is_ok() {
                "proven"
            } else {
                "not proven"
            }
        );
    }

    println!("\nThe proof that the log of 1000 begins with that of 500:");
    let proof = consistency_proof(before.size, after.size, &mut log)?;
    let verify =
        |old_root| verify_consistency(before.size, after.size, old_root, after.root, &proof);
    println!("  the root that was signed then: {:?}", verify(before.root));
    println!("  another one: {:?}", verify(TreeHash::EMPTY));
    Ok(())
}
