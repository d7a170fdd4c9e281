//! Keeps the log's guard, and signs its head.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use utc_attestation::log::{Checkpoint, LogKey, sign_checkpoint};
use utc_domain::Sealer;
use utc_storage::journal::{Journal, read_head};
use utc_storage::rows::signers;
use utc_storage::{Store, chain};

use super::compare::{self, Seen};
use super::signer::Seed;
use super::{Guard, LogFault, LogOptions};

/// A signed head of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The signed note (C2SP `tlog-checkpoint`).
    pub text: Arc<str>,
}

/// Keeps the guard and signs: a commit comes first, then the guard, then the signature, then whoever asks.
pub(crate) struct Keeper {
    pub(crate) store: Store,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) guard: PathBuf,
    pub(crate) key_file: PathBuf,
    pub(crate) options: LogOptions,
    pub(crate) state: Mutex<State>,
    pub(crate) signed: Condvar,
}

/// What was signed last.
#[derive(Default)]
pub(crate) struct State {
    key: Option<LogKey>,
    fresh: Option<SignedHead>,
    public: Option<(SignedHead, Instant)>,
    trouble: Option<String>,
}

impl Keeper {
    /// Looks at the head; when it has moved, remembers and signs it.
    pub(crate) fn step(&self) {
        match self.look() {
            Ok(moved) => self.publish(moved),
            Err(fault) => self.refuse(&fault),
        }
    }

    fn look(&self) -> Result<Option<SignedHead>, LogFault> {
        // The guard first: whatever it covers was committed before it was written.
        let guard = compare::read_guard(&self.guard)?.or_else(|| self.remembered());
        let seen = self.store.read(seen)?;
        let Some(seen) = seen else { return Ok(None) };
        if self.knows(&seen) {
            return Ok(None);
        }
        if let Some(guard) = &guard {
            let sealer = self.sealer.as_ref();
            self.store
                .read(|db| compare::check(db, sealer, &seen, guard, &self.guard))?;
        }
        self.remember(&seen)?;
        self.sign(&seen).map(Some)
    }

    /// What this process signed last, in the place of a guard that was removed under it.
    fn remembered(&self) -> Option<Guard> {
        self.fresh().map(|head| Guard {
            origin: head.checkpoint.origin.to_string(),
            size: head.checkpoint.size,
            root: head.checkpoint.root,
        })
    }

    /// Whether this head is signed already.
    fn knows(&self, seen: &Seen) -> bool {
        let state = self.lock();
        let same_key = state
            .key
            .as_ref()
            .is_some_and(|key| key.verifier_key().to_string() == seen.vkey);
        let same_head = state.fresh.as_ref().is_some_and(|fresh| {
            fresh.checkpoint.size == seen.size && fresh.checkpoint.root == seen.root
        });
        same_key && same_head
    }

    /// The key is read again when the log names another one: it was changed beside this process.
    fn sign(&self, seen: &Seen) -> Result<SignedHead, LogFault> {
        let mut state = self.lock();
        let held = state.key.take();
        let held = held.filter(|key| key.verifier_key().to_string() == seen.vkey);
        let key = match held {
            Some(key) => key,
            None => Seed::open(&self.key_file, false)?.under(&seen.origin)?,
        };
        if key.verifier_key().to_string() != seen.vkey {
            return Err(LogFault::OtherKey {
                active: seen.vkey.clone(),
                file: self.key_file.display().to_string(),
            });
        }
        let checkpoint = Checkpoint {
            origin: key.verifier_key().origin().clone(),
            size: seen.size,
            root: seen.root,
        };
        let text = sign_checkpoint(&key, &checkpoint).map_err(LogFault::Sign)?;
        state.key = Some(key);
        Ok(SignedHead {
            checkpoint,
            text: text.into(),
        })
    }

    /// The head as it is now, signed by the key that is being replaced.
    pub(crate) fn bridge(&self, vkey: &str) -> Result<SignedHead, LogFault> {
        let seen = self.store.read(seen)?.ok_or(LogFault::Tree)?;
        let seen = Seen {
            vkey: vkey.to_owned(),
            ..seen
        };
        self.remember(&seen)?;
        self.sign(&seen)
    }

    fn remember(&self, seen: &Seen) -> Result<(), LogFault> {
        let head = Guard {
            origin: seen.origin.clone(),
            size: seen.size,
            root: seen.root,
        };
        head.advance(&self.guard).map_err(|source| LogFault::Guard {
            file: self.guard.display().to_string(),
            source,
        })
    }

    fn publish(&self, moved: Option<SignedHead>) {
        let mut state = self.lock();
        state.trouble = None;
        if moved.is_some() {
            state.fresh = moved;
        }
        let Some(fresh) = state.fresh.clone() else {
            return;
        };
        let due = state
            .public
            .as_ref()
            .is_none_or(|(_, since)| since.elapsed() >= self.options.public_every);
        let newer = state.public.as_ref().is_none_or(|(head, _)| *head != fresh);
        if due {
            state.public = Some((fresh.clone(), Instant::now()));
        }
        drop(state);
        self.signed.notify_all();
        if let Some(sink) = self.options.sink.as_ref().filter(|_| due && newer) {
            sink.take(&fresh.text);
        }
    }

    /// A log that is not the one that was acknowledged takes no receipt more; one that cannot be signed or guarded at the
    /// moment goes on, and the trouble is told.
    fn refuse(&self, fault: &LogFault) {
        let text = chain(fault);
        let mut state = self.lock();
        if state.trouble.as_ref() != Some(&text) {
            tracing::error!(error = %text, "the head of the log was not signed");
        }
        match fault {
            LogFault::SetBack { .. } | LogFault::Changed { .. } => self.journal.halt(text.clone()),
            _ => {}
        }
        state.trouble = Some(text);
    }

    /// Why the head could not be signed, in words; none when it could.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.lock().trouble.clone()
    }

    /// The newest signed head.
    pub(crate) fn fresh(&self) -> Option<SignedHead> {
        self.lock().fresh.clone()
    }

    /// The head that everybody may see.
    pub(crate) fn public(&self) -> Option<SignedHead> {
        let state = self.lock();
        state.public.as_ref().map(|(head, _)| head.clone())
    }

    /// A signed head over at least `size` receipts, waited for at most so long. Blocks.
    pub(crate) fn covering(&self, size: u64, patience: Duration) -> Option<SignedHead> {
        let covers = |state: &mut State| {
            state
                .fresh
                .as_ref()
                .is_none_or(|head| head.checkpoint.size < size)
        };
        let waited = self
            .signed
            .wait_timeout_while(self.lock(), patience, covers);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let fresh = state.fresh.clone();
        fresh.filter(|head| head.checkpoint.size >= size)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The head with its root, and the key that signs it. The key first: a head that is older than its key's change would be
/// signed by the wrong one.
fn seen(db: &mut utc_storage::connection::Db) -> Result<Option<Seen>, LogFault> {
    let signer = signers::active(db)?;
    let head = read_head(db)?;
    let (Some(signer), Some(head)) = (signer, head) else {
        return Ok(None);
    };
    Ok(Some(Seen::new(&head, signer.vkey)))
}
