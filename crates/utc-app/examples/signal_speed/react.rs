//! From an event of an authoritative source to the decision that it changes.

use std::time::{Duration, Instant};

use utc_app::Request;
use utc_app::engine::Location;
use utc_app::signals::{Scoring, SignalOptions};
use utc_domain::Decision;
use utc_tdx::Standing;

use crate::Outcome;
use crate::stage::Stage;

const TIMES: usize = 50;

pub(crate) fn measure(folder: &str) -> Outcome {
    let location = Location::Sqlite(format!("{folder}/reacts/utc.db").into());
    let options = SignalOptions {
        scoring: Scoring::Background,
        ..SignalOptions::STANDARD
    };
    let stage = Stage::new(location, options)?;
    let units: Vec<String> = (0..TIMES).map(|number| format!("unit-{number}")).collect();
    stage.units(&units)?;
    stage.source("siem", Standing::Authoritative)?;
    let mut took = Vec::new();
    for unit in &units {
        took.push(denied_after(&stage, unit)?);
        // Not in step with the scorer's rounds.
        std::thread::sleep(Duration::from_millis(37));
    }
    took.sort();
    let at = |share: usize| {
        took.get(took.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "from an authoritative event to the decision that it denies, {TIMES} times: {:.1} ms in the middle, {:.1} ms at most",
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3
    );
    Ok(())
}

fn denied_after(stage: &Stage, unit: &str) -> Result<Duration, Box<dyn std::error::Error>> {
    let event = stage.event("siem", unit, "critical", 1);
    let began = Instant::now();
    stage.deliver(&[event])?;
    loop {
        let ask = Request::new("agent-42".parse()?, "write:/orders".parse()?, unit.parse()?);
        if stage.console.decide(ask)?.decision == Decision::Deny {
            return Ok(began.elapsed());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
