//! What a score rests on, as it is stored and as receipts say it.

use serde::{Deserialize, Serialize};
use utc_domain::{PayloadHash, SignalSeen};
use utc_storage::StorageError;
use utc_tdx::score::Assessment;

/// What a score rests on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RiskEvidence {
    /// Each source that says anything, with how much, from 0 to the cap of its standing.
    pub sources: Vec<SourceSaid>,
    /// The ten events that say most, most first.
    pub events: Vec<EventSaid>,
}

/// How much a source says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceSaid {
    /// Who.
    pub source: String,
    /// How it is known.
    pub standing: String,
    /// How much.
    pub share: f64,
}

/// How much an event says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventSaid {
    /// Who said it.
    pub source: String,
    /// The digest of its content.
    pub hash: String,
    /// How much, above 0 and at most 1.
    pub weight: f64,
}

impl RiskEvidence {
    pub(super) fn of(assessment: &Assessment) -> Self {
        let sources = assessment.sources.iter().map(|share| SourceSaid {
            source: share.source.to_string(),
            standing: share.standing.to_string(),
            share: share.share,
        });
        let events = assessment.evidence.iter().map(|one| EventSaid {
            source: one.source.to_string(),
            hash: one.hash.to_string(),
            weight: one.weight,
        });
        Self {
            // One row holds no more; the evidence are the events.
            sources: sources.take(50).collect(),
            events: events.collect(),
        }
    }

    pub(super) fn to_json(&self) -> Result<String, StorageError> {
        serde_json::to_string(self).map_err(corrupt)
    }

    pub(super) fn from_json(text: &str) -> Result<Self, StorageError> {
        serde_json::from_str(text).map_err(corrupt)
    }
}

fn corrupt(error: serde_json::Error) -> StorageError {
    StorageError::Corrupt {
        column: "unit_risks.evidence",
        source: Box::new(error),
    }
}

/// The events as a receipt names them.
pub(super) fn seen(assessment: &Assessment) -> Vec<SignalSeen> {
    let all = assessment.evidence.iter();
    all.map(|one| SignalSeen {
        source: one.source.to_string(),
        hash: PayloadHash::from_sha256(one.hash.as_bytes()),
        weight: one.weight,
    })
    .collect()
}
