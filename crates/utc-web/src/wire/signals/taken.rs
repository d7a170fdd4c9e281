//! What a sender is told.

use serde::{Deserialize, Serialize};
use utc_app::signals::Taken;
use utoipa::ToSchema;

/// A delivery was taken, and is on disk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenAnswer {
    /// How many of its events are new.
    accepted: usize,
    /// How many came before: they had their effect then.
    repeated: usize,
    /// How many have an id that came before with other content: they stand in the quarantine.
    quarantined: usize,
    /// The digests of its events, in its order.
    events: Vec<String>,
}

impl From<Taken> for TakenAnswer {
    fn from(taken: Taken) -> Self {
        Self {
            accepted: taken.accepted,
            repeated: taken.repeated,
            quarantined: taken.conflicts,
            events: taken.hashes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Why a security event token was not taken (RFC 8935, section 2.3).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetRefused {
    /// `invalid_request`, `invalid_key`, `invalid_issuer`, `invalid_audience`, `authentication_failed`, `access_denied` or
    /// `invalid_state`.
    pub(crate) err: &'static str,
    /// What is wrong.
    pub(crate) description: String,
}

/// How far the demo's clock of scores is to run ahead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockBody {
    /// So many hours more, at most 1,000.
    pub(crate) hours: u32,
}

/// What the clock of scores shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockAnswer {
    /// The moment that scores are computed for.
    pub(crate) scoring_time: String,
}
