//! Feeds a calm hour, a burst and a calm stretch to the controller and prints what it does.
//!
//! ```text
//! cargo run -p utc-queueing --example watch_a_queue
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use utc_domain::Timestamp;
use utc_queueing::{Observation, QueueState, Relaxing, Settings, observe, recommendation};

const CAPACITY_PER_HOUR: f64 = 100.0;
const MINUTES_BETWEEN_REPORTS: i64 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::classic();
    let start: Timestamp = "2026-01-31T12:00:00Z".parse()?;
    let calm = [20.0; 6];
    let burst = [130.0; 8];
    let calm_again = [20.0; 24];

    let mut at = start;
    let mut state: Option<QueueState> = None;
    for rate in calm.into_iter().chain(burst).chain(calm_again) {
        let step = observe(
            state.as_ref(),
            &settings,
            Observation::new(rate, CAPACITY_PER_HOUR, at)?,
            at,
            Relaxing::Allowed,
        )?;
        println!(
            "{at}  arrivals {rate:>3}/h  utilisation {:<8}  {}",
            step.state.rho, step.state.level
        );
        if let Some(change) = step.change {
            println!("    {} -> {} ({})", change.from, change.to, change.cause);
            println!("    {}", recommendation(&step.state, &settings));
        }
        state = Some(step.state);
        at = at.plus_minutes(MINUTES_BETWEEN_REPORTS);
    }
    Ok(())
}
