//! What other libraries make of our tree, tiles and notes, and we of theirs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::digest::Output;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::{Note, StandardSigner, StandardVerifier, Verifier, VerifierList};
use tlog_tiles::{
    Hash, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record, prove_tree,
    tree_hash,
};
use utc_attestation::log::{
    Checkpoint, HashReader, TileId, TilePath, TreeHash, VerifierKey, consistency_proof,
    inclusion_proof, open_checkpoint, root_at, sign_checkpoint, tile_from_bytes, tile_to_bytes,
    tile_width, verify_consistency, verify_inclusion,
};

use crate::log::keys::{ORIGIN, key};
use crate::log::model::{Store, leaf, reading};

fn output(hash: TreeHash) -> Output<Sha256> {
    Output::<Sha256>::from(*hash.as_bytes())
}

fn hashes(bytes: &[u8]) -> Vec<TreeHash> {
    tile_from_bytes(bytes).unwrap()
}

fn outputs(proof: &[TreeHash]) -> Vec<Output<Sha256>> {
    proof.iter().copied().map(output).collect()
}

fn root(size: u64, store: &mut Store) -> TreeHash {
    reading(store, |store| root_at(size, store).unwrap()).0
}

fn included(index: u64, size: u64, store: &mut Store) -> Vec<TreeHash> {
    reading(store, |store| inclusion_proof(index, size, store).unwrap()).0
}

fn consistent(old: u64, new: u64, store: &mut Store) -> Vec<TreeHash> {
    reading(store, |store| consistency_proof(old, new, store).unwrap()).0
}

/// Their tree over the same leaves.
fn ct_tree(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    for index in 0..size {
        tree.push(index.to_be_bytes().to_vec());
    }
    tree
}

/// `ct-merkle` on one leaf and one older size of a tree.
fn check_ct_merkle(small: u64, size: u64) {
    let (theirs, mut ours) = (ct_tree(size), Store::of(size));
    let head = root(size, &mut ours);
    assert_eq!(*theirs.root().as_bytes(), output(head));
    let place = usize::try_from(small).unwrap();
    let proof = included(small, size, &mut ours);
    assert_eq!(hashes(theirs.prove_inclusion(place).as_bytes()), proof);
    let their_head = RootHash::<Sha256>::new(output(head), size);
    let proof = InclusionProof::from_digests(&outputs(&proof));
    let value = small.to_be_bytes().to_vec();
    assert!(their_head.verify_inclusion(&value, small, &proof).is_ok());

    let old = small + 1;
    let before = root(old, &mut ours);
    let proof = consistent(old, size, &mut ours);
    if old < size {
        let added = usize::try_from(size - old).unwrap();
        assert_eq!(hashes(theirs.prove_consistency(added).as_bytes()), proof);
    }
    let proof = ConsistencyProof::from_digests(&outputs(&proof));
    let before = RootHash::<Sha256>::new(output(before), old);
    assert!(their_head.verify_consistency(&before, &proof).is_ok());
}

/// Our tiles as they read them: by path, and by C2SP's paths when theirs are stripped of the height.
struct Tiles(Store);

impl Tiles {
    fn bytes(&self, tile: &Tile) -> Vec<u8> {
        let path = tile.path().replacen("tile/8/", "tile/", 1);
        match path.parse().unwrap() {
            TilePath::Hashes { tile, width } => {
                tile_to_bytes(&self.0.tiles[&tile][..usize::from(width)])
            }
            TilePath::Entries { .. } => Vec::new(),
        }
    }
}

impl TileReader for Tiles {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        Ok(tiles.iter().map(|tile| self.bytes(tile)).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn theirs(hash: TreeHash) -> Hash {
    Hash(*hash.as_bytes())
}

fn ours(proof: &[Hash]) -> Vec<TreeHash> {
    proof.iter().map(|hash| TreeHash::new(hash.0)).collect()
}

/// `tlog_tiles` on one leaf and one older size of a tree, from our tiles alone.
fn check_tlog_tiles(small: u64, size: u64) {
    let mut store = Store::of(size);
    let (old, head) = (small + 1, root(size, &mut store));
    let before = root(old, &mut store);
    let (record, tree) = (
        included(small, size, &mut store),
        consistent(old, size, &mut store),
    );
    let (tiles, head_there) = (Tiles(store), theirs(head));
    let reader = TileHashReader::new(size, head_there, &tiles);
    assert_eq!(tree_hash(size, &reader).unwrap(), head_there);
    let their_record = prove_record(size, small, &reader).unwrap();
    assert_eq!(ours(&their_record), record);
    let leaf = leaf(small);
    assert!(
        check_record(
            &their_record,
            size,
            head_there,
            small,
            Hash(*leaf.as_bytes())
        )
        .is_ok()
    );
    assert_eq!(
        verify_inclusion(small, size, leaf, head, &ours(&their_record)),
        Ok(())
    );
    let their_tree = prove_tree(size, old, &reader).unwrap();
    assert_eq!(ours(&their_tree), tree);
    assert!(check_tree(&their_tree, size, head_there, old, theirs(before)).is_ok());
    assert_eq!(
        verify_consistency(old, size, before, head, &ours(&their_tree)),
        Ok(())
    );
}

#[test]
fn other_libraries_agree_on_trees_around_whole_tiles() {
    for size in [1, 2, 3, 255, 256, 257, 511, 512, 513, 65_536, 65_537] {
        for small in [0, size / 2, size - 1] {
            check_tlog_tiles(small, size);
            if size < 1000 {
                check_ct_merkle(small, size);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn other_libraries_agree_on_trees_of_any_size(
        (small, size) in (1_u64..4000).prop_flat_map(|size| (0..size, Just(size))),
    ) {
        check_ct_merkle(small, size);
        check_tlog_tiles(small, size);
    }

    #[test]
    fn another_library_writes_the_same_paths(
        level in 0_u8..8,
        index in prop_oneof![0_u64..3000, any::<u64>()],
        width in 1_u16..=256,
    ) {
        let tile = TileId { level, index };
        let ours = TilePath::Hashes { tile, width }.to_string();
        let theirs = Tile::new(8, level, index, width.into(), false).path();
        prop_assert_eq!(ours.replacen("tile/", "tile/8/", 1), theirs);
    }

    #[test]
    fn another_library_finds_the_same_tiles_in_a_tree(size in 1_u64..300_000) {
        for tile in Tile::new_tiles(8, 0, size) {
            let id = TileId { level: tile.level(), index: tile.level_index() };
            let width = tile_width(id, size);
            prop_assert_eq!(u32::from(width), tile.width(), "{:?} of {}", id, size);
        }
    }
}

#[test]
fn the_store_of_these_tests_refuses_what_a_tree_does_not_have() {
    let mut store = Store::of(3);
    let id = TileId { level: 0, index: 0 };
    assert!(store.tile(id, 4).is_err());
    assert!(store.tile(TileId { level: 1, index: 0 }, 1).is_err());
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.parse().unwrap(),
        size: 3,
        root: TreeHash::EMPTY,
    }
}

/// Their verdict on a note under our verifier key.
fn verify_elsewhere(note: &str, key: &VerifierKey) -> Result<(), signed_note::NoteError> {
    let verifier = StandardVerifier::new(&key.to_string()).unwrap();
    assert_eq!(
        (verifier.name(), verifier.key_id()),
        (key.origin().as_str(), key.id())
    );
    let known = VerifierList::new(vec![Box::new(verifier)]);
    Note::from_bytes(note.as_bytes())?
        .verify(&known)
        .map(|_| ())
}

#[test]
fn another_library_verifies_our_checkpoint_and_reads_it() {
    let key = key();
    let signed = sign_checkpoint(&key, &checkpoint()).unwrap();
    assert!(verify_elsewhere(&signed, key.verifier_key()).is_ok());
    let changed = signed.replacen("\n3\n", "\n4\n", 1);
    assert!(verify_elsewhere(&changed, key.verifier_key()).is_err());
    let note = Note::from_bytes(signed.as_bytes()).unwrap();
    let read = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!(
        (read.origin(), read.size(), read.extension()),
        (ORIGIN, 3, "")
    );
    assert_eq!(TreeHash::new(read.hash().0), TreeHash::EMPTY);
}

#[test]
fn a_checkpoint_that_another_library_signed_opens_here() {
    // Their secret form is the verifier key with the seed in place of the public key, behind two words.
    let public = key().verifier_key().to_string();
    let (name, _) = public.rsplit_once('+').unwrap();
    let secret = STANDARD.encode([&[1][..], &[7; 32]].concat());
    let signer = StandardSigner::new(&format!("PRIVATE+KEY+{name}+{secret}")).unwrap();
    let mut note = Note::new(checkpoint().to_string().as_bytes(), &[]).unwrap();
    note.add_sigs(&[&signer]).unwrap();
    let text = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(
        open_checkpoint(&text, key().verifier_key()),
        Ok(checkpoint())
    );
    assert_eq!(text, sign_checkpoint(&key(), &checkpoint()).unwrap());
}
