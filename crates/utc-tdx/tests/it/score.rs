//! The risk of a unit, in numbers that were worked out by hand.

use std::collections::BTreeMap;

use utc_domain::{Criticality, Timestamp};
use utc_tdx::score::{Assessment, Closings, Ratings, Signal, Trend, assess};
use utc_tdx::{Confidence, ContentHash, Meaning, Rating, Severity, SourceName, Standing, Trust};

use crate::support::{name, now};

const HOUR: i64 = 3_600_000_000;

/// What the tests say of an event; everything else follows.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) source: SourceName,
    pub(crate) id: u64,
    pub(crate) hours_ago: f64,
    pub(crate) severity: Severity,
    pub(crate) confidence: f64,
    pub(crate) meaning: Meaning,
}

pub(crate) fn hash(id: u64) -> ContentHash {
    ContentHash::of(&id.to_be_bytes())
}

impl Said {
    pub(crate) fn new(source: &str, id: u64, severity: Severity) -> Self {
        Self {
            source: name(source),
            id,
            hours_ago: 0.0,
            severity,
            confidence: 0.95,
            meaning: Meaning::Raises,
        }
    }

    pub(crate) fn ago(self, hours_ago: f64) -> Self {
        Self { hours_ago, ..self }
    }

    fn sure(self, confidence: f64) -> Self {
        Self { confidence, ..self }
    }

    pub(crate) fn closes(self, id: u64) -> Self {
        let meaning = Meaning::Closes(hash(id));
        Self { meaning, ..self }
    }

    pub(crate) fn signal(&self) -> Signal<'_> {
        #[expect(clippy::cast_possible_truncation, reason = "tests speak of few hours")]
        let micros = (self.hours_ago * 3.6e9) as i64;
        Signal {
            source: &self.source,
            hash: hash(self.id),
            counts_from: now().plus_micros(-micros),
            half_life_micros: 24 * HOUR,
            severity: self.severity,
            confidence: Confidence::new(self.confidence).unwrap(),
            meaning: self.meaning,
            thread: hash(self.id),
        }
    }
}

/// `scanner` and `lab` are registered and trusted 0.95, `boss` is authoritative; whoever else speaks only appeared.
pub(crate) fn ratings() -> Ratings {
    let rating = |standing| Rating {
        trust: Trust::new(0.95).unwrap(),
        standing,
    };
    Ratings::new(BTreeMap::from([
        (name("scanner"), rating(Standing::Registered)),
        (name("lab"), rating(Standing::Registered)),
        (name("boss"), rating(Standing::Authoritative)),
    ]))
}

pub(crate) fn assess_at(all: &[Said], criticality: Criticality, at: Timestamp) -> Assessment {
    let signals: Vec<Signal<'_>> = all.iter().map(Said::signal).collect();
    let closings = Closings::of(signals.iter().copied());
    assess(&signals, &ratings(), &closings, criticality, at)
}

pub(crate) fn assessed(all: &[Said]) -> Assessment {
    assess_at(all, Criticality::Normal, now())
}

fn critical() -> Said {
    Said::new("scanner", 1, Severity::Critical)
}

fn unreviewed() -> Said {
    Said::new("stranger", 2, Severity::Critical).sure(0.8)
}

#[test]
fn a_critical_event_of_a_registered_source_reaches_its_cap() {
    let fresh = assessed(&[critical()]);
    assert_eq!((fresh.score, fresh.risk), (60.0, 0.6));
    // 0.95 · 0.85 · 0.95, rounded half-even.
    assert_eq!(fresh.evidence[0].weight, 0.767_125);
    assert!(!fresh.is_corroborated());
}

#[test]
fn after_a_half_life_it_counts_half() {
    let older = assessed(&[critical().ago(24.0)]);
    assert_eq!(older.evidence[0].weight, 0.383_562);
    assert_eq!(older.score, 38.3562);
    assert_eq!(format!("{:.2}", older.score), "38.36");
}

#[test]
fn sources_that_nobody_registered_do_not_confirm_each_other() {
    let made_up: Vec<_> = ["stranger", "stranger:2", "stranger:3"]
        .into_iter()
        .zip(1..)
        .map(|(name, id)| Said::new(name, id, Severity::Critical).sure(1.0))
        .collect();
    let assessment = assessed(&made_up);
    assert!(assessment.score >= 70.0, "{}", assessment.score);
    assert!(!assessment.is_corroborated());
}

#[test]
fn a_second_source_makes_it_risky() {
    let both = assessed(&[critical(), unreviewed()]);
    assert_eq!((both.score, both.risk), (76.0, 0.76));
    assert!(both.is_corroborated());
    let shares: Vec<_> = both
        .sources
        .iter()
        .map(|one| (one.source.as_str(), one.share))
        .collect();
    assert_eq!(shares, [("scanner", 0.6), ("stranger", 0.4)]);
}

#[test]
fn criticality_multiplies_the_odds() {
    let score = |criticality| assess_at(&[critical()], criticality, now()).score;
    assert_eq!(score(Criticality::Low), 42.857_143);
    assert_eq!(score(Criticality::Normal), 60.0);
    assert_eq!(score(Criticality::High), 69.230_769);
    assert_eq!(score(Criticality::Extreme), 75.0);
}

#[test]
fn many_events_of_one_source_add_up_slowly() {
    let lows = |count| {
        let all: Vec<_> = (0..count)
            .map(|id| Said::new("scanner", id, Severity::Low))
            .collect();
        assessed(&all)
    };
    // 0.95 · 0.15 · 0.95 = 0.135375; each further one divided by i^1.5.
    assert_eq!(lows(1).risk, 0.135_375);
    assert_eq!(lows(2).risk, 0.183_237);
    assert_eq!(lows(3).risk, 0.209_29);
    let many = lows(200);
    assert!(many.score < 35.0, "{}", many.score);
    assert_eq!(many.evidence.len(), 10);
}

#[test]
fn an_authoritative_source_has_no_cap_but_the_total_has() {
    let all: Vec<_> = (0..9)
        .map(|id| Said::new("boss", id, Severity::Critical))
        .collect();
    let assessment = assessed(&all);
    assert_eq!((assessment.risk, assessment.score), (0.999, 99.9));
    assert!(assessment.is_corroborated());
    let extreme = assess_at(&all, Criticality::Extreme, now()).score;
    assert_eq!(extreme, 99.949_975);
}

#[test]
fn a_source_that_nobody_registered_is_trusted_a_little() {
    let alone = assessed(&[Said::new("stranger", 1, Severity::Medium).sure(1.0)]);
    assert_eq!(alone.risk, 0.21);
    assert_eq!(alone.sources[0].standing, Standing::Appeared);
}

#[test]
fn what_is_dated_ahead_has_age_0() {
    let ahead = assessed(&[critical().ago(-1_000.0)]);
    assert_eq!(ahead, assessed(&[critical()]));
}

#[test]
fn what_is_closed_says_nothing_in_its_own_source_only() {
    let event = Said::new("scanner", 1, Severity::Critical).ago(2.0);
    let closed = |source: &str, ago: f64| {
        let closing = Said::new(source, 9, Severity::Info).closes(1).ago(ago);
        assessed(&[event.clone(), closing]).risk
    };
    assert_eq!(closed("scanner", 1.0), 0.0);
    assert_eq!(closed("scanner", 2.0), 0.0);
    assert!(
        closed("scanner", 3.0) > 0.0,
        "it came back after it was closed"
    );
    assert!(closed("lab", 1.0) > 0.0, "another source closes nothing");
}

#[test]
fn an_unknown_type_weighs_nothing_and_is_counted() {
    let mut odd = critical();
    odd.meaning = Meaning::Unknown;
    let assessment = assessed(&[odd]);
    assert_eq!((assessment.score, assessment.matched_count), (0.0, 1));
    assert!(assessment.evidence.is_empty() && assessment.sources.is_empty());
}

#[test]
fn nothing_said_is_no_risk() {
    let nothing = assessed(&[]);
    assert_eq!((nothing.score, nothing.risk), (0.0, 0.0));
    assert_eq!((nothing.matched_count, nothing.trend), (0, Trend::Stable));
    assert!(!nothing.is_corroborated());
}

#[test]
fn evidence_is_what_says_most_in_order() {
    let all: Vec<_> = (0..15_u32)
        .map(|id| Said::new("scanner", u64::from(id), Severity::High).ago(f64::from(id)))
        .collect();
    let evidence = assessed(&all).evidence;
    let hashes: Vec<_> = evidence.iter().map(|one| one.hash).collect();
    let newest: Vec<_> = (0..10).map(hash).collect();
    assert_eq!(hashes, newest);
}

#[test]
fn the_trend_compares_two_days() {
    let trend = |ages: &[f64]| {
        let ids = (0..).zip(ages);
        let all: Vec<_> = ids
            .map(|(id, ago)| Said::new("lab", id, Severity::Info).ago(*ago))
            .collect();
        let assessment = assessed(&all);
        (assessment.matched_count, assessment.trend)
    };
    assert_eq!(trend(&[1.0, 2.0, 25.0]), (2, Trend::Rising));
    assert_eq!(trend(&[1.0, 25.0]), (1, Trend::Stable));
    assert_eq!(trend(&[25.0, 47.9]), (0, Trend::Falling));
    assert_eq!(trend(&[23.999, 48.0, 500.0]), (1, Trend::Rising));
}

#[test]
fn the_evidence_is_enough_to_compute_the_score_again() {
    let assessment = assessed(&[
        critical().ago(7.0),
        unreviewed().ago(3.0),
        Said::new("lab", 3, Severity::Low),
    ]);
    let weights = |source: &str| {
        let of = assessment
            .evidence
            .iter()
            .filter(|one| one.source.as_str() == source);
        of.map(|one| one.weight).sum::<f64>()
    };
    let safe: f64 = [("scanner", 0.6), ("stranger", 0.4), ("lab", 0.6)]
        .iter()
        .map(|(source, cap)| 1.0 - weights(source).min(*cap))
        .product();
    assert_eq!(utc_domain::round6(1.0 - safe), assessment.risk);
}

#[test]
fn the_worked_example_of_the_documentation_holds() {
    let both = |ago| assessed(&[critical().ago(ago), unreviewed().ago(ago)]);
    let score = |ago| both(ago).score;
    assert_eq!(
        (score(0.0), score(24.0), score(48.0)),
        (76.0, 50.9315, 27.4219)
    );
    let lows: Vec<_> = (0..200)
        .map(|id| Said::new("scanner", id, Severity::Low))
        .collect();
    assert_eq!(format!("{:.1}", assessed(&lows).score), "33.5");
    let page = include_str!("../../../../docs/SIGNALS.md");
    for number in [
        "**60**",
        "**75**",
        "**76**",
        "**50.9315**",
        "**27.4219**",
        "come to 33.5",
    ] {
        assert!(page.contains(number), "{number}");
    }
}
