//! The log's tree as it is stored: read for proofs, made again from the receipts.

use diesel::connection::SimpleConnection as _;
use utc_attestation::log::{Frontier, HashReader, TileId, TreeHash};
use utc_domain::{LeafHash, Sealer};

use crate::connection::{Db, Location, Purpose, connect};
use crate::journal::{Head, lock_head, store_head, store_leaves, stored_leaves};
use crate::rows::tiles;
use crate::{StorageError, Store};

/// Receipts read at once when the tiles are made again: a whole number of tiles.
const PAGE: u64 = 2_048;

/// Reads hashes of the tree from the database: full tiles from their table, the last leaves from the receipts.
pub struct Tree<'a> {
    db: &'a mut Db,
    sealer: &'a dyn Sealer,
}

impl<'a> Tree<'a> {
    /// A reader on this connection. The log only grows, so reading needs no transaction.
    pub fn new(db: &'a mut Db, sealer: &'a dyn Sealer) -> Self {
        Self { db, sealer }
    }
}

impl HashReader for Tree<'_> {
    type Error = StorageError;

    fn tile(&mut self, id: TileId, width: u16) -> Result<Vec<TreeHash>, StorageError> {
        if let Some(hashes) = tiles::get(self.db, id, usize::from(width))? {
            return Ok(hashes);
        }
        if id.level > 0 {
            return Err(StorageError::NotFound);
        }
        let from = id.index.saturating_mul(256);
        let leaves = stored_leaves(self.db, self.sealer, from, from + u64::from(width))?;
        Ok(leaves.into_iter().map(TreeHash::from).collect())
    }
}

/// What making the tiles again found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many receipts there are.
    pub size: u64,
    /// The root over them.
    pub root: TreeHash,
}

/// Makes every tile again from the receipts, in one transaction with the head locked, and tells `progress` how many
/// receipts are done. Fails, and changes nothing, when the receipts are not those that are `remembered`: size and root
/// outside the database, or where there is none the tree of the head.
pub fn rebuild(
    location: &Location,
    sealer: &dyn Sealer,
    remembered: Option<(u64, TreeHash)>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Option<Rebuilt>, StorageError> {
    let mut db = connect(location, Purpose::Maintain)?;
    db.batch_execute(match db {
        Db::Sqlite(_) => "BEGIN IMMEDIATE",
        Db::Postgres(_) => "BEGIN",
    })?;
    // On an error the transaction ends with the connection.
    let Some(head) = lock_head(&mut db)? else {
        return Ok(None);
    };
    tiles::clear(&mut db)?;
    let mut plot = Plot {
        remembered,
        root_there: None,
    };
    let (frontier, last) = plot.replant(&mut db, sealer, head.size, progress)?;
    plot.check_against(&head, &frontier, last)?;
    let rebuilt = Rebuilt {
        size: head.size,
        root: frontier.root(),
    };
    store_head(&mut db, &Head { frontier, ..head })?;
    db.batch_execute("COMMIT")?;
    Ok(Some(rebuilt))
}

/// Where a tree is made again.
struct Plot {
    remembered: Option<(u64, TreeHash)>,
    /// The root that the receipts have at the remembered size.
    root_there: Option<TreeHash>,
}

impl Plot {
    fn replant(
        &mut self,
        db: &mut Db,
        sealer: &dyn Sealer,
        size: u64,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(Frontier, LeafHash), StorageError> {
        let mut frontier = Frontier::empty();
        let mut last = LeafHash::ZERO;
        self.pass(&frontier);
        while frontier.size() < size {
            let from = frontier.size();
            let leaves = stored_leaves(db, sealer, from, size.min(from + PAGE))?;
            for leaf in &leaves {
                frontier.push(*leaf);
                last = *leaf;
                self.pass(&frontier);
            }
            let full = leaves.len() - leaves.len() % 256;
            store_leaves(db, from / 256, leaves.get(..full).unwrap_or_default())?;
            progress(frontier.size(), size);
        }
        Ok((frontier, last))
    }

    fn pass(&mut self, frontier: &Frontier) {
        if self
            .remembered
            .is_some_and(|(size, _)| size == frontier.size())
        {
            self.root_there = Some(frontier.root());
        }
    }

    /// A head from before the tree was kept has no frontier; its last leaf still vouches for all receipts before it.
    fn check_against(
        &self,
        head: &Head,
        made: &Frontier,
        last: LeafHash,
    ) -> Result<(), StorageError> {
        let same = match self.remembered {
            Some((_, root)) => self.root_there == Some(root),
            None => head.frontier.size() != head.size || head.frontier.root() == made.root(),
        };
        if same && last == head.last_leaf {
            return Ok(());
        }
        Err(StorageError::Corrupt {
            column: "receipts",
            source: "the receipts are not those that are remembered: nothing was changed. Restore the database from a backup"
                .into(),
        })
    }
}

/// Makes the tree of a log from before trees were kept.
pub fn complete(store: &Store, sealer: &dyn Sealer) -> Result<(), StorageError> {
    let head = store.read(crate::journal::read_head)?;
    let behind = head.is_some_and(|head| head.frontier.size() != head.size);
    if behind {
        let made = rebuild(store.location(), sealer, None, &mut |_, _| {})?;
        tracing::info!(
            receipts = made.map(|made| made.size),
            "the log has its tree"
        );
    }
    Ok(())
}
