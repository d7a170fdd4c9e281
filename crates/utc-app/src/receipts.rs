//! Looking up and verifying receipts.

use utc_attestation::log::{open_checkpoint, verify_inclusion};
use utc_attestation::{Check, CheckName, Expected, Outcome, Verification, leaf_hash, verify};
use utc_domain::{KeyId, ReceiptId, Timestamp};
use utc_storage::connection::Db;
use utc_storage::rows::keys;
use utc_storage::rows::receipts::{self, Page, ReceiptRow};

pub use utc_storage::rows::receipts::Filter;

use crate::console::Console;
use crate::{AppError, Principal};

/// A stored receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// Its id, as stored.
    pub id: String,
    /// Its position.
    pub seq: u64,
    /// Its time.
    pub ts: Timestamp,
    /// The unit it is about, where there is one.
    pub unit: Option<String>,
    /// Its exact bytes.
    pub receipt: String,
}

/// One page of a search, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPage {
    /// What was found.
    pub items: Vec<StoredReceipt>,
    /// The position to go on below; none at the end. A page may hold fewer than asked for, or nothing, and still
    /// have a next one: no page looks at more than a few thousand entries.
    pub next: Option<u64>,
}

impl From<ReceiptRow> for StoredReceipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            id: row.id,
            seq: row.seq.unsigned_abs(),
            ts: Timestamp::from_micros(row.ts),
            unit: row.unit,
            receipt: row.jws,
        }
    }
}

impl Console {
    /// The receipt with this id. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none that `by` may see.
    pub fn receipt(&self, by: &Principal, id: ReceiptId) -> Result<StoredReceipt, AppError> {
        let row = self
            .store()
            .read(|db| receipts::by_id(db, &id.to_string()))?;
        let row = row.filter(|row| by.sees(row.unit.as_deref()));
        row.map(Into::into).ok_or_else(|| AppError::NotFound {
            what: "receipt",
            name: id.to_string(),
        })
    }

    /// One page of the receipts that `by` may see. Blocks.
    pub fn receipts(
        &self,
        by: &Principal,
        filter: &Filter,
        limit: usize,
    ) -> Result<ReceiptPage, AppError> {
        let Page { rows, next } = self
            .store()
            .read(|db| receipts::search(db, filter, limit, &|unit| by.sees(unit)))?;
        Ok(ReceiptPage {
            items: rows.into_iter().map(Into::into).collect(),
            next: next.map(i64::unsigned_abs),
        })
    }

    /// Checks a token: its form, its signature, and its place in the log. Blocks. Nonsense is a result, not
    /// an error; an error means that the log could not be read.
    pub fn verify(&self, token: &[u8]) -> Result<Verification, AppError> {
        let expected = Expected {
            issuer: self.options().issuer.clone(),
        };
        let mut verification = verify(token, self.key_ring(), &expected);
        if !verification.valid() {
            for name in OF_THE_LOG {
                verification.push(not_checked(name, "the token is not valid"));
            }
            return Ok(verification);
        }
        let checks = self
            .store()
            .read(|db| log_checks(db, token, &verification))?;
        for check in checks {
            verification.push(check);
        }
        if verification.refuted() {
            for name in [CheckName::Inclusion, CheckName::Checkpoint] {
                verification.push(not_checked(
                    name,
                    "the log does not hold the token at its position",
                ));
            }
            return Ok(verification);
        }
        let seq = verification.claims.as_ref().map(|claims| claims.seq);
        for check in self.tree_checks(token, seq)? {
            verification.push(check);
        }
        Ok(verification)
    }

    /// Is it a leaf of the tree that the newest signed head describes? Waits for a head that covers it.
    fn tree_checks(&self, token: &[u8], seq: Option<u64>) -> Result<Vec<Check>, AppError> {
        let Some(seq) = seq else {
            return Ok(Vec::new());
        };
        // A receipt is not less genuine because nothing can be signed at the moment: that is no verdict.
        let proof = self.proof_at(seq)?.ok_or_else(|| self.no_head())?;
        let key = self.log_keys()?.active;
        let signed = open_checkpoint(&proof.checkpoint, &key);
        let included = signed.as_ref().is_ok_and(|head| {
            verify_inclusion(seq, head.size, leaf_hash(token), head.root, &proof.hashes).is_ok()
        });
        Ok(vec![
            check(
                CheckName::Inclusion,
                included,
                "the token is a leaf of the log's tree",
                "the token is not a leaf of the log's tree",
            ),
            check(
                CheckName::Checkpoint,
                signed.is_ok(),
                "the tree's head is signed with the log's key",
                "the tree's head is not signed with the log's key",
            ),
        ])
    }
}

/// The checks that need the log.
const OF_THE_LOG: [CheckName; 5] = [
    CheckName::KeyRange,
    CheckName::Seq,
    CheckName::Chain,
    CheckName::Inclusion,
    CheckName::Checkpoint,
];

fn not_checked(name: CheckName, detail: &str) -> Check {
    Check {
        name,
        outcome: Outcome::NotChecked,
        detail: detail.to_owned(),
    }
}

fn check(name: CheckName, fine: bool, yes: &str, no: &str) -> Check {
    let (outcome, detail) = if fine {
        (Outcome::Ok, yes)
    } else {
        (Outcome::Failed, no)
    };
    Check {
        name,
        outcome,
        detail: detail.to_owned(),
    }
}

/// Is it the entry at its position, does it continue the one before, was its key allowed there?
fn log_checks(
    db: &mut Db,
    token: &[u8],
    verification: &Verification,
) -> Result<Vec<Check>, AppError> {
    let (Some(claims), Some(kid)) = (&verification.claims, &verification.kid) else {
        return Ok(Vec::new());
    };
    let seq = i64::try_from(claims.seq).unwrap_or(i64::MAX);
    let entry = receipts::by_seq(db, seq)?;
    let same = entry.is_some_and(|row| row.jws.as_bytes() == token);
    let prev = match seq {
        0 => Some(utc_domain::LeafHash::ZERO),
        _ => receipts::by_seq(db, seq - 1)?.map(|row| leaf_hash(row.jws.as_bytes())),
    };
    let continues = prev.is_some() && prev == claims.prev_leaf();
    Ok(vec![
        key_range(db, kid, seq)?,
        check(
            CheckName::Seq,
            same,
            "the log holds exactly these bytes at this position",
            "the log does not hold these bytes at this position",
        ),
        check(
            CheckName::Chain,
            continues,
            "`prev` is the hash of the entry before",
            "`prev` is not the hash of the entry before",
        ),
    ])
}

/// A tag counts where its key was the log's, and before others could sign with it.
fn key_range(db: &mut Db, kid: &KeyId, seq: i64) -> Result<Check, AppError> {
    let keys = keys::all(db)?;
    let covers =
        |key: &keys::KeyRow| key.from_seq <= seq && key.until_seq.is_none_or(|until| seq <= until);
    let active = |key: &keys::KeyRow| key.kid == kid.as_str() && covers(key);
    let lost = keys::compromises(db)?
        .iter()
        .any(|row| row.kid == kid.as_str() && row.from_seq <= seq);
    let fine = keys.iter().any(active);
    if fine && lost {
        let detail = "others could sign with this key at this position: the tag proves nothing, the log's tree does";
        return Ok(not_checked(CheckName::KeyRange, detail));
    }
    Ok(check(
        CheckName::KeyRange,
        fine,
        "the key was the log's active key at this position",
        "the key was not the log's active key at this position",
    ))
}
