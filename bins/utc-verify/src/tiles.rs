//! Tiles of a log that do not come from the bundle that is checked.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use utc_attestation::log::{TILE_WIDTH, TileId, TilePath, TreeHash, tile_from_bytes};
use utc_evidence::{Bundle, Limits, TileSource};

/// Tiles as a log serves them, below a folder.
struct Folder(PathBuf);

impl TileSource for Folder {
    fn tile(
        &mut self,
        tile: TileId,
        width: u16,
    ) -> Result<Vec<TreeHash>, Box<dyn Error + Send + Sync>> {
        let full = u16::try_from(TILE_WIDTH)?;
        let path = |width| self.0.join(TilePath::Hashes { tile, width }.to_string());
        // A tile that grew since holds what it held before.
        let found = (width..=full).map(path).find(|path| path.is_file());
        let bytes = fs::read(found.ok_or("there is no such file")?)?;
        let mut hashes = tile_from_bytes(&bytes)?;
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }
}

pub(crate) fn open(path: &Path) -> anyhow::Result<Box<dyn TileSource>> {
    if path.is_dir() {
        return Ok(Box::new(Folder(path.to_owned())));
    }
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    let bundle = Bundle::open(file, Limits::USUAL);
    let bundle = bundle.with_context(|| format!("`{shown}` is no readable bundle"))?;
    Ok(Box::new(bundle))
}
