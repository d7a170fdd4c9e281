//! Which tiles a bundle needs.

use utc_attestation::log::{TILE_WIDTH, TileId, TilePath, tile_width};

/// The tiles of a log of `size` leaves that prove the receipts in the given tiles of level 0: those, the
/// last one if it is not full, and every tile above level 0, which are few. All of them together lead
/// to the root; each tile of level 0 stands in the level above with its own root.
///
/// `touched` is in ascending order.
pub(crate) fn needed(size: u64, touched: &[u64]) -> Vec<TilePath> {
    let mut level_0 = touched.to_vec();
    let last = size / TILE_WIDTH;
    if !size.is_multiple_of(TILE_WIDTH) && touched.last() != Some(&last) {
        level_0.push(last);
    }
    let mut tiles: Vec<TilePath> = level_0
        .into_iter()
        .filter_map(|index| path(0, index, size))
        .collect();
    for level in 1..=u8::MAX {
        let row = (0..).map_while(|index| path(level, index, size));
        let before = tiles.len();
        tiles.extend(row);
        if tiles.len() == before {
            break;
        }
    }
    tiles
}

fn path(level: u8, index: u64, size: u64) -> Option<TilePath> {
    let tile = TileId { level, index };
    let width = tile_width(tile, size);
    (width > 0).then_some(TilePath::Hashes { tile, width })
}
