//! When tokens and sessions were last used: kept in memory, written once a minute, so that a request costs no write.

use std::sync::Arc;

use dashmap::DashMap;
use utc_domain::{SessionId, TokenId};
use utc_storage::journal::{Journal, Tx};
use utc_storage::rows::{sessions, tokens};

use super::renew::Renewals;
use crate::cache::StateCache;
use crate::task::{Plan, Task};
use crate::{AppError, Ticket};

/// Sessions that were used since the last write, with the time in microseconds.
pub(crate) type Seen = DashMap<SessionId, i64>;

/// Writes what is not written yet, hashes that are to be renewed, too; nothing when nothing was used.
pub(crate) fn flush(
    cache: &Arc<StateCache>,
    journal: &Journal,
    seen: &Seen,
    renewals: &Renewals,
) -> Option<Ticket<()>> {
    let used = cache.identities().take_used();
    let noted = renewals.take();
    let sessions: Vec<(SessionId, i64)> = seen.iter().map(|entry| (*entry.key(), *entry)).collect();
    if used.is_empty() && sessions.is_empty() && noted.is_empty() {
        return None;
    }
    let written = sessions.clone();
    let (job, ticket) = Task::boxed(Arc::clone(cache), move |tx: &mut Tx<'_>| {
        write(tx, &used, &sessions)?;
        let renewed = noted.write(tx)?;
        Ok(Plan {
            answer: (),
            drafts: Vec::new(),
            publish: Some(Box::new(move |cache| {
                for row in &renewed {
                    cache.publish_token(row);
                }
            })),
        })
    });
    journal.submit(job);
    // What was used again meanwhile stays for the next time.
    for (id, at) in written {
        seen.remove_if(&id, |_, last| *last == at);
    }
    Some(ticket.map(|((), _)| ()))
}

fn write(
    tx: &mut Tx<'_>,
    used: &[(TokenId, i64)],
    seen: &[(SessionId, i64)],
) -> Result<(), AppError> {
    for (id, at) in used {
        tokens::used(tx.db(), &id.to_string(), *at)?;
    }
    for (id, at) in seen {
        sessions::seen(tx.db(), &id.to_string(), *at)?;
    }
    Ok(())
}
