//! What a score needs of an event.

use utc_domain::{Timestamp, round6};

use crate::bounded::{Confidence, Trust};
use crate::event::{Event, Meaning};
use crate::hash::ContentHash;
use crate::severity::Severity;
use crate::source::SourceName;

/// What a score needs of an event, without its texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal<'a> {
    /// Who said it.
    pub source: &'a SourceName,
    /// Which event it is.
    pub hash: ContentHash,
    /// From when on it loses weight.
    pub counts_from: Timestamp,
    /// After how many microseconds it counts half, above 0.
    pub half_life_micros: i64,
    /// How bad it is.
    pub severity: Severity,
    /// How sure the source is.
    pub confidence: Confidence,
    /// What it does to a score.
    pub meaning: Meaning,
    /// Under which name it can be closed.
    pub thread: ContentHash,
}

impl<'a> From<&'a Event> for Signal<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            source: &event.source,
            hash: event.hash,
            counts_from: event.counts_from(),
            half_life_micros: event.topic.half_life_micros(),
            severity: event.severity,
            confidence: event.confidence,
            meaning: event.meaning,
            thread: event.thread,
        }
    }
}

impl Signal<'_> {
    /// What it says at `now`, from 0 to 1: `trust · severity · confidence · 2^(−age/half-life)`.
    ///
    /// An age is never negative. Rounded to six decimals like every number in a receipt, so that a score can be computed
    /// again from what the receipt lists.
    pub fn weight(&self, trust: Trust, now: Timestamp) -> f64 {
        let age = now.micros_since(self.counts_from).max(0);
        let decay = libm::exp2(-hours(age) / hours(self.half_life_micros.max(1)));
        round6(trust.get() * self.severity.weight() * self.confidence.get() * decay)
    }
}

/// Microseconds since 1970 stay below 2⁵³, so nothing is lost.
#[expect(
    clippy::cast_precision_loss,
    reason = "see above: the number is exact, the quotient is rounded once"
)]
fn hours(micros: i64) -> f64 {
    micros as f64 / 3.6e9
}
