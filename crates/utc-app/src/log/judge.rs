//! Is the log the one that was acknowledged, and if not, is that accepted?

use utc_domain::{Sealer, Subject};
use utc_storage::Store;

use super::compare::{self, Seen};
use super::signer::Seed;
use super::start::{Found, name_in};
use super::{Accepted, Guard, LogFault, origin};
use crate::options::Options;

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

/// What has to be recorded before anything else; none on a log that is as it should be.
pub(super) fn due(
    store: &Store,
    sealer: &dyn Sealer,
    options: &Options,
    found: &Found,
) -> Result<Option<Due>, LogFault> {
    let file = options.log.guard_path(&options.data_dir);
    match (judge(store, sealer, found, &file), &options.log.accepted) {
        (Ok(_), Some(Accepted::LostGuard { .. } | Accepted::Rollback { .. })) => {
            Err(LogFault::Fine)
        }
        (Ok(registered), _) => Ok((!registered).then_some(Due::Register)),
        (Err(LogFault::NoGuard { .. }), Some(Accepted::LostGuard { actor })) => {
            Ok(Some(Due::Adopt(actor.clone())))
        }
        (
            Err(fault @ (LogFault::SetBack { .. } | LogFault::Changed { .. })),
            Some(Accepted::Rollback { actor, reason }),
        ) => match &found.guard {
            Some(before) if found.size() > 0 => {
                let vkey = next_key(options, found, before)?;
                Ok(Some(Due::SetBack {
                    actor: actor.clone(),
                    reason: reason.clone(),
                    before: before.clone(),
                    vkey,
                }))
            }
            _ => Err(fault),
        },
        (Err(fault), _) => Err(fault),
    }
}

/// A log that was set back goes on under a name that none of its histories had, so its key is another verifier's too.
fn next_key(options: &Options, found: &Found, before: &Guard) -> Result<String, LogFault> {
    let used = found.signers.iter().map(|signer| name_in(&signer.vkey));
    let used = used.chain([before.origin.as_str()]);
    let name = origin::next(used, &options.log.origin);
    let file = options.log.key_path(&options.data_dir);
    let key = Seed::open(&file, false)?.under(&name)?;
    Ok(key.verifier_key().to_string())
}

/// Whether the log is the one that is remembered; and then, whether its key is registered.
pub(super) fn judge(
    store: &Store,
    sealer: &dyn Sealer,
    found: &Found,
    file: &std::path::Path,
) -> Result<bool, LogFault> {
    let (size, shown) = (found.size(), file.display().to_string());
    match (&found.head, &found.guard) {
        (_, Some(guard)) if guard.size > size => Err(LogFault::SetBack {
            found: size,
            size: guard.size,
            origin: guard.origin.clone(),
            file: shown,
        }),
        (Some(head), Some(guard)) if size > 0 => {
            let vkey = found.signer().map(|signer| signer.vkey.clone());
            // Without a registered key the guard's name is the only one there is.
            let seen = Seen::new(head, vkey.unwrap_or_else(|| guard.origin.clone()));
            store.read(|db| compare::check(db, sealer, &seen, guard, file))?;
            Ok(found.signer().is_some())
        }
        (_, None) if size > 0 && found.signer().is_some() => Err(LogFault::NoGuard {
            found: size,
            file: shown,
        }),
        // A log that has not begun, or one from before there were checkpoints.
        _ => Ok(size == 0 || found.signer().is_some()),
    }
}
