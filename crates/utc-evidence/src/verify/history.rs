//! What the receipts tell about the log itself: the keys that sign it, and where it was set back.

use utc_attestation::log::{Origin, VerifierKey};

use super::CheckName::Keys;
use super::check::Checks;
use crate::claims::Claims;
use crate::counter::Capped;

/// More changes of a log's key than any log has.
const MOST: usize = 1_000;

/// The keys and names that the log had, as far as the bundle has the receipts that tell of them.
pub(super) struct History {
    keys: Capped<(u64, VerifierKey)>,
    set_back: Capped<SetBack>,
}

/// Where a log went on under another name after its database was set back.
pub(super) struct SetBack {
    /// The position of the receipt that says so: the first one under the new name.
    pub(super) seq: u64,
    /// The name before.
    pub(super) origin: Origin,
    /// How many entries it had before.
    pub(super) size: u64,
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            keys: Capped::new(MOST),
            set_back: Capped::new(MOST),
        }
    }

    pub(super) fn add(&mut self, claims: &Claims<'_>) {
        if &*claims.kind != "key_change" {
            return;
        }
        let key = claims.meta.log_key.as_deref();
        if let Some(key) = key.and_then(|key| key.parse().ok()) {
            self.keys.push(|| (claims.seq, key));
        }
        let before = claims.meta.log_before.as_ref();
        if let Some((before, origin)) =
            before.and_then(|before| Some((before, before.origin.parse().ok()?)))
        {
            self.set_back.push(|| SetBack {
                seq: claims.seq,
                origin,
                size: before.size,
            });
        }
    }

    pub(super) fn finish(&self, checks: &mut Checks) {
        if self.keys.more() > 0 || self.set_back.more() > 0 {
            let fault = format!("the log says more than {MOST} times that its key changed");
            checks.fault(Keys, &fault);
        }
    }

    /// Every key that a receipt registers.
    pub(super) fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.keys.rows().iter().map(|(_, key)| key)
    }

    /// The keys that are registered among the first `size` entries.
    pub(super) fn keys_within(&self, size: u64) -> impl Iterator<Item = &VerifierKey> {
        let within = self.keys.rows().iter().filter(move |(seq, _)| *seq < size);
        within.map(|(_, key)| key)
    }

    /// Where the log lost this name.
    pub(super) fn lost_name(&self, origin: &Origin) -> Option<&SetBack> {
        let mut found = self.set_back.rows().iter();
        found.find(|set_back| set_back.origin == *origin)
    }

    /// In words, where the log was set back; empty where it never was.
    pub(super) fn in_words(&self) -> String {
        let told = self.set_back.rows().iter().map(|set_back| {
            format!(
                "; its receipt at position {} says that it was set back from {} entries, as `{}`",
                set_back.seq, set_back.size, set_back.origin
            )
        });
        told.take(3).collect()
    }
}
