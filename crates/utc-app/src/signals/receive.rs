//! Deliveries: who sent them, what they hold, into the database.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use utc_domain::{Role, Scope, Timestamp};
use utc_storage::journal::Class;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::receive::cloud_events::Authority;
use utc_tdx::receive::{
    SignedSource, alertmanager, cloud_events, falco, github, native, standard_webhooks,
};
use utc_tdx::{
    Adapter, Delivery, Event, HmacSecret, Refusal, SignatureProblem, SourceName, Speaker,
};

use super::admit::{Admission, admit};
use super::quarantine::address_text;
use super::source::SourceSignature;
use super::verified::Verified;
use super::{NotTaken, Taken, secret};
use crate::console::Console;
use crate::identity::Principal;
use crate::task::{Plan, Publish, Task};
use crate::{AppError, By, Ticket};

/// A delivery as it came.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its headers, in any case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Its body, byte for byte.
    pub body: Bytes,
    /// Where it came from.
    pub address: Option<IpAddr>,
}

/// Which receiver a delivery came to, with the source in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiver {
    /// The console's own JSON.
    Native,
    /// `CloudEvents` 1.0.
    CloudEvents,
    /// Standard Webhooks.
    StandardWebhooks(SourceName),
    /// Security alerts of GitHub.
    GitHub(SourceName),
    /// Prometheus Alertmanager.
    Alertmanager(SourceName),
    /// Falco.
    Falco(SourceName),
}

impl Receiver {
    /// The format that it takes.
    pub fn adapter(&self) -> Adapter {
        match self {
            Self::Native => Adapter::Native,
            Self::CloudEvents => Adapter::CloudEvents,
            Self::StandardWebhooks(_) => Adapter::Webhook,
            Self::GitHub(_) => Adapter::GitHub,
            Self::Alertmanager(_) => Adapter::Alertmanager,
            Self::Falco(_) => Adapter::Falco,
        }
    }

    /// The source in its path.
    pub fn source(&self) -> Option<&SourceName> {
        match self {
            Self::Native | Self::CloudEvents => None,
            Self::StandardWebhooks(source)
            | Self::GitHub(source)
            | Self::Alertmanager(source)
            | Self::Falco(source) => Some(source),
        }
    }
}

impl Console {
    /// Takes a delivery: the ticket is answered when its events are on disk. `by` is whoever holds the token that came with
    /// it. Blocks, to read who the source is.
    ///
    /// # Errors
    /// [`NotTaken`]; nothing is kept then.
    pub fn receive(
        &self,
        by: Option<&Arc<Principal>>,
        receiver: &Receiver,
        incoming: &Incoming,
    ) -> Result<Ticket<Result<Taken, NotTaken>>, NotTaken> {
        let headers: Vec<(&str, &[u8])> = headers(incoming);
        let delivery = Delivery::new(&headers, &incoming.body, self.clock().now())?;
        let (events, verified) = self.read(by, receiver, &delivery)?;
        self.store_events(by, events, verified, incoming)
    }

    /// The events of a delivery whose sender proved who it is, and whose signature that was.
    fn read(
        &self,
        by: Option<&Arc<Principal>>,
        receiver: &Receiver,
        delivery: &Delivery<'_>,
    ) -> Result<(Vec<Event>, Option<Verified>), NotTaken> {
        let events = match receiver {
            Receiver::Native => native::receive(delivery, &speaker(by)?)?,
            Receiver::Alertmanager(source) => {
                alertmanager::receive(delivery, source, &speaker(by)?)?
            }
            Receiver::Falco(source) => falco::receive(delivery, source, &speaker(by)?)?,
            Receiver::StandardWebhooks(source) => {
                let kind = SourceSignature::StandardWebhooks;
                let (source, verified) = self.signed(source, kind, delivery.seen())?;
                return Ok((standard_webhooks::receive(delivery, &source)?, verified));
            }
            Receiver::GitHub(source) => {
                let kind = SourceSignature::GitHub;
                let (source, verified) = self.signed(source, kind, delivery.seen())?;
                return Ok((github::receive(delivery, &source)?, verified));
            }
            Receiver::CloudEvents if by.is_some() => {
                cloud_events::receive(delivery, Authority::Token(&speaker(by)?))?
            }
            Receiver::CloudEvents => {
                let claimed = cloud_events::claimed_source(delivery)?;
                let kind = SourceSignature::StandardWebhooks;
                let (source, verified) = self.signed(&claimed, kind, delivery.seen())?;
                let signed = Authority::Signed(&source);
                return Ok((cloud_events::receive(delivery, signed)?, verified));
            }
        };
        Ok((events, None))
    }

    /// A source with the secrets that verify now. One that is not there has a secret that nobody knows, opened like any other:
    /// neither the answer nor what it takes tells which sources there are.
    pub(super) fn signed(
        &self,
        name: &SourceName,
        kind: SourceSignature,
        now: Timestamp,
    ) -> Result<(SignedSource, Option<Verified>), NotTaken> {
        let row = self.store().read(|db| sources::find(db, name.as_str()))?;
        let row = row.filter(|row| row.signature == kind.as_str() && row.secret.is_some());
        let vault = self.vault();
        let (stored, verified) = match &row {
            Some(row) => (secrets(row, now), Some(Verified::of(name, row))),
            None => (vec![secret::nobodys(vault, name, kind)?], None),
        };
        let opened = stored
            .iter()
            .map(|stored| secret::opened(vault, name, kind, stored));
        let secrets: Vec<HmacSecret> = opened.collect::<Result<_, AppError>>()?;
        let name = name.clone();
        Ok((SignedSource { name, secrets }, verified))
    }

    pub(super) fn store_events(
        &self,
        by: Option<&Arc<Principal>>,
        events: Vec<Event>,
        verified: Option<Verified>,
        incoming: &Incoming,
    ) -> Result<Ticket<Result<Taken, NotTaken>>, NotTaken> {
        if events.is_empty() {
            return Ok(Ticket::ready(Ok(Ok(Taken::default()))));
        }
        let address = address_text(incoming.address);
        let (options, cache) = (self.options().signals.clone(), Arc::clone(self.cache()));
        let wake = Arc::clone(self.wake());
        let place = by.map(|by| by.take_place(self.options().decision_places / 4));
        let place = place.transpose()?;
        // What a token says counts where its role holds, and nowhere else. Another proof is the source's own.
        let units = by.map_or(Scope::All, |by| by.units().clone());
        let by: Option<By> = by.map(By::from);
        let shared = Arc::clone(&cache);
        let (job, ticket) = Task::boxed_as(Class::Decision, cache, move |tx| {
            if let Some(by) = &by {
                by.check(tx)?;
            }
            if let Some(verified) = &verified {
                verified.check(tx.db())?;
            }
            let admission = Admission {
                cache: &shared,
                options: &options,
                units: &units,
                address: address.as_deref(),
            };
            let taken = admit(tx, &admission, &events)?;
            let due = taken.as_ref().is_ok_and(|taken| !taken.units.is_empty());
            let wake = Arc::clone(&wake);
            Ok(Plan {
                drafts: Vec::new(),
                answer: taken,
                publish: due.then(|| Box::new(move |_: &_| wake.due()) as Publish),
            })
        });
        self.journal().submit(job);
        Ok(ticket.map(move |(taken, _)| {
            drop(place);
            taken
        }))
    }
}

/// What a source signs with, sealed: its secret, and the one before while that holds.
fn secrets(row: &SourceRow, now: Timestamp) -> Vec<String> {
    let until = row.previous_until;
    let holds = until.is_some_and(|until| now.as_micros() < until);
    let previous = row.previous_secret.iter().filter(|_| holds);
    row.secret.iter().chain(previous).cloned().collect()
}

pub(super) fn headers(incoming: &Incoming) -> Vec<(&str, &[u8])> {
    let all = incoming.headers.iter();
    all.map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect()
}

/// The sources that a token was given: the patterns of subjects that it may speak for. Without any it may speak for none.
fn speaker(by: Option<&Arc<Principal>>) -> Result<Speaker, NotTaken> {
    let Some(by) = by else {
        return Err(Refusal::Signature(SignatureProblem::Missing).into());
    };
    by.holds(Role::Signal)?;
    Ok(match by.subjects() {
        Scope::All => Speaker::default(),
        Scope::Only(patterns) => Speaker::new(patterns.clone()),
    })
}
