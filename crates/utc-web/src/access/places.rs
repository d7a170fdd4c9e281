//! How many streams somebody has open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use utc_app::Who;
use utc_domain::SessionId;

use super::Caller;
use crate::problem::Problem;

/// How many streams one session, or one token, may have open.
const MOST: usize = 4;

/// Whose streams they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Session(SessionId),
    Caller(Who),
}

type Counts = Arc<Mutex<HashMap<Owner, usize>>>;

/// The streams that are open.
#[derive(Default)]
pub(super) struct StreamPlaces(Counts);

/// A place for one stream, given back when dropped.
pub(crate) struct StreamPlace {
    counts: Counts,
    owner: Owner,
}

impl StreamPlaces {
    pub(super) fn take(&self, caller: &Caller) -> Result<StreamPlace, Problem> {
        let owner = match caller.session() {
            Some(signed_in) => Owner::Session(signed_in.session),
            None => Owner::Caller(caller.who()),
        };
        let mut counts = locked(&self.0);
        let count = counts.entry(owner).or_default();
        if *count >= MOST {
            return Err(too_many());
        }
        *count += 1;
        Ok(StreamPlace {
            counts: Arc::clone(&self.0),
            owner,
        })
    }
}

fn too_many() -> Problem {
    let detail =
        format!("{MOST} streams are open already: close a page, or go on without live updates");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", detail).retry_after(5)
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut counts = locked(&self.counts);
        if let Some(count) = counts.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.owner);
            }
        }
    }
}

fn locked(counts: &Counts) -> std::sync::MutexGuard<'_, HashMap<Owner, usize>> {
    // Nothing panics while it is held.
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}
