//! What a stored row is by its own word, whatever it is filed as.

use utc_attestation::{Claims, Expected, Outcome, Verification, verify};
use utc_domain::{KeyId, ReceiptKind, Timestamp};
use utc_storage::StorageError;
use utc_storage::rows::decisions::Filed;
use utc_storage::rows::keys::{self, KeyRow};

use super::read::{NotReplayable, Obstacle};
use crate::console::Console;

/// What a row is.
pub(super) enum Stored {
    /// A decision, as its claims say.
    Decision(Box<Claims>),
    /// Another receipt.
    Other,
    /// Nothing that can be relied on.
    Flawed(NotReplayable),
}

/// Reads rows.
pub(super) struct Reader<'a> {
    console: &'a Console,
    expected: Expected,
    keys: Vec<KeyRow>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(console: &'a Console) -> Result<Self, StorageError> {
        Ok(Self {
            console,
            expected: Expected {
                issuer: console.options().issuer.clone(),
            },
            keys: console.store().read(keys::all)?,
        })
    }

    /// A row counts as what its receipt says. One that does not verify may have been anything.
    pub(super) fn read(&self, filed: &Filed) -> Stored {
        let jws = filed.row.jws.as_bytes();
        let verification = verify(jws, self.console.key_ring(), &self.expected);
        let flawed =
            |obstacle, detail: String| Stored::Flawed(NotReplayable::new(obstacle, detail));
        let why = failures(&verification);
        let valid = verification.valid();
        let Some(claims) = verification.claims.filter(|_| valid) else {
            return flawed(Obstacle::Unverified, why);
        };
        if let Some(detail) = misfiled(&claims, filed) {
            return flawed(Obstacle::Misfiled, detail);
        }
        if !self.signs_at(verification.kid.as_ref(), filed.row.seq) {
            let kid = verification.kid.map(|kid| kid.to_string());
            let detail = format!("it is signed with key {}", kid.unwrap_or_default());
            return flawed(Obstacle::ForeignKey, detail);
        }
        if claims.kind == ReceiptKind::Decision.as_str() {
            Stored::Decision(Box::new(claims))
        } else {
            Stored::Other
        }
    }

    /// Whether a key was the log's at a position.
    fn signs_at(&self, kid: Option<&KeyId>, seq: i64) -> bool {
        self.keys.iter().any(|range| {
            kid.is_some_and(|kid| kid.as_str() == range.kid)
                && range.from_seq <= seq
                && range.until_seq.is_none_or(|until| seq <= until)
        })
    }
}

fn failures(verification: &Verification) -> String {
    let checks = verification.checks.iter();
    let failed = checks.filter(|check| check.outcome == Outcome::Failed);
    let failed: Vec<String> = failed
        .map(|check| format!("{}: {}", check.name.as_str(), check.detail))
        .collect();
    failed.join("; ")
}

/// In what the columns differ from the receipt.
fn misfiled(claims: &Claims, filed: &Filed) -> Option<String> {
    let row = &filed.row;
    if claims.jti != row.id || claims.seq != row.seq.unsigned_abs() {
        return Some(format!(
            "this is receipt {} of position {}",
            claims.jti, claims.seq
        ));
    }
    if claims.kind != filed.kind {
        return Some(format!(
            "it is of kind `{}` and filed as `{}`",
            claims.kind,
            filed.kind.escape_debug()
        ));
    }
    if claims.unit != row.unit {
        let unit = claims.unit.as_deref().unwrap_or("none");
        return Some(format!("it is about unit {unit} and filed under another"));
    }
    let at = Timestamp::from_micros(row.ts).to_string();
    (claims.ts != at).then(|| format!("it is of {} and filed as of {at}", claims.ts))
}
