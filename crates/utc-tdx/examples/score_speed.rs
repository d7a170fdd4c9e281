//! Scores 10,000 units with a million events between them: `cargo run --release -p utc-tdx --example score_speed`.
#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

use std::collections::BTreeMap;
use std::time::Instant;

use utc_domain::{Criticality, Timestamp};
use utc_tdx::score::{Assessment, Closings, Ratings, Signal, assess};
use utc_tdx::{Confidence, ContentHash, Meaning, Rating, Severity, SourceName, Standing, Trust};

const UNITS: usize = 10_000;
const EVENTS_OF_A_UNIT: u32 = 100;
const SOURCES: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-01-31T12:00:00Z".parse()?;
    let sources: Result<Vec<SourceName>, _> = (0..SOURCES)
        .map(|source| format!("source-{source}").parse())
        .collect();
    let sources = sources?;
    let ratings = ratings(&sources)?;
    let units = units(&sources, now)?;

    let began = Instant::now();
    let closings = Closings::of(units.iter().flatten().copied());
    let assess =
        |signals: &Vec<Signal<'_>>| assess(signals, &ratings, &closings, Criticality::Normal, now);
    let assessments: Vec<Assessment> = units.iter().map(assess).collect();
    let took = began.elapsed();

    let high = assessments.iter().filter(|one| one.score >= 70.0).count();
    let events: usize = units.iter().map(Vec::len).sum();
    println!("{UNITS} units, {events} events: {} ms", took.as_millis());
    println!("{high} units at 70 or more");
    Ok(())
}

/// Half of the sources are registered.
fn ratings(sources: &[SourceName]) -> Result<Ratings, utc_tdx::RangeError> {
    let trust = Trust::new(0.9)?;
    let standing = Standing::Registered;
    let known = sources.iter().step_by(2).cloned();
    let rated = known.map(|source| (source, Rating { trust, standing }));
    Ok(Ratings::new(rated.collect::<BTreeMap<_, _>>()))
}

/// Events of all severities and ages up to 100 hours; one in ten closes the one before it.
fn units(
    sources: &[SourceName],
    now: Timestamp,
) -> Result<Vec<Vec<Signal<'_>>>, utc_tdx::RangeError> {
    let confidence = Confidence::new(0.7)?;
    let signal = |unit: usize, index: u32, source| {
        let name = |index: u32| ContentHash::of(format!("{unit}/{index}").as_bytes());
        Signal {
            source,
            hash: name(index),
            counts_from: now.plus_minutes(-60 * i64::from((index * 37) % 100)),
            half_life_micros: 24 * 3_600_000_000,
            severity: severity(index),
            confidence,
            meaning: match index % 10 {
                9 => Meaning::Closes(name(index - 1)),
                _ => Meaning::Raises,
            },
            thread: name(index),
        }
    };
    let of_unit = |unit: usize| {
        let some = sources.iter().cycle().skip(unit).step_by(3);
        let numbered = (0..EVENTS_OF_A_UNIT).zip(some);
        numbered
            .map(|(index, source)| signal(unit, index, source))
            .collect()
    };
    Ok((0..UNITS).map(of_unit).collect())
}

fn severity(index: u32) -> Severity {
    match index % 5 {
        0 => Severity::Info,
        1 => Severity::Low,
        2 => Severity::Medium,
        3 => Severity::High,
        _ => Severity::Critical,
    }
}
