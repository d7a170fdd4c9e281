//! Hash tiles of the log. Written by the journal and by a rebuild only.

use diesel::prelude::*;
use utc_attestation::log::{TileId, TreeHash};

use super::fixed::{Fixed, Value};
use crate::StorageError;
use crate::connection::Db;
use crate::journal::signed;
use crate::schema::log_tiles;

const PUT: [&str; 4] = [
    "INSERT INTO log_tiles (level, idx, hashes) VALUES (",
    ", ",
    ", ",
    ") ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes",
];

/// The hashes of a stored tile, the first `width` of them; none where it is not stored or has fewer.
pub fn get(db: &mut Db, id: TileId, width: usize) -> Result<Option<Vec<TreeHash>>, StorageError> {
    let query = log_tiles::table
        .filter(log_tiles::level.eq(i64::from(id.level)))
        .filter(log_tiles::idx.eq(signed(id.index)))
        .select(log_tiles::hashes);
    let bytes: Option<Vec<u8>> = query.first(db).optional()?;
    let Some(bytes) = bytes else { return Ok(None) };
    let mut hashes = hashes(&bytes)?;
    if hashes.len() < width {
        return Ok(None);
    }
    hashes.truncate(width);
    Ok(Some(hashes))
}

/// Stores a tile, in the place of a narrower one.
pub(crate) fn put(db: &mut Db, id: TileId, hashes: &[TreeHash]) -> Result<(), StorageError> {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
    let values = [
        Value::Int(i64::from(id.level)),
        Value::Int(signed(id.index)),
        Value::Bytes(&bytes),
    ];
    Fixed { text: &PUT, values }.run(db)?;
    Ok(())
}

/// Forgets all tiles, before a rebuild writes them anew.
pub(crate) fn clear(db: &mut Db) -> Result<(), StorageError> {
    diesel::delete(log_tiles::table).execute(db)?;
    Ok(())
}

fn hashes(bytes: &[u8]) -> Result<Vec<TreeHash>, StorageError> {
    let (whole, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(whole.iter().copied().map(TreeHash::new).collect())
    } else {
        Err(StorageError::Corrupt {
            column: "log_tiles.hashes",
            source: "not a multiple of 32 bytes".into(),
        })
    }
}
