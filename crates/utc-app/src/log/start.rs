//! Opening the log: is it the one that was acknowledged, and does this process hold its key?

use std::fs;
use std::path::Path;
use std::sync::Arc;

use utc_attestation::log::{LogKey, TreeHash};
use utc_domain::{Code, Draft, LogBefore, Meta, ReceiptKind, Sealer, Subject};
use utc_storage::journal::{Head, Tx, read_head};
use utc_storage::rows::signers::{self, SignerRow};
use utc_storage::{Store, log};

use super::compare::{self, Seen};
use super::signer::{Seed, next_path};
use super::{Accepted, Guard, LogFault, origin};
use crate::console::Console;
use crate::draft::{change, system_subject};
use crate::options::Options;
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, Ticket};

/// A log that may be used, and what is to be recorded first.
pub(crate) struct Opened {
    /// The verifier key that the log has or will have.
    pub(crate) vkey: String,
    /// What has to be recorded once the log has begun.
    pub(crate) due: Option<Due>,
    /// What is wrong with a log that is opened only to look at it.
    pub(crate) fault: Option<LogFault>,
}

/// What has to be recorded.
pub(crate) enum Due {
    /// The log is older than its checkpoints: the key is registered now.
    Register,
    /// Nothing remembered the log, and that was accepted.
    Adopt(Subject),
    /// The log was set back, and that was accepted: it goes on under a new name.
    SetBack {
        actor: Subject,
        reason: String,
        before: Guard,
        vkey: String,
    },
}

/// What is there before anything is written.
struct Found {
    head: Option<Head>,
    signer: Option<SignerRow>,
    guard: Option<Guard>,
}

impl Found {
    fn size(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.size)
    }

    /// The log's name: the one it signs with, the one that waits for it, or the first.
    fn origin(&self, configured: &str) -> String {
        let signs = self.signer.as_ref().map(|signer| name_in(&signer.vkey));
        let waits = self.guard.as_ref().filter(|_| self.size() == 0);
        signs
            .or_else(|| waits.map(|guard| guard.origin.clone()))
            .unwrap_or_else(|| configured.to_owned())
    }
}

fn name_in(vkey: &str) -> String {
    vkey.split('+').next().unwrap_or_default().to_owned()
}

/// Compares the database with its guard, reads the key or makes it for a log that begins, and makes the tree of a log from
/// before trees were kept.
pub(crate) fn open(
    store: &Store,
    sealer: &Arc<dyn Sealer>,
    options: &Options,
) -> Result<Opened, LogFault> {
    let opened = open_whole(store, sealer, options);
    match (opened, &options.log.accepted) {
        (Err(fault), Some(Accepted::Looking)) => Ok(Opened {
            vkey: String::new(),
            due: None,
            fault: Some(fault),
        }),
        (opened, _) => opened,
    }
}

fn open_whole(
    store: &Store,
    sealer: &Arc<dyn Sealer>,
    options: &Options,
) -> Result<Opened, LogFault> {
    log::complete(store, sealer.as_ref())?;
    let guard_file = options.log.guard_path(&options.data_dir);
    let key_file = options.log.key_path(&options.data_dir);
    // The guard first: whatever it covers was committed before it was written.
    let guard = compare::read_guard(&guard_file)?;
    let (head, signer) = store.read(|db| {
        let signer = signers::active(db)?;
        Ok::<_, LogFault>((read_head(db)?, signer))
    })?;
    let found = Found {
        head,
        signer,
        guard,
    };
    let name = found.origin(&options.log.origin);
    if !origin::belongs(&name, &options.log.origin) {
        return Err(LogFault::OtherOrigin {
            found: name,
            configured: options.log.origin.clone(),
        });
    }
    let key = held_key(&key_file, found.signer.as_ref(), &name)?;
    let due = due(store, sealer.as_ref(), options, &found, &guard_file)?;
    let due = due
        .map(|accepted| accepted.with_key(&key_file, &options.log.origin))
        .transpose()?;
    let fresh = found.size() == 0 && found.guard.is_none();
    if fresh {
        begin_guard(&name, &guard_file)?;
    }
    Ok(Opened {
        vkey: key.verifier_key().to_string(),
        due,
        fault: None,
    })
}

/// Remembers that nothing has been recorded yet under this name.
fn begin_guard(origin: &str, file: &Path) -> Result<(), LogFault> {
    let empty = Guard {
        origin: origin.to_owned(),
        size: 0,
        root: TreeHash::EMPTY,
    };
    empty.advance(file).map_err(|source| LogFault::Guard {
        file: file.display().to_string(),
        source,
    })
}

/// The key of the log. A key that a rotation recorded and could not yet put in its place is put there now.
fn held_key(file: &Path, signer: Option<&SignerRow>, name: &str) -> Result<LogKey, LogFault> {
    let Some(signer) = signer else {
        return Seed::open(file, true)?.under(name);
    };
    let held = Seed::open(file, false)?.under(name)?;
    if held.verifier_key().to_string() == signer.vkey {
        return Ok(held);
    }
    let next = next_path(file);
    if next.exists() {
        let recorded = Seed::open(&next, false)?.under(name)?;
        if recorded.verifier_key().to_string() == signer.vkey {
            take_place(&next, file)?;
            return Ok(recorded);
        }
    }
    Err(LogFault::OtherKey {
        active: signer.vkey.clone(),
        file: file.display().to_string(),
    })
}

pub(super) fn take_place(next: &Path, file: &Path) -> Result<(), LogFault> {
    fs::rename(next, file).map_err(|source| LogFault::Key {
        file: file.display().to_string(),
        source,
    })
}

/// What was found wrong and is accepted.
enum Taken {
    Register,
    Adopt(Subject),
    SetBack {
        actor: Subject,
        reason: String,
        before: Guard,
    },
}

impl Taken {
    /// A log that was set back goes on under the next name, so the key is another verifier's too.
    fn with_key(self, key_file: &Path, configured: &str) -> Result<Due, LogFault> {
        Ok(match self {
            Self::Register => Due::Register,
            Self::Adopt(actor) => Due::Adopt(actor),
            Self::SetBack {
                actor,
                reason,
                before,
            } => {
                let name = origin::next(&before.origin, configured);
                let key = Seed::open(key_file, false)?.under(&name)?;
                Due::SetBack {
                    actor,
                    reason,
                    before,
                    vkey: key.verifier_key().to_string(),
                }
            }
        })
    }
}

fn due(
    store: &Store,
    sealer: &dyn Sealer,
    options: &Options,
    found: &Found,
    file: &Path,
) -> Result<Option<Taken>, LogFault> {
    let fault = match judge(store, sealer, found, file) {
        Ok(registered) => return Ok((!registered).then_some(Taken::Register)),
        Err(fault) => fault,
    };
    match (&options.log.accepted, &fault, &found.guard) {
        (Some(Accepted::LostGuard { actor }), LogFault::NoGuard { .. }, _) => {
            Ok(Some(Taken::Adopt(actor.clone())))
        }
        (
            Some(Accepted::Rollback { actor, reason }),
            LogFault::SetBack { .. } | LogFault::Changed { .. },
            Some(before),
        ) if found.size() > 0 => Ok(Some(Taken::SetBack {
            actor: actor.clone(),
            reason: reason.clone(),
            before: before.clone(),
        })),
        _ => Err(fault),
    }
}

/// Whether the log is the one that is remembered; and then, whether its key is registered.
fn judge(store: &Store, sealer: &dyn Sealer, found: &Found, file: &Path) -> Result<bool, LogFault> {
    let (size, shown) = (found.size(), file.display().to_string());
    match (&found.head, &found.guard) {
        (_, Some(guard)) if guard.size > size => Err(LogFault::SetBack {
            found: size,
            size: guard.size,
            origin: guard.origin.clone(),
            file: shown,
        }),
        (Some(head), Some(guard)) if guard.size > 0 => {
            let vkey = found.signer.as_ref().map(|signer| signer.vkey.clone());
            // Without a registered key the guard's name is the only one there is.
            let seen = Seen::new(head, vkey.unwrap_or_else(|| guard.origin.clone()));
            store.read(|db| compare::check(db, sealer, &seen, guard, file))?;
            Ok(found.signer.is_some())
        }
        (_, None) if size > 0 && found.signer.is_some() => Err(LogFault::NoGuard {
            found: size,
            file: shown,
        }),
        // A log that has not begun, or one from before there were checkpoints.
        _ => Ok(size == 0 || found.signer.is_some()),
    }
}

/// Records what is due.
pub(crate) fn settle(console: &Console, opened: &Opened) -> Result<(), AppError> {
    match &opened.due {
        None => Ok(()),
        Some(Due::Register) => {
            let actor = system_subject("system:utc");
            let reason = "The key that signs checkpoints of the log is registered.".to_owned();
            record(console, opened.vkey.clone(), Recorded::key(actor, reason)).wait()
        }
        Some(Due::Adopt(actor)) => {
            let reason = format!(
                "{actor} accepted the log as it is found: nothing outside the database remembered it any more."
            );
            let adopted = Recorded {
                code: Code::LogAdopted,
                ..Recorded::key(actor.clone(), reason)
            };
            record(console, opened.vkey.clone(), adopted).wait()
        }
        Some(Due::SetBack {
            actor,
            reason,
            before,
            vkey,
        }) => set_back(console, actor, reason, before, vkey),
    }
}

fn set_back(
    console: &Console,
    actor: &Subject,
    reason: &str,
    before: &Guard,
    vkey: &str,
) -> Result<(), AppError> {
    let reason = format!(
        "{actor} accepted that `{}` was set back from {} receipts: {reason}",
        before.origin, before.size
    );
    let recorded = Recorded {
        actor: actor.clone(),
        code: Code::LogSetBack,
        reason,
        before: Some(LogBefore {
            origin: before.origin.clone(),
            size: before.size,
            root: before.root.to_string(),
        }),
    };
    record(console, vkey.to_owned(), recorded).wait()?;
    let options = console.options();
    let file = options.log.guard_path(&options.data_dir);
    let archived = before
        .archive(&file)
        .map_err(|error| AppError::Internal(Box::new(error)))?;
    tracing::warn!(guard = %archived.display(), "the guard of the log before it was set back is kept");
    Ok(())
}

/// A receipt about the log itself.
pub(super) struct Recorded {
    pub(super) actor: Subject,
    pub(super) code: Code,
    pub(super) reason: String,
    pub(super) before: Option<LogBefore>,
}

impl Recorded {
    pub(super) fn key(actor: Subject, reason: String) -> Self {
        Self {
            actor,
            code: Code::LogKeyRegistered,
            reason,
            before: None,
        }
    }
}

/// Appends the receipt, and from it on `vkey` is the log's.
pub(super) fn record(console: &Console, vkey: String, recorded: Recorded) -> Ticket<()> {
    console.control(move |tx: &mut Tx<'_>| {
        let active = signers::active(tx.db())?;
        if active.is_none_or(|active| active.vkey != vkey) {
            let at = i64::try_from(tx.size()).unwrap_or(i64::MAX);
            signers::change(tx.db(), &vkey, at)?;
        }
        let policy = policy_in(tx)?;
        let actor = recorded.actor.clone();
        let draft = change(
            ReceiptKind::KeyChange,
            recorded.code,
            actor,
            recorded.reason.clone(),
            policy,
        );
        let meta = Meta {
            log_key: Some(vkey.clone()),
            log_before: recorded.before.clone(),
            ..Meta::default()
        };
        Ok(Plan {
            drafts: vec![Draft { meta, ..draft }],
            answer: (),
            publish: None,
        })
    })
}
