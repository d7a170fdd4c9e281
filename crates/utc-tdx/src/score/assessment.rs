//! The risk of one unit at one moment.

use std::collections::BTreeMap;

use utc_domain::{Criticality, Timestamp, round6};

use crate::event::Meaning;
use crate::hash::ContentHash;
use crate::score::trend::Counts;
use crate::score::{Closings, Signal, SourceShare, Trend};
use crate::source::{Rating, SourceName, Standing};

/// The most that events can say together. A risk of 1 would have infinite odds, which no criticality could lower.
const MAX_RISK: f64 = 0.999;
/// How many contributions are kept as evidence.
const EVIDENCE: usize = 10;

/// How far each source is believed. One that is not among them only appeared.
#[derive(Debug, Clone, Default)]
pub struct Ratings(BTreeMap<SourceName, Rating>);

impl Ratings {
    /// Of the sources that are known.
    pub fn new(known: BTreeMap<SourceName, Rating>) -> Self {
        Self(known)
    }

    fn of(&self, source: &SourceName) -> Rating {
        self.0.get(source).copied().unwrap_or(Rating::APPEARED)
    }
}

/// What one event contributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// Who said it.
    pub source: SourceName,
    /// Which event.
    pub hash: ContentHash,
    /// What it says by itself, above 0 and at most 1, rounded to six decimals.
    pub weight: f64,
}

/// The risk of one unit at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// From 0 to 100, by the unit's criticality.
    pub score: f64,
    /// From 0 to 0.999, whatever the criticality.
    pub risk: f64,
    /// Each source that says anything, by name.
    pub sources: Vec<SourceShare>,
    /// The ten events that say most, most first.
    pub evidence: Vec<Contribution>,
    /// Events of the last 24 hours that matched the unit, closing and weightless ones too.
    pub matched_count: u32,
    /// Whether that is more than in the 24 hours before.
    pub trend: Trend,
}

impl Assessment {
    /// Whether these sources may mark a unit at all: two of them, of which an administrator registered one, or an authoritative
    /// one. Whoever holds one token for many names can make up as many sources as they like.
    pub fn is_corroborated(&self) -> bool {
        let of = |standing| {
            self.sources
                .iter()
                .any(move |share| share.standing == standing)
        };
        of(Standing::Authoritative) || (self.sources.len() >= 2 && of(Standing::Registered))
    }
}

/// Scores a unit from the events that match it, in any order, repeated ones counted once.
///
/// `R = min(0.999, 1 − Π(1 − Pₛ))` over sources; the odds of `100R` are multiplied by 0.5, 1, 1.5 or 2 by criticality. Every number is
/// rounded half-even to six decimals before the next is computed from it.
pub fn assess<'a>(
    signals: &[Signal<'a>],
    ratings: &Ratings,
    closings: &Closings<'a>,
    criticality: Criticality,
    now: Timestamp,
) -> Assessment {
    let unique = unique(signals);
    let mut counts = Counts::default();
    for one in &unique {
        counts.add(one.counts_from, now);
    }
    let raising = unique.into_iter().filter(|one| raises(one, closings));
    let weighed = weighed(raising, ratings, now);
    let sources = shares(&weighed);
    let risk = risk(&sources);
    Assessment {
        score: by_criticality(risk, criticality),
        risk,
        sources,
        evidence: evidence(&weighed),
        matched_count: counts.last_day,
        trend: counts.trend(),
    }
}

/// Each event once, by source. Where one was seen twice, the earlier moment counts.
fn unique<'s, 'a>(signals: &'s [Signal<'a>]) -> Vec<&'s Signal<'a>> {
    let mut all: Vec<&Signal<'_>> = signals.iter().collect();
    all.sort_unstable_by_key(|one| (one.source, one.hash, one.counts_from));
    all.dedup_by_key(|one| (one.source, one.hash));
    all
}

fn raises<'a>(signal: &Signal<'a>, closings: &Closings<'a>) -> bool {
    match signal.meaning {
        Meaning::Raises => !closings.cancel(signal),
        Meaning::Closes(_) | Meaning::Unknown => false,
    }
}

/// An event with what it says.
struct Weighed<'a> {
    source: &'a SourceName,
    rating: Rating,
    hash: ContentHash,
    weight: f64,
}

/// All that still say something, by source, largest first.
fn weighed<'s, 'a: 's>(
    signals: impl Iterator<Item = &'s Signal<'a>>,
    ratings: &Ratings,
    now: Timestamp,
) -> Vec<Weighed<'a>> {
    let weigh = |signal: &Signal<'a>| {
        let rating = ratings.of(signal.source);
        Weighed {
            source: signal.source,
            rating,
            hash: signal.hash,
            weight: signal.weight(rating.trust, now),
        }
    };
    let mut all: Vec<_> = signals.map(weigh).filter(|one| one.weight > 0.0).collect();
    all.sort_by(|a, b| {
        let heavier = b.weight.total_cmp(&a.weight);
        a.source.cmp(b.source).then(heavier)
    });
    all
}

fn shares(weighed: &[Weighed<'_>]) -> Vec<SourceShare> {
    let share = |all: &[Weighed<'_>]| {
        let first = all.first()?;
        let weights: Vec<f64> = all.iter().map(|one| one.weight).collect();
        Some(SourceShare::of(first.source, first.rating, &weights))
    };
    weighed
        .chunk_by(|a, b| a.source == b.source)
        .filter_map(share)
        .filter(|share| share.share > 0.0)
        .collect()
}

fn risk(sources: &[SourceShare]) -> f64 {
    let safe: f64 = sources.iter().map(|source| 1.0 - source.share).product();
    round6((1.0 - safe).min(MAX_RISK))
}

/// What a criticality multiplies the odds by.
fn odds_factor(criticality: Criticality) -> f64 {
    match criticality {
        Criticality::Low => 0.5,
        Criticality::Normal => 1.0,
        Criticality::High => 1.5,
        Criticality::Extreme => 2.0,
    }
}

fn by_criticality(risk: f64, criticality: Criticality) -> f64 {
    let odds = risk / (1.0 - risk) * odds_factor(criticality);
    round6(100.0 * odds / (1.0 + odds))
}

fn evidence(weighed: &[Weighed<'_>]) -> Vec<Contribution> {
    let mut all: Vec<&Weighed<'_>> = weighed.iter().collect();
    all.sort_by(|a, b| {
        let heavier = b.weight.total_cmp(&a.weight);
        heavier.then_with(|| (a.source, a.hash).cmp(&(b.source, b.hash)))
    });
    let kept = all.into_iter().take(EVIDENCE);
    kept.map(|one| Contribution {
        source: one.source.clone(),
        hash: one.hash,
        weight: one.weight,
    })
    .collect()
}
