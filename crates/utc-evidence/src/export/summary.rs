//! `export.json`: what the bundle says about itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utc_attestation::log::TreeHash;
use utc_domain::DomainError;

use super::Filter;
use crate::counter::Counter;
use crate::tally::{Spot, Tally};

/// The version of the bundle's form that this crate writes and reads.
pub(crate) const FORMAT: u32 = 1;

/// How the sample is drawn, in words.
const SAMPLE_RULE: &str = "those with the smallest SHA-256 over the text utc-evidence-sample, the 32 bytes of the seed, and seq as 8 bytes, the most significant first";

/// `export.json`. There is no clock in it: the same filter, log and software give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) format: u32,
    pub(crate) software: Software,
    pub(crate) log: Log,
    pub(crate) filter: FilterText,
    /// `whole`, `range` or `inclusion_only`.
    pub(crate) claim: String,
    /// How many receipts are in the bundle.
    pub(crate) population: u64,
    pub(crate) first: Option<Position>,
    pub(crate) last: Option<Position>,
    pub(crate) gaps: GapList,
    pub(crate) kinds: BTreeMap<String, u64>,
    pub(crate) decisions: BTreeMap<String, u64>,
    pub(crate) sample: SampleList,
    pub(crate) proofs: Proofs,
    pub(crate) policies: u64,
    pub(crate) approvals: u64,
    pub(crate) signals: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Software {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl Software {
    /// What this crate is part of.
    pub(crate) fn this() -> Self {
        Self {
            name: "utc".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) origin: String,
    pub(crate) size: u64,
    /// Base64, as the checkpoint writes it.
    pub(crate) root: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilterText {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) subject: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) seq: u64,
    pub(crate) ts: String,
}

/// Positions between the first and the last receipt that are not in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GapList {
    /// How many positions.
    pub(crate) positions: u64,
    /// The first gaps, each from its first to its last position.
    pub(crate) ranges: Vec<[u64; 2]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SampleList {
    pub(crate) rule: String,
    /// The root of the log, base64.
    pub(crate) seed: String,
    pub(crate) positions: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proofs {
    /// How many are in the bundle.
    pub(crate) written: u64,
    /// How many more there would be; the tiles prove these receipts.
    pub(crate) left_out: u64,
}

/// How many files of each kind there are beside the receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FileCounts {
    pub(crate) policies: u64,
    pub(crate) approvals: u64,
    pub(crate) signals: u64,
}

/// What a bundle is made of but its receipts.
pub(crate) struct About<'a> {
    pub(crate) software: Software,
    pub(crate) origin: &'a str,
    pub(crate) size: u64,
    pub(crate) root: TreeHash,
    pub(crate) filter: &'a Filter,
    pub(crate) files: FileCounts,
}

impl Summary {
    pub(crate) fn new(about: &About<'_>, tally: &Tally) -> Self {
        let drawn = tally.sample.drawn();
        let proofs = u64::try_from(tally.proofs().len()).unwrap_or(u64::MAX);
        Self {
            format: FORMAT,
            software: about.software.clone(),
            log: Log {
                origin: about.origin.to_owned(),
                size: about.size,
                root: about.root.to_string(),
            },
            filter: FilterText::from(about.filter),
            claim: about.filter.claim().as_str().to_owned(),
            population: tally.population,
            first: tally.first.as_ref().map(Position::from),
            last: tally.last.as_ref().map(Position::from),
            gaps: GapList {
                positions: tally.gaps.missing(),
                ranges: tally.gaps.listed().to_vec(),
            },
            kinds: counts(&tally.kinds),
            decisions: counts(&tally.decisions),
            sample: SampleList {
                rule: SAMPLE_RULE.to_owned(),
                seed: about.root.to_string(),
                positions: drawn.iter().map(|&(seq, _)| seq).collect(),
            },
            proofs: Proofs {
                written: proofs,
                left_out: tally.proofs_left_out(),
            },
            policies: about.files.policies,
            approvals: about.files.approvals,
            signals: about.files.signals,
        }
    }

    /// For people too, so with line breaks.
    pub(crate) fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl From<&Spot> for Position {
    fn from(spot: &Spot) -> Self {
        Self {
            seq: spot.seq,
            ts: spot.ts.clone(),
        }
    }
}

impl From<&Filter> for FilterText {
    fn from(filter: &Filter) -> Self {
        Self {
            from: filter.from.map(|at| at.to_string()),
            to: filter.to.map(|at| at.to_string()),
            unit: filter.unit.as_ref().map(ToString::to_string),
            subject: filter.subject.as_ref().map(ToString::to_string),
        }
    }
}

impl TryFrom<&FilterText> for Filter {
    type Error = DomainError;

    fn try_from(text: &FilterText) -> Result<Self, DomainError> {
        let at = |text: &Option<String>| text.as_deref().map(str::parse).transpose();
        Ok(Self {
            from: at(&text.from)?,
            to: at(&text.to)?,
            unit: text.unit.as_deref().map(str::parse).transpose()?,
            subject: text.subject.as_deref().map(str::parse).transpose()?,
        })
    }
}

fn counts(counter: &Counter<String>) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = counter
        .iter()
        .map(|(name, count)| (name.clone(), count))
        .collect();
    if counter.other() > 0 {
        counts.insert("(other)".to_owned(), counter.other());
    }
    counts
}
