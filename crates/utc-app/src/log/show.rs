//! What the log shows: heads, tiles, entries, proofs, keys.

use std::time::Duration;

use utc_attestation::log::{
    HashReader as _, ReceiptProof, TILE_WIDTH, TileId, TilePath, VerifierKey, inclusion_proof,
    jwks, tile_width, write_entries,
};
use utc_attestation::{Expected, verify};
use utc_domain::ReceiptId;
use utc_storage::log::Tree;
use utc_storage::rows::receipts;
use utc_storage::rows::signers::{self, SignerRow};

use super::SignedHead;
use crate::console::Console;
use crate::{AppError, Principal};

/// How long a proof waits for a head that covers its receipt: heads are signed about every second.
const PATIENCE: Duration = Duration::from_secs(5);

/// How new a view of the log may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The head that everybody may see, about a minute old.
    Public,
    /// The newest.
    Fresh,
}

/// The keys that check the log's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeys {
    /// Every key that signs or signed, oldest first.
    pub all: Vec<VerifierKey>,
    /// The one that signs.
    pub active: VerifierKey,
}

impl PublicKeys {
    /// The JWK set of them.
    pub fn jwks(&self) -> String {
        jwks(&self.all)
    }
}

impl Console {
    /// The log's signed head.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] while nothing could be signed; [`Console::log_trouble`] says why.
    pub fn checkpoint(&self, freshness: Freshness) -> Result<SignedHead, AppError> {
        let head = match freshness {
            Freshness::Public => self.keeper().public(),
            Freshness::Fresh => self.keeper().fresh(),
        };
        head.ok_or_else(|| AppError::Unavailable("the log has no signed head at the moment".into()))
    }

    /// Why the log's head cannot be signed, in words; none when it can.
    pub fn log_trouble(&self) -> Option<String> {
        self.keeper().trouble()
    }

    /// The bytes of a tile, or of a bundle of entries, as far as the head of that freshness reaches. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what lies beyond that head.
    pub fn log_tile(&self, path: TilePath, freshness: Freshness) -> Result<Vec<u8>, AppError> {
        let size = self.checkpoint(freshness)?.checkpoint.size;
        let (id, width) = match path {
            TilePath::Hashes { tile, width } => (tile, width),
            TilePath::Entries { index, width } => (TileId { level: 0, index }, width),
        };
        if width > tile_width(id, size) {
            return Err(AppError::NotFound {
                what: "tile",
                name: path.to_string(),
            });
        }
        match path {
            TilePath::Hashes { .. } => self.hashes(id, width),
            TilePath::Entries { index, .. } => self.entries(index, width),
        }
    }

    fn hashes(&self, id: TileId, width: u16) -> Result<Vec<u8>, AppError> {
        let sealer = self.keeper().sealer.as_ref();
        let hashes = self
            .store()
            .read(|db| Tree::new(db, sealer).tile(id, width))?;
        Ok(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect())
    }

    /// Entries one after the other, each behind its length in two bytes (C2SP `tlog-tiles`).
    fn entries(&self, index: u64, width: u16) -> Result<Vec<u8>, AppError> {
        let from = i64::try_from(index.saturating_mul(TILE_WIDTH)).unwrap_or(i64::MAX);
        let rows = self
            .store()
            .read(|db| receipts::from_seq(db, from, i64::from(width)))?;
        let entries = rows.iter().map(|row| row.jws.as_bytes());
        write_entries(entries).map_err(|error| AppError::Internal(Box::new(error)))
    }

    /// The proof that a receipt is in the log (C2SP `tlog-proof`). Waits until a head that covers it is signed. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no receipt that `by` may see, [`AppError::Unavailable`] when no head is signed
    /// in time.
    pub fn receipt_proof(&self, by: &Principal, id: ReceiptId) -> Result<ReceiptProof, AppError> {
        let stored = self.receipt(by, id)?;
        self.proof_at(stored.seq)?.ok_or_else(|| self.no_head())
    }

    /// Why there is no signed head; the cause is for this program's own log.
    pub(crate) fn no_head(&self) -> AppError {
        let trouble = self.log_trouble();
        let why = trouble.unwrap_or_else(|| "it was not signed in time".to_owned());
        AppError::Unavailable(format!("no head of the log covers the receipt: {why}").into())
    }

    /// The proof of the receipt at a position; none when no head that covers it is signed in time.
    pub(crate) fn proof_at(&self, index: u64) -> Result<Option<ReceiptProof>, AppError> {
        let Some(head) = self.keeper().covering(index + 1, PATIENCE) else {
            return Ok(None);
        };
        let sealer = self.keeper().sealer.as_ref();
        let hashes = self.store().read(|db| {
            inclusion_proof(index, head.checkpoint.size, &mut Tree::new(db, sealer))
                .map_err(|error| AppError::Internal(Box::new(error)))
        })?;
        Ok(Some(ReceiptProof {
            index,
            hashes,
            checkpoint: head.text.to_string(),
        }))
    }

    /// The keys that check the log's signatures: the one that this process holds, and those before it whose registration
    /// is a receipt that verifies. Blocks.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] while nothing could be signed.
    pub fn log_keys(&self) -> Result<PublicKeys, AppError> {
        let active = self.keeper().verifier();
        let active = active
            .ok_or_else(|| AppError::Unavailable("the log is not signed at the moment".into()))?;
        let rows = self.store().read(signers::all)?;
        let mut all = Vec::new();
        for row in rows.iter().filter(|row| row.until_seq.is_some()) {
            if self.registers(row)? {
                all.extend(row.vkey.parse::<VerifierKey>().ok());
            }
        }
        all.retain(|key| *key != active);
        all.push(active.clone());
        Ok(PublicKeys { all, active })
    }

    /// Whether the receipt at its position registers this key: the table alone is anybody's who can write to the database.
    fn registers(&self, row: &SignerRow) -> Result<bool, AppError> {
        let found = self.store().read(|db| receipts::by_seq(db, row.from_seq))?;
        let Some(found) = found else { return Ok(false) };
        let expected = Expected {
            issuer: self.options().issuer.clone(),
        };
        let verification = verify(found.jws.as_bytes(), self.key_ring(), &expected);
        let claims = verification
            .claims
            .filter(|claims| claims.seq == row.from_seq.unsigned_abs());
        Ok(claims.and_then(|claims| claims.meta.log_key).as_ref() == Some(&row.vkey))
    }
}
