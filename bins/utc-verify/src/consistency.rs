//! `utc-verify --consistency OLD NEW --tiles FOLDER --vkey KEY`

use std::path::Path;

use anyhow::{Context as _, bail};
use utc_evidence::{Between, Report, verify_heads};

use crate::{Arguments, anchors, tiles};

pub(crate) fn run(arguments: &Arguments, old: &Path, new: &Path) -> anyhow::Result<Report> {
    let (old, new) = (anchors::text(old)?, anchors::text(new)?);
    let vkeys = anchors::vkeys(&arguments.vkey)?;
    match (&arguments.tiles, &arguments.proof) {
        (Some(tiles), None) => {
            let mut tiles = tiles::open(tiles)?;
            let between = Between::Tiles(tiles.as_mut());
            Ok(verify_heads(&old, &new, &vkeys, between))
        }
        (None, Some(proof)) => {
            let text = anchors::text(proof)?;
            let hashes = text.lines().map(str::parse).collect::<Result<_, _>>();
            let hashes = hashes.context("a line of the proof is not a hash in base64")?;
            Ok(verify_heads(&old, &new, &vkeys, Between::Proof(hashes)))
        }
        (Some(_), Some(_)) => bail!("--tiles and --proof exclude each other"),
        (None, None) => bail!("--consistency needs --tiles or --proof"),
    }
}
