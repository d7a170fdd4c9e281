//! Keeps sets of keys.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use utc_outbound::{Outbound, OutboundError, OutboundPolicy, Resolve, SystemResolver, Timeouts};
use utc_tdx::ssf::KeySet;

use crate::fetch::{Location, fetch};
use crate::{KeysError, Pace};

/// Keeps the keys of every location that was asked for. Cheap to clone; clones share what they keep.
#[derive(Clone)]
pub struct Keeper {
    outbound: Outbound,
    pace: Pace,
    kept: Arc<Mutex<HashMap<String, Arc<Place>>>>,
}

/// One location.
#[derive(Default)]
struct Place {
    /// Held while it is asked: whoever comes meanwhile waits for that answer.
    asking: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// What is known of a location.
#[derive(Default, Clone)]
struct State {
    keys: Option<(Instant, Arc<KeySet>)>,
    asked: Option<Instant>,
    trouble: Option<KeysError>,
}

/// How new an answer must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// What is kept will do while it is fresh.
    Kept,
    /// Asked for again, as soon as that is allowed.
    Newer,
}

impl Keeper {
    /// A keeper that goes where `policy` lets it. Reads the operating system's certificates.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn new(policy: OutboundPolicy, pace: Pace) -> Result<Self, OutboundError> {
        Self::with_resolver(policy, pace, Arc::new(SystemResolver))
    }

    /// The same, asking `resolver` for addresses.
    ///
    /// # Errors
    ///
    /// Fails when TLS cannot be set up.
    pub fn with_resolver(
        policy: OutboundPolicy,
        pace: Pace,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, OutboundError> {
        let timeouts = Timeouts {
            connect: pace.patience,
            first_byte: pace.patience,
            idle: pace.patience,
            ..Timeouts::default()
        };
        Ok(Self {
            outbound: Outbound::with_resolver(policy, timeouts, resolver)?,
            pace,
            kept: Arc::default(),
        })
    }

    /// The keys at a location: a path, or a URL.
    ///
    /// # Errors
    ///
    /// Why there are none, also when that was found out a while ago.
    pub async fn keys(&self, location: &str) -> Result<Arc<KeySet>, KeysError> {
        self.get(location, Wanted::Kept).await
    }

    /// The same after looking again, as far as that is allowed now: a token named a key that is not among them.
    ///
    /// # Errors
    ///
    /// As for [`Keeper::keys`].
    pub async fn newer(&self, location: &str) -> Result<Arc<KeySet>, KeysError> {
        self.get(location, Wanted::Newer).await
    }

    /// Why a location could not be called now, for an early answer to whoever sets it; none when it could, or when that
    /// cannot be told. Each call is judged again.
    pub async fn objection(&self, location: &str) -> Option<KeysError> {
        match Location::parse(location) {
            Err(error) => Some(error),
            Ok(Location::File(_)) => None,
            Ok(Location::Url(target)) => {
                let judged = self.outbound.check(&target).await;
                let error = KeysError::Fetch(Arc::new(judged.err()?));
                error.is_refusal().then_some(error)
            }
        }
    }

    /// What went wrong when a location was last asked; none when nothing did.
    pub fn trouble(&self, location: &str) -> Option<KeysError> {
        let place = lock(&self.kept).get(location).cloned()?;
        lock(&place.state).trouble.clone()
    }

    async fn get(&self, location: &str, wanted: Wanted) -> Result<Arc<KeySet>, KeysError> {
        let place = Arc::clone(lock(&self.kept).entry(location.to_owned()).or_default());
        let parsed = Location::parse(location)?;
        if let Some(answer) = self.answer(&place, &parsed, wanted) {
            return answer;
        }
        let asking = place.asking.lock().await;
        // Whoever was first has asked by now.
        if let Some(answer) = self.answer(&place, &parsed, wanted) {
            return answer;
        }
        let now = Instant::now();
        lock(&place.state).asked = Some(now);
        let fetched = fetch(&self.outbound, parsed, self.pace.patience).await;
        let answer = self.store(&place, fetched, now);
        drop(asking);
        answer
    }

    /// What is kept, where it need not or must not be asked for; none where it is to be asked for.
    fn answer(
        &self,
        place: &Place,
        location: &Location,
        wanted: Wanted,
    ) -> Option<Result<Arc<KeySet>, KeysError>> {
        let state = lock(&place.state).clone();
        let between = match location {
            Location::Url(_) => self.pace.between,
            Location::File(_) => self.pace.between_files,
        };
        let asked_lately = state.asked.is_some_and(|asked| asked.elapsed() < between);
        let fresh = match location {
            Location::Url(_) => self.pace.fresh,
            Location::File(_) => self.pace.between_files,
        };
        match (&state.keys, wanted) {
            (Some((since, keys)), Wanted::Kept) if since.elapsed() < fresh => {
                Some(Ok(Arc::clone(keys)))
            }
            _ if asked_lately => self.usable(&state),
            _ => None,
        }
    }

    /// Keys that are not too old, else what went wrong; none where nobody has asked yet.
    fn usable(&self, state: &State) -> Option<Result<Arc<KeySet>, KeysError>> {
        match (&state.keys, &state.trouble) {
            (Some((since, keys)), _) if since.elapsed() < self.pace.usable => {
                Some(Ok(Arc::clone(keys)))
            }
            (_, Some(trouble)) => Some(Err(trouble.clone())),
            (_, None) => None,
        }
    }

    fn store(
        &self,
        place: &Place,
        fetched: Result<KeySet, KeysError>,
        now: Instant,
    ) -> Result<Arc<KeySet>, KeysError> {
        let mut state = lock(&place.state);
        match fetched {
            Ok(keys) => {
                let keys = Arc::new(keys);
                state.keys = Some((now, Arc::clone(&keys)));
                state.trouble = None;
                Ok(keys)
            }
            Err(error) => {
                state.trouble = Some(error.clone());
                self.usable(&state).unwrap_or(Err(error))
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
