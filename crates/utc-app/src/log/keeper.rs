//! Keeps the log's guard, and signs its head.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use utc_attestation::KeyRing;
use utc_attestation::log::{Checkpoint, LogKey, VerifierKey, open_checkpoint, sign_checkpoint};
use utc_domain::Sealer;
use utc_storage::journal::{Journal, read_head};
use utc_storage::rows::signers;
use utc_storage::{Store, chain};

use super::compare::{self, Seen};
use super::signer::Seed;
use super::vouch::Voucher;
use super::{Guard, LogFault, LogOptions};
use crate::options::Options;

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
    pub(super) store: Store,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(super) voucher: Voucher,
    pub(super) journal: Arc<Journal>,
    pub(super) guard: PathBuf,
    pub(super) key_file: PathBuf,
    options: LogOptions,
    state: Mutex<State>,
    signed: Condvar,
    stepping: Mutex<()>,
}

/// What was signed last.
#[derive(Default)]
struct State {
    key: Option<LogKey>,
    fresh: Option<SignedHead>,
    public: Option<(SignedHead, Instant)>,
    trouble: Option<String>,
}

impl Keeper {
    /// Nothing is signed before the first [`step`](Self::step).
    pub(crate) fn new(
        store: &Store,
        sealer: &Arc<dyn Sealer>,
        ring: &Arc<KeyRing>,
        journal: &Arc<Journal>,
        options: &Options,
    ) -> Self {
        Self {
            store: store.clone(),
            sealer: Arc::clone(sealer),
            voucher: Voucher {
                ring: Arc::clone(ring),
                issuer: options.issuer.clone(),
            },
            journal: Arc::clone(journal),
            guard: options.log.guard_path(&options.data_dir),
            key_file: options.log.key_path(&options.data_dir),
            options: options.log.clone(),
            state: Mutex::default(),
            signed: Condvar::new(),
            stepping: Mutex::default(),
        }
    }

    /// Looks at the head; when it has moved, remembers and signs it.
    pub(crate) fn step(&self) {
        let _alone = self.alone();
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
        let seen = self.judged(seen, guard.as_ref())?;
        self.remember(&seen)?;
        self.sign(&seen).map(Some)
    }

    /// The newest head that may be signed: of the log that is remembered, grown by nobody but servers of this installation.
    fn judged(&self, seen: Seen, guard: Option<&Guard>) -> Result<Seen, LogFault> {
        let Some(guard) = guard else { return Ok(seen) };
        let sealer = self.sealer.as_ref();
        let seen = if seen.size < guard.size || seen.origin != guard.origin {
            seen
        } else {
            self.vouched(seen, guard.size)?
        };
        self.store
            .read(|db| compare::check(db, sealer, &seen, guard, &self.guard))?;
        Ok(seen)
    }

    /// Remembers the log as it is found, because somebody accepted it.
    pub(crate) fn take_over(&self) -> Result<(), LogFault> {
        let _alone = self.alone();
        let seen = self.store.read(seen)?.ok_or(LogFault::Tree)?;
        let head = Guard {
            origin: seen.origin,
            size: seen.size,
            root: seen.root,
        };
        head.write(&self.guard)
            .map_err(|source| self.guard_fault(source))
    }

    fn guard_fault(&self, source: std::io::Error) -> LogFault {
        LogFault::Guard {
            file: self.guard.display().to_string(),
            source,
        }
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

    /// The key that signed this head.
    ///
    /// # Errors
    /// [`LogFault::OtherKey`] when it has been changed since.
    pub(crate) fn key_of(&self, head: &SignedHead) -> Result<LogKey, LogFault> {
        let key = Seed::open(&self.key_file, false)?.under(head.checkpoint.origin.as_str())?;
        match open_checkpoint(&head.text, key.verifier_key()) {
            Ok(_) => Ok(key),
            Err(_) => Err(LogFault::OtherKey {
                active: "the key of the newest head".to_owned(),
                file: self.key_file.display().to_string(),
            }),
        }
    }

    /// The head as it is now, signed by the key that is being replaced.
    pub(crate) fn bridge(&self, vkey: &str) -> Result<SignedHead, LogFault> {
        let _alone = self.alone();
        let guard = compare::read_guard(&self.guard)?.or_else(|| self.remembered());
        let seen = self.store.read(seen)?.ok_or(LogFault::Tree)?;
        let seen = self.judged(seen, guard.as_ref())?;
        self.remember(&seen)?;
        self.sign(&Seen {
            vkey: vkey.to_owned(),
            ..seen
        })
    }

    fn remember(&self, seen: &Seen) -> Result<(), LogFault> {
        let head = Guard {
            origin: seen.origin.clone(),
            size: seen.size,
            root: seen.root,
        };
        head.advance(&self.guard)
            .map_err(|source| self.guard_fault(source))
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

    /// The last look: whatever everybody may not have seen yet is carried away all the same.
    pub(crate) fn depart(&self) {
        self.step();
        let Some(sink) = &self.options.sink else {
            return;
        };
        let state = self.lock();
        let unseen = |fresh: &&SignedHead| {
            let public = state.public.as_ref().map(|(head, _)| head);
            public != Some(*fresh)
        };
        let last = state.fresh.as_ref().filter(unseen).cloned();
        drop(state);
        if let Some(last) = last {
            sink.take(&last.text);
        }
        sink.finish();
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
            LogFault::SetBack { .. }
            | LogFault::Changed { .. }
            | LogFault::Tree
            | LogFault::Forged { .. } => self.journal.halt(text.clone()),
            _ => {}
        }
        state.trouble = Some(text);
        drop(state);
        // Whoever waits for a head need not wait longer.
        self.signed.notify_all();
    }

    /// Why the head could not be signed, in words; none when it could.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.lock().trouble.clone()
    }

    /// The key that signs, as this process holds it.
    pub(crate) fn verifier(&self) -> Option<VerifierKey> {
        let state = self.lock();
        state.key.as_ref().map(|key| key.verifier_key().clone())
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
            state.trouble.is_none()
                && state
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

    /// One thread at a time looks, remembers and signs.
    fn alone(&self) -> MutexGuard<'_, ()> {
        self.stepping.lock().unwrap_or_else(PoisonError::into_inner)
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
