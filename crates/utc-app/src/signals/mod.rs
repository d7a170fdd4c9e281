//! Trust signals: what tools outside say, who they are, and what the scorer makes of it.
//!
//! `receive` and `stream` take deliveries, `admit` stores what is new of them, in one transaction. `scorer` computes scores
//! again where something came in, and `run` all of them once in an interval; `apply` turns scores into flags, and flags into
//! the rule, each with its receipt.

mod admit;
mod apply;
mod basis;
mod book;
mod clock;
mod closing;
mod described;
mod dismiss;
mod events;
mod evidence;
mod flip;
mod heard;
mod heavy;
#[cfg(test)]
mod interleaved;
mod lead;
mod matched;
mod options;
mod overrides;
mod quarantine;
mod receive;
mod record;
mod register;
mod rematch;
mod remember;
mod reseal;
mod risk;
mod rows;
mod run;
mod runs;
mod score;
mod scorer;
mod secret;
mod source;
mod stored;
mod stream;
mod taken;
mod verified;
mod wake;

pub use clock::ScoringClock;
pub use events::{DismissedView, EventPage, EventQuery, EventView};
pub use evidence::{EventSaid, RiskEvidence, SourceSaid};
pub use flip::Flipped;
pub use options::{Scoring, SignalOptions};
pub use overrides::OverrideRequest;
pub(crate) use overrides::expire_override;
pub use quarantine::{QuarantinePage, QuarantineView, Quarantined};
pub use receive::{Incoming, Receiver};
pub use record::RunOccasion;
pub use register::SavedSource;
pub(crate) use rematch::{appeared, renamed};
pub(crate) use risk::said;
pub use risk::{RiskPoint, UnitRisk};
pub use runs::{RunPage, RunView};
pub(crate) use scorer::{Scorer, ScorerThread};
pub use source::{SourceConfig, SourceHealth, SourceSignature, SourceView};
pub use stream::{StreamSource, VerificationAsked};
pub use taken::{NotTaken, Taken};
pub(crate) use wake::Wake;
