//! How far an export is.

use std::ops::ControlFlow;

use super::ExportError;

/// The parts of an export, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading the receipts. Counted in positions of the log.
    Receipts,
    /// Reading them again, for their index. Counted in positions of the log.
    Index,
    /// Writing tiles. Counted in tiles.
    Tiles,
    /// Writing proofs. Counted in proofs.
    Proofs,
    /// Writing everything else. Counted in files.
    Records,
}

impl Stage {
    /// Its name, for machines and people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receipts => "receipts",
            Self::Index => "index",
            Self::Tiles => "tiles",
            Self::Proofs => "proofs",
            Self::Records => "records",
        }
    }
}

/// Told now and then how far an export is: the stage, how much of it is done, and how much there is.
/// With [`ControlFlow::Break`] it ends the export.
pub struct Progress<'p>(Watcher<'p>);

type Watcher<'p> = &'p mut dyn FnMut(Stage, u64, u64) -> ControlFlow<()>;

impl<'p> Progress<'p> {
    /// Tells `watcher`.
    pub fn new(watcher: Watcher<'p>) -> Self {
        Self(watcher)
    }

    pub(super) fn tell(&mut self, stage: Stage, done: u64, all: u64) -> Result<(), ExportError> {
        match (self.0)(stage, done, all) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ExportError::Cancelled),
        }
    }
}
