//! Tiles: how wide they are, which are read, and readers that fail.

use utc_attestation::log::{
    HashReader, ReadError, TileId, TreeHash, consistency_proof, inclusion_proof, parent, root_at,
    tile_width, verify_consistency, verify_inclusion,
};

use crate::log::model::{Store, leaf, leaves, reading, root};

fn id(level: u8, index: u64) -> TileId {
    TileId { level, index }
}

#[test]
fn the_tiles_of_seventy_thousand_leaves_are_those_that_the_specification_counts() {
    let width = |level, index| tile_width(id(level, index), 70_000);
    assert_eq!(
        (width(0, 0), width(0, 272), width(0, 273), width(0, 274)),
        (256, 256, 112, 0)
    );
    assert_eq!((width(1, 0), width(1, 1), width(1, 2)), (256, 17, 0));
    assert_eq!((width(2, 0), width(2, 1), width(3, 0)), (1, 0, 0));
    assert_eq!(tile_width(id(1, 0), 256), 1);
}

#[test]
fn no_tile_is_too_far_off_to_be_counted() {
    for level in [7, 8, 63, u8::MAX] {
        for index in [0, 1 << 55, u64::MAX] {
            let expected = if (level, index) == (7, 0) { 255 } else { 0 };
            assert_eq!(tile_width(id(level, index), u64::MAX), expected);
        }
    }
}

#[test]
fn the_root_of_a_full_tile_is_that_of_a_tree_of_its_leaves() {
    let all = leaves(256);
    let hashes: Vec<TreeHash> = all.iter().copied().map(TreeHash::from).collect();
    assert_eq!(parent(hashes.as_slice().try_into().unwrap()), root(&all));
}

/// Through three levels of tiles.
#[test]
fn a_proof_of_a_large_tree_needs_a_handful_of_tiles() {
    let size = 70_000;
    let mut store = Store::of(size);
    let (head, _) = reading(&mut store, |store| root_at(size, store).unwrap());
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let (proof, read) = reading(&mut store, |store| inclusion_proof(index, size, store));
        assert_eq!(
            verify_inclusion(index, size, leaf(index), head, &proof.unwrap()),
            Ok(())
        );
        assert!(read <= 5, "{read} tiles for {index}");
    }
    for old in [1, 255, 256, 257, 65_536, 65_537, 69_999] {
        let (old_root, _) = reading(&mut store, |store| root_at(old, store).unwrap());
        let (proof, read) = reading(&mut store, |store| consistency_proof(old, size, store));
        assert_eq!(
            verify_consistency(old, size, old_root, head, &proof.unwrap()),
            Ok(())
        );
        assert!(read <= 5, "{read} tiles for {old}");
    }
}

/// Gives one hash fewer than it was asked for, or nothing at all.
struct Broken {
    missing: bool,
}

impl HashReader for Broken {
    type Error = &'static str;

    fn tile(&mut self, _: TileId, width: u16) -> Result<Vec<TreeHash>, &'static str> {
        if self.missing {
            return Err("it is gone");
        }
        Ok(vec![TreeHash::EMPTY; usize::from(width) - 1])
    }
}

#[test]
fn a_reader_that_fails_is_named_with_the_tile() {
    let missing = inclusion_proof(0, 300, &mut Broken { missing: true });
    let source = "it is gone";
    assert_eq!(
        missing,
        Err(ReadError::Reader {
            id: id(0, 0),
            source
        })
    );
    let short = root_at(300, &mut Broken { missing: false });
    let expected = ReadError::Width {
        id: id(1, 0),
        expected: 1,
        actual: 0,
    };
    assert_eq!(short, Err(expected));
}
