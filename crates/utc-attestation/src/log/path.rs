//! Tiles by the paths that C2SP `tlog-tiles` gives them.

use std::fmt;
use std::str::FromStr;

use crate::log::{LogError, TileId};

/// The width of a full tile, which its path does not mention.
const FULL: u16 = 256;

/// The highest level that a path may name.
const MAX_LEVEL: u8 = 63;

/// Longer than any path of a tile.
const MAX_CHARACTERS: usize = 64;

/// The path of a tile below the log's address, such as `tile/0/x001/234.p/57`.
///
/// Each tile has one spelling; any other is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// A tile of hashes.
    Hashes {
        /// Which tile.
        tile: TileId,
        /// How many of its hashes, 1 to 256.
        width: u16,
    },
    /// A bundle of entries: the leaves themselves that the tile of this index at level 0 hashes.
    Entries {
        /// The position of the bundle, from 0.
        index: u64,
        /// How many entries, 1 to 256.
        width: u16,
    },
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match *self {
            Self::Hashes { tile, width } => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, width)
            }
            Self::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (index, width)
            }
        };
        write_folders(f, index / 1000)?;
        write!(f, "{:03}", index % 1000)?;
        if width == FULL {
            return Ok(());
        }
        write!(f, ".p/{width}")
    }
}

/// The groups of three digits before the last one, as folders.
fn write_folders(f: &mut fmt::Formatter<'_>, groups: u64) -> fmt::Result {
    if groups == 0 {
        return Ok(());
    }
    write_folders(f, groups / 1000)?;
    write!(f, "x{:03}/", groups % 1000)
}

impl FromStr for TilePath {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        // What is read may be spelled in another way; what would be written may not.
        let path = read(text).filter(|path| path.to_string() == text);
        path.ok_or(LogError::Form {
            expected: "the path of a tile, such as `tile/0/x001/234.p/57` or `tile/entries/000`",
        })
    }
}

fn read(text: &str) -> Option<TilePath> {
    if text.len() > MAX_CHARACTERS {
        return None;
    }
    let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok().filter(|width| *width < FULL)?),
        None => (rest, FULL),
    };
    let index = read_index(index)?;
    if level == "entries" {
        return (width > 0).then_some(TilePath::Entries { index, width });
    }
    let level = level.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
    let tile = TileId { level, index };
    (width > 0).then_some(TilePath::Hashes { tile, width })
}

fn read_index(groups: &str) -> Option<u64> {
    groups.split('/').try_fold(0_u64, |index, group| {
        let digits: u16 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
        index.checked_mul(1000)?.checked_add(u64::from(digits))
    })
}
