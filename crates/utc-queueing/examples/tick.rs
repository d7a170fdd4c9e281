//! How long a tick over ten thousand units takes, and how much memory a unit needs.
//!
//! ```text
//! cargo run --release -p utc-queueing --example tick
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::time::Instant;

use utc_domain::Timestamp;
use utc_queueing::predictive::{PredictiveSettings, PredictiveState};
use utc_queueing::{Observation, Relaxing};

const UNITS: u32 = 10_000;
const WARM_UP_TICKS: u32 = 60;
const TICKS: u32 = 20;
const CAPACITY: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let kept = PredictiveSettings::standard();
    for (name, settings) in [
        ("with a seasonal profile", kept),
        ("without", kept.without_seasons()),
    ] {
        let mut units = vec![PredictiveState::new(); UNITS as usize];
        for tick in 0..WARM_UP_TICKS {
            observe_all(&mut units, &settings, tick)?;
        }
        let started = Instant::now();
        for tick in 0..TICKS {
            observe_all(&mut units, &settings, WARM_UP_TICKS + tick)?;
        }
        let took = started.elapsed() / TICKS;
        let largest = units.iter().map(PredictiveState::size_bytes).max();
        println!(
            "{name}: {took:?} for a tick over {UNITS} units, at most {} bytes for a unit",
            largest.unwrap_or_default()
        );
    }
    Ok(())
}

/// One report a minute of each unit. Loads differ from unit to unit, and some are beyond the threshold.
fn observe_all(
    units: &mut [PredictiveState],
    settings: &PredictiveSettings,
    tick: u32,
) -> Result<(), Box<dyn Error>> {
    let start: Timestamp = "2026-01-31T12:00:00Z".parse()?;
    let at = start.plus_minutes(i64::from(tick));
    for (number, unit) in (0_u32..).zip(units) {
        let rate = f64::from((number.wrapping_mul(7_919) + tick * 31) % 120);
        let seen = Observation::new(rate, CAPACITY, at)?;
        unit.observe(settings, seen, at, Relaxing::Allowed)?;
    }
    Ok(())
}
