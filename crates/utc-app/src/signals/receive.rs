//! Deliveries: who sent them, what they hold, into the database.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use utc_domain::{Role, Scope, Timestamp};
use utc_storage::journal::Class;
use utc_storage::rows::sources;
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
use super::{NotTaken, Taken, secret};
use crate::console::Console;
use crate::identity::Principal;
use crate::task::{Plan, Publish, Task};
use crate::{By, Ticket};

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
        let events = self.read(by, receiver, &delivery)?;
        self.store_events(by, events, incoming)
    }

    /// The events of a delivery whose sender proved who it is.
    fn read(
        &self,
        by: Option<&Arc<Principal>>,
        receiver: &Receiver,
        delivery: &Delivery<'_>,
    ) -> Result<Vec<Event>, NotTaken> {
        Ok(match receiver {
            Receiver::Native => native::receive(delivery, &speaker(by)?)?,
            Receiver::Alertmanager(source) => {
                alertmanager::receive(delivery, source, &speaker(by)?)?
            }
            Receiver::Falco(source) => falco::receive(delivery, source, &speaker(by)?)?,
            Receiver::StandardWebhooks(source) => {
                let source =
                    self.signed(source, SourceSignature::StandardWebhooks, delivery.seen())?;
                standard_webhooks::receive(delivery, &source)?
            }
            Receiver::GitHub(source) => {
                let source = self.signed(source, SourceSignature::GitHub, delivery.seen())?;
                github::receive(delivery, &source)?
            }
            Receiver::CloudEvents if by.is_some() => {
                cloud_events::receive(delivery, Authority::Token(&speaker(by)?))?
            }
            Receiver::CloudEvents => {
                let claimed = cloud_events::claimed_source(delivery)?;
                let kind = SourceSignature::StandardWebhooks;
                let source = self.signed(&claimed, kind, delivery.seen())?;
                cloud_events::receive(delivery, Authority::Signed(&source))?
            }
        })
    }

    /// A source with the secrets that verify now. One that is not there has none, so that nobody learns which are.
    fn signed(
        &self,
        name: &SourceName,
        kind: SourceSignature,
        now: Timestamp,
    ) -> Result<SignedSource, NotTaken> {
        let row = self.store().read(|db| sources::find(db, name.as_str()))?;
        let row = row.filter(|row| row.signature == kind.as_str());
        let mut secrets: Vec<HmacSecret> = Vec::new();
        if let Some(row) = &row {
            let current = row.secret.as_ref();
            let holds = row
                .previous_until
                .is_some_and(|until| now.as_micros() < until);
            let previous = row.previous_secret.as_ref().filter(|_| holds);
            for stored in [current, previous].into_iter().flatten() {
                secrets.push(secret::opened(self.vault(), name, kind, stored)?);
            }
        }
        let name = name.clone();
        Ok(SignedSource { name, secrets })
    }

    fn store_events(
        &self,
        by: Option<&Arc<Principal>>,
        events: Vec<Event>,
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
