//! The gateway asks whether a request may be sent.

use std::sync::Arc;

use utc_domain::{Action, IdempotencyKey, Subject, UnitName};

use super::Outgoing;
use super::errand::{Errand, Parcel};
use super::sealed::internal;
use crate::console::Console;
use crate::decide::{Once, Outcome, Request};
use crate::{AppError, Principal, Ticket};

/// A request that wants to pass.
#[derive(Debug, Clone)]
pub struct Passage {
    /// Whom it speaks for.
    pub subject: Subject,
    /// What it does.
    pub action: Action,
    /// The unit's own name.
    pub unit: UnitName,
    /// The configuration that says where it goes, see [`super::Route`].
    pub config_version: u64,
    /// A write as it will be sent: what is hashed, bound, and kept if it must wait. None for a read.
    pub request: Option<Arc<Outgoing>>,
    /// The caller's key, for a write that may come again.
    pub key: Option<IdempotencyKey>,
}

impl Console {
    /// Decides whether a request may be sent. When it must wait for people, it is kept, sealed, in the same transaction.
    ///
    /// # Errors
    /// Those of [`Console::submit_once`]; [`AppError::Conflict`] with the code `unit_changed` when the unit is configured
    /// otherwise by now; [`AppError::TooMuchHeld`] when the token's open requests leave no room for this one.
    pub fn ask_to_pass(&self, by: &Arc<Principal>, passage: Passage) -> Ticket<Outcome> {
        match self.prepare_passage(passage) {
            Ok((request, once, errand)) => self.ask(by, request, once, errand),
            Err(error) => Ticket::ready(Err(error)),
        }
    }

    fn prepare_passage(
        &self,
        passage: Passage,
    ) -> Result<(Request, Option<Once>, Errand), AppError> {
        let outgoing = passage.request;
        let room = self.options().approvals.held_bytes_per_token;
        let parcel = outgoing.as_ref().map(|outgoing| {
            let record = outgoing.to_record().map_err(internal)?;
            Ok::<_, AppError>(Parcel::new(Arc::clone(self.vault()), record, room))
        });
        let once = match (passage.key, &outgoing) {
            (Some(key), Some(outgoing)) => Some(Once {
                key,
                digest: outgoing.repeated().map_err(internal)?,
            }),
            (None, _) | (_, None) => None,
        };
        let request = Request {
            payload_hash: outgoing
                .as_ref()
                .and_then(|outgoing| outgoing.payload_hash()),
            forwarded: outgoing.as_ref().map(|outgoing| outgoing.bound()),
            ..Request::new(passage.subject, passage.action, passage.unit)
        };
        let errand = Errand::Passage {
            config_version: passage.config_version,
            parcel: parcel.transpose()?,
        };
        Ok((request, once, errand))
    }
}
