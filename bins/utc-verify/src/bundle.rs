//! `utc-verify BUNDLE.zip`

use std::fs::File;

use anyhow::Context as _;
use indicatif::ProgressBar;
use utc_evidence::{Anchors, Bundle, Limits, Report, TileSource, verify_bundle};

use crate::{Arguments, anchors, tiles};

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Report> {
    let path = arguments.bundle.as_deref().context("no bundle was named")?;
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    let bundle = Bundle::open(file, Limits::USUAL);
    let mut bundle = bundle.with_context(|| format!("`{shown}` is no readable bundle"))?;
    let mut tiles = arguments.tiles.as_deref().map(tiles::open).transpose()?;
    let bridges = arguments.bridge.iter().map(|file| anchors::text(file));
    let mut anchors = Anchors {
        vkeys: anchors::vkeys(&arguments.vkey)?,
        bridges: bridges.collect::<anyhow::Result<_>>()?,
        head: arguments.head.as_deref().map(anchors::text).transpose()?,
        tiles: match &mut tiles {
            Some(tiles) => Some::<&mut dyn TileSource>(tiles.as_mut()),
            None => None,
        },
        tags: anchors::tags(&arguments.hmac_secret_file)?,
    };
    // It shows itself on a terminal only.
    let bar = ProgressBar::new(0);
    let report = verify_bundle(&mut bundle, &mut anchors, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(report)
}
