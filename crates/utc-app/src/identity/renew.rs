//! Hashes move to the active data key when their secrets are presented: only then can they be computed again.

use dashmap::DashMap;
use utc_domain::{SessionId, TokenId};
use utc_storage::journal::Tx;
use utc_storage::rows::tokens::TokenRow;
use utc_storage::rows::{sessions, tokens};
use utc_vault::{Bearer, BearerKind, DataKeyId, KeyedHash};

use super::bearer::Vault;
use crate::AppError;
use crate::console::Console;
use crate::units::stored::parse;

/// Hashes to store anew, kept in memory until the last uses are written.
#[derive(Default)]
pub(crate) struct Renewals {
    tokens: DashMap<TokenId, Renewal>,
    sessions: DashMap<SessionId, Renewal>,
}

#[derive(Clone)]
struct Renewal {
    old: String,
    new: String,
}

impl Renewal {
    fn of<K: BearerKind>(vault: &Vault, bearer: &Bearer<K>, stored: &KeyedHash) -> Self {
        Self {
            old: stored.to_string(),
            new: bearer.hash(vault.keys()).to_string(),
        }
    }
}

/// What was noted, to be written.
pub(super) struct Noted {
    tokens: Vec<(TokenId, Renewal)>,
    sessions: Vec<(SessionId, Renewal)>,
}

impl Renewals {
    pub(super) fn note_token<K: BearerKind>(
        &self,
        id: TokenId,
        vault: &Vault,
        bearer: &Bearer<K>,
        stored: &KeyedHash,
    ) {
        let entry = self.tokens.entry(id);
        entry.or_insert_with(|| Renewal::of(vault, bearer, stored));
    }

    pub(super) fn note_session<K: BearerKind>(
        &self,
        id: SessionId,
        vault: &Vault,
        bearer: &Bearer<K>,
        stored: &KeyedHash,
    ) {
        let entry = self.sessions.entry(id);
        entry.or_insert_with(|| Renewal::of(vault, bearer, stored));
    }

    /// Takes what was noted. What cannot be written then is noted again at the next use.
    pub(super) fn take(&self) -> Noted {
        let noted = Noted {
            tokens: self
                .tokens
                .iter()
                .map(|one| (*one.key(), one.clone()))
                .collect(),
            sessions: self
                .sessions
                .iter()
                .map(|one| (*one.key(), one.clone()))
                .collect(),
        };
        self.tokens.clear();
        self.sessions.clear();
        noted
    }
}

impl Noted {
    pub(super) fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.sessions.is_empty()
    }

    /// Writes it, and gives the tokens' rows as they are now. Another server may have been first: then its hash stays.
    pub(super) fn write(&self, tx: &mut Tx<'_>) -> Result<Vec<TokenRow>, AppError> {
        for (id, renewal) in &self.sessions {
            sessions::renew_hash(tx.db(), &id.to_string(), &renewal.old, &renewal.new)?;
        }
        let mut rows = Vec::new();
        for (id, renewal) in &self.tokens {
            let id = id.to_string();
            tokens::renew_hash(tx.db(), &id, &renewal.old, &renewal.new)?;
            rows.extend(tokens::find(tx.db(), &id)?);
        }
        Ok(rows)
    }
}

/// Hashes that are not under the active data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutdatedHashes {
    /// Tokens that could still be used, under a previous key: each moves at its next use.
    pub tokens: usize,
    /// Sessions that go on, under a previous key: as tokens, and they end within 7 days.
    pub sessions: usize,
    /// Tokens and sessions whose key is not in the key file: they are void as it is.
    pub unknown_key: usize,
}

impl Console {
    /// Which tokens and sessions still depend on another data key than the active one. Blocks.
    pub fn outdated_hashes(&self) -> Result<OutdatedHashes, AppError> {
        let now = self.clock().now().as_micros();
        let rows = self.store().read(|db| {
            let tokens = tokens::all(db)?;
            Ok::<_, utc_storage::StorageError>((tokens, sessions::all(db, None)?))
        });
        let (tokens, sessions) = rows?;
        let mut outdated = OutdatedHashes::default();
        for row in tokens {
            let over = row.expires_at.is_some_and(|at| at <= now) || row.revoked_at.is_some();
            if !over {
                let hash: KeyedHash = parse("tokens.secret_hash", &row.secret_hash)?;
                outdated.count(self, hash.key_id(), |all| &mut all.tokens);
            }
        }
        for row in sessions.iter().filter(|row| row.expires_at > now) {
            let hash: KeyedHash = parse("sessions.secret_hash", &row.secret_hash)?;
            outdated.count(self, hash.key_id(), |all| &mut all.sessions);
        }
        Ok(outdated)
    }
}

impl OutdatedHashes {
    fn count(&mut self, console: &Console, key: DataKeyId, of: fn(&mut Self) -> &mut usize) {
        let keys = console.vault().keys();
        if keys.find(key).is_none() {
            self.unknown_key += 1;
        } else if key != keys.active().id() {
            *of(self) += 1;
        }
    }
}
