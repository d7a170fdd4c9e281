//! Security event tokens, and what transmitters say of their streams.

use std::fmt::Write as _;
use std::sync::Arc;

use utc_domain::{Code, ReceiptId, ReceiptKind, Scope, Subject, Timestamp};
use utc_storage::journal::{Class, Tx};
use utc_storage::rows::event_keys::{self, EventKeyRow};
use utc_storage::rows::quarantine;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::ssf::{self, Algorithm, KeySet, SetMeaning, SetReceived, Stream};
use utc_tdx::{Delivery, Novelty, Refusal, SourceName, novelty};

use super::admit::{Admission, admit, remembered_until};
use super::heard::{Came, charge};
use super::quarantine::{address_text, token_conflict};
use super::receive::headers;
use super::source::SourceSignature;
use super::stored::{found, hash, lines, read_lines};
use super::verified::Verified;
use super::{Incoming, NotTaken, Taken};
use crate::console::Console;
use crate::draft::change;
use crate::identity::random;
use crate::task::{Plan, Publish, Task};
use crate::units::stored::policy_in;
use crate::{AppError, By, Ticket};

/// How many verifications of one stream may wait to be answered; an older one is forgotten.
const MOST_EXPECTED: usize = 10;

/// A source that pushes security event tokens.
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// Its name.
    pub name: SourceName,
    /// Where its keys are: a path or a URL.
    pub jwks: String,
    issuer: String,
    audience: Vec<String>,
    stream_id: Option<String>,
    expected_states: Vec<String>,
    verified: Verified,
}

/// A verification that a transmitter is to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationAsked {
    /// The state that it must carry.
    pub state: String,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

impl Console {
    /// The source that pushes to this path. Blocks.
    ///
    /// # Errors
    /// [`NotTaken::NoSource`] where no source of this name pushes security event tokens.
    pub fn stream_source(&self, name: &SourceName) -> Result<StreamSource, NotTaken> {
        let row = self.store().read(|db| sources::find(db, name.as_str()))?;
        let ssf = row.filter(|row| row.signature == SourceSignature::Ssf.as_str());
        let stream = ssf.and_then(|row| {
            Some(StreamSource {
                verified: Verified::of(name, &row),
                name: name.clone(),
                jwks: row.jwks?,
                issuer: row.issuer?,
                audience: read_lines(row.audience.as_deref()),
                stream_id: row.stream_id,
                expected_states: read_lines(row.expected_states.as_deref()),
            })
        });
        stream.ok_or_else(|| NotTaken::NoSource(name.to_string()))
    }

    /// Takes a pushed token, verified with the source's keys: the ticket is answered when it is on disk.
    ///
    /// # Errors
    /// [`NotTaken`]; nothing is kept then.
    pub fn receive_set(
        &self,
        source: &StreamSource,
        keys: KeySet,
        incoming: &Incoming,
    ) -> Result<Ticket<Result<Taken, NotTaken>>, NotTaken> {
        let headers = headers(incoming);
        let delivery = Delivery::new(&headers, &incoming.body, self.clock().now())?;
        let stream = Stream {
            source: source.name.clone(),
            issuer: source.issuer.clone(),
            audience: source.audience.clone(),
            keys,
            algorithms: Algorithm::ALL.to_vec(),
            stream_id: source.stream_id.clone(),
            expected_states: source.expected_states.clone(),
        };
        let received = ssf::receive(&delivery, &stream)?;
        Ok(self.store_set(source, received, incoming))
    }

    /// Why a token is not taken that was pushed to a source which is none: what one that is there says to a token of somebody
    /// else, and after the same work.
    pub fn refuse_set(&self, incoming: &Incoming) -> Refusal {
        let headers = headers(incoming);
        let delivery = Delivery::new(&headers, &incoming.body, self.clock().now());
        match delivery {
            Ok(delivery) => ssf::refuse(&delivery),
            Err(refusal) => refusal,
        }
    }

    fn store_set(
        &self,
        source: &StreamSource,
        received: SetReceived,
        incoming: &Incoming,
    ) -> Ticket<Result<Taken, NotTaken>> {
        let address = address_text(incoming.address);
        let (options, cache) = (self.options().signals.clone(), Arc::clone(self.cache()));
        let (wake, shared) = (Arc::clone(self.wake()), Arc::clone(&cache));
        let (source, verified) = (source.name.clone(), source.verified.clone());
        let (job, ticket) = Task::boxed_as(Class::Decision, cache, move |tx| {
            verified.check(tx.db())?;
            let admission = Admission {
                cache: &shared,
                options: &options,
                units: &Scope::All,
                address: address.as_deref(),
            };
            let taken = take(tx, &admission, &source, &received)?;
            let wake = Arc::clone(&wake);
            Ok(Plan {
                drafts: Vec::new(),
                answer: taken,
                publish: Some(Box::new(move |_: &_| wake.due()) as Publish),
            })
        });
        self.journal().submit(job);
        ticket.map(|(taken, _)| taken)
    }

    /// Asks for a verification: the state is waited for from now on. Whoever asks hands it to the transmitter.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is no such source, [`AppError::Conflict`] where it has no stream.
    pub fn ask_verification(
        &self,
        actor: impl Into<By>,
        name: SourceName,
    ) -> Ticket<VerificationAsked> {
        let state = match random_state() {
            Ok(state) => state,
            Err(error) => return Ticket::ready(Err(error)),
        };
        self.control_by(actor, move |tx, actor| expect(tx, actor, &name, &state))
    }
}

fn random_state() -> Result<String, AppError> {
    let bytes: zeroize::Zeroizing<[u8; 16]> =
        random().map_err(|error| AppError::Internal(Box::new(error)))?;
    let mut state = String::new();
    for byte in bytes.iter() {
        // Writing into a string does not fail.
        let _ = write!(state, "{byte:02x}");
    }
    Ok(state)
}

fn expect(
    tx: &mut Tx<'_>,
    actor: &Subject,
    name: &SourceName,
    state: &str,
) -> Result<Plan<VerificationAsked>, AppError> {
    let row = found(tx.db(), name)?;
    if row.signature != SourceSignature::Ssf.as_str() {
        return Err(AppError::Conflict {
            code: "no_stream",
            message: format!("source `{name}` does not push security event tokens"),
        });
    }
    let mut states = read_lines(row.expected_states.as_deref());
    states.push(state.to_owned());
    let forgotten = states.len().saturating_sub(MOST_EXPECTED);
    states.drain(..forgotten);
    let expected_states = lines(&states);
    sources::update(
        tx.db(),
        &SourceRow {
            expected_states,
            ..row
        },
    )?;
    let policy = policy_in(tx)?;
    let reason = format!("{actor} waits for source `{name}` to verify its stream.");
    let kind = ReceiptKind::ConfigChange;
    let draft = change(
        kind,
        Code::VerificationRequested,
        actor.clone(),
        reason,
        policy,
    );
    Ok(Plan {
        answer: VerificationAsked {
            state: state.to_owned(),
            receipt_id: draft.id,
        },
        drafts: vec![draft],
        publish: None,
    })
}

/// Stores what a token says, once. Its key is looked up first: what was answered is answered again, also when what it was
/// about has changed since.
fn take(
    tx: &mut Tx<'_>,
    admission: &Admission<'_>,
    source: &SourceName,
    received: &SetReceived,
) -> Result<Result<Taken, NotTaken>, AppError> {
    let key = &received.key;
    let mut known = std::collections::HashMap::new();
    for (text, content) in event_keys::known(tx.db(), &[key.as_str()])? {
        known.insert(text, hash("event_keys.content", &content)?);
    }
    let mut row = found(tx.db(), source)?;
    row.last_seen_at = Some(tx.now().as_micros());
    match novelty(std::slice::from_ref(key), |text| known.get(text).copied()) {
        Novelty::Repeat => {
            row.repeats += 1;
            sources::count(tx.db(), &row)?;
            let repeated = Taken {
                repeated: 1,
                ..Taken::default()
            };
            return Ok(Ok(repeated));
        }
        Novelty::Conflict => {
            let came = Came {
                conflicts: 1,
                ..Came::default()
            };
            charge(&mut row, &came, admission.options, tx.now())?;
            sources::count(tx.db(), &row)?;
            let entry = token_conflict(source, key, admission.address, tx.now());
            quarantine::insert(tx.db(), entry)?;
            return Ok(Err(NotTaken::Conflict));
        }
        Novelty::New => {}
    }
    match &received.meaning {
        Err(refusal) => return Ok(Err(refusal.clone().into())),
        Ok(SetMeaning::Signal(event)) => {
            return admit(tx, admission, std::slice::from_ref(&**event));
        }
        Ok(SetMeaning::Verification { state }) => answered(&mut row, state.as_deref(), tx.now()),
        Ok(SetMeaning::StreamUpdated { status, reason }) => {
            row.stream_status = Some(status.to_string());
            row.stream_reason = reason.as_ref().map(ToString::to_string);
        }
    }
    sources::update(tx.db(), &row)?;
    let key = EventKeyRow {
        key: key.as_str().to_owned(),
        content: key.content().as_bytes().to_vec(),
        until: remembered_until(tx.now()).as_micros(),
    };
    event_keys::insert(tx.db(), &[key])?;
    Ok(Ok(Taken::default()))
}

fn answered(row: &mut SourceRow, state: Option<&str>, now: Timestamp) {
    let mut states = read_lines(row.expected_states.as_deref());
    states.retain(|waiting| Some(waiting.as_str()) != state);
    row.expected_states = lines(&states);
    row.verified_at = Some(now.as_micros());
}
