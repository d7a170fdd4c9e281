//! Ten thousand units with a million events: the score alone, and the job with its database.

use std::collections::BTreeMap;
use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use utc_app::engine::Location;
use utc_app::signals::SignalOptions;
use utc_domain::{Criticality, Timestamp};
use utc_storage::connection::{Purpose, connect};
use utc_tdx::score::{Closings, Ratings, Signal, assess};
use utc_tdx::{Confidence, ContentHash, Meaning, Rating, Severity, SourceName, Standing, Trust};

use crate::Outcome;
use crate::stage::Stage;

const UNITS: usize = 10_000;
const EVENTS_OF_A_UNIT: usize = 100;
const SOURCES: usize = 20;

/// The half-life of what concerns identities, in microseconds.
const HALF_LIFE: i64 = 24 * 3_600_000_000;

pub(crate) fn measure(folder: &str) -> Outcome {
    pure()?;
    let location = Location::Sqlite(format!("{folder}/scored/utc.db").into());
    let stage = Stage::new(location.clone(), SignalOptions::STANDARD)?;
    let units: Vec<String> = (0..UNITS).map(|number| format!("unit-{number}")).collect();
    stage.units(&units)?;
    for source in 0..SOURCES {
        stage.source(&format!("source-{source}"), Standing::Registered)?;
    }
    fill(&location, stage.console.options().clock.now())?;
    for which in ["first", "second"] {
        let began = Instant::now();
        let run = stage.console.run_scorer()?;
        println!(
            "the {which} run over {} units with {} events, read from the database and written to it: {} ms ({} flagged)",
            run.units,
            run.events,
            began.elapsed().as_millis(),
            run.flagged
        );
    }
    Ok(())
}

/// The score itself, without a database, on one core.
fn pure() -> Outcome {
    let names: Vec<SourceName> = (0..SOURCES)
        .map(|number| format!("source-{number}").parse())
        .collect::<Result<_, _>>()?;
    let rating = Rating {
        trust: Trust::new(0.9)?,
        standing: Standing::Registered,
    };
    let ratings: BTreeMap<SourceName, Rating> =
        names.iter().map(|name| (name.clone(), rating)).collect();
    let ratings = Ratings::new(ratings);
    let now = Timestamp::from_micros(1_800_000_000_000_000);
    let units: Vec<Vec<Signal<'_>>> = (0..UNITS)
        .map(|unit| signals(unit, &names, now))
        .collect::<Result<_, utc_tdx::RangeError>>()?;
    let began = Instant::now();
    let mut sum = 0.0;
    for signals in &units {
        let closings = Closings::default();
        sum += assess(signals, &ratings, &closings, Criticality::Normal, now).score;
    }
    println!(
        "scores of {UNITS} units from {} events, without a database: {} ms (mean score {:.1})",
        UNITS * EVENTS_OF_A_UNIT,
        began.elapsed().as_millis(),
        sum / 1e4
    );
    Ok(())
}

fn signals<'a>(
    unit: usize,
    names: &'a [SourceName],
    now: Timestamp,
) -> Result<Vec<Signal<'a>>, utc_tdx::RangeError> {
    let confidence = Confidence::new(0.7)?;
    let each = names.iter().cycle().enumerate().take(EVENTS_OF_A_UNIT);
    let signal = |(number, source): (usize, &'a SourceName)| {
        let hash = ContentHash::of(format!("{unit}/{number}").as_bytes());
        let age = i64::try_from(number).unwrap_or(0) * 1_800_000_000;
        Signal {
            source,
            hash,
            counts_from: now.plus_micros(-age),
            half_life_micros: HALF_LIFE,
            severity: Severity::Low,
            confidence,
            meaning: Meaning::Raises,
            thread: hash,
        }
    };
    Ok(each.map(signal).collect())
}

/// A hundred events for each unit, of the last two days, as deliveries would have left them.
fn fill(location: &Location, now: Timestamp) -> Outcome {
    let began = Instant::now();
    let mut db = connect(location, Purpose::Maintain)?;
    db.batch_execute("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-500000")?;
    let now = now.as_micros();
    for round in 0..EVENTS_OF_A_UNIT {
        let first = round * UNITS;
        let seen = now - i64::try_from(EVENTS_OF_A_UNIT - round)? * 1_800_000_000;
        let until = now + 30 * HALF_LIFE;
        let source = round % SOURCES;
        db.batch_execute(&format!(
            "BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {UNITS})
             INSERT INTO events (seq, hash, source, event_time, seen_at, counts_from, topic, severity, confidence, entities,
                 meaning, thread, adapter, proof, body_hash, matched, until)
             SELECT {first} + i, randomblob(32), 'source-{source}', {seen}, {seen}, {seen}, 'identity', 'info', 0.3, 'unit-' || i,
                 'raises', randomblob(32), 'native', 'token', zeroblob(32), 1, {until} FROM n;
             INSERT INTO unit_signals (unit, event, source, hash, thread, counts_from, half_life, severity, confidence, counts)
             SELECT entities, seq, source, hash, thread, counts_from, {HALF_LIFE}, severity, confidence, 1 FROM events WHERE seq >= {first};
             COMMIT;"
        ))?;
    }
    // What is measured next should not wait for this to come to the disk.
    db.batch_execute("PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE)")?;
    println!(
        "(a million events written into the database in {} s)",
        began.elapsed().as_secs()
    );
    Ok(())
}
