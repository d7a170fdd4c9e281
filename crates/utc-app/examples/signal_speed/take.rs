//! Events a second that were on disk when their sender heard so.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use utc_app::engine::Location;
use utc_app::signals::SignalOptions;
use utc_tdx::Standing;

use crate::Outcome;
use crate::stage::Stage;

/// How long each way to send is measured.
const SPAN: Duration = Duration::from_secs(5);

pub(crate) fn measure(folder: &str) -> Outcome {
    println!("one sync of this disk: {:.2} ms", sync(folder)?);
    let location = Location::Sqlite(format!("{folder}/taken/utc.db").into());
    let stage = Arc::new(Stage::new(location, SignalOptions::STANDARD)?);
    stage.units(&["unit".to_owned()])?;
    stage.source("scanner", Standing::Registered)?;
    println!("events on disk, sent by 64 callers through the engine:");
    for size in [1, 10, 100] {
        println!(
            "  {size:>4} in a delivery: {:>8.0} /s",
            send_for(&stage, size)?
        );
    }
    Ok(())
}

/// What a sync of 4 KiB more takes, in milliseconds.
fn sync(folder: &str) -> Result<f64, std::io::Error> {
    const TIMES: u32 = 100;
    let mut file = File::create(format!("{folder}/sync"))?;
    let began = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0; 4_096])?;
        file.sync_data()?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3 / f64::from(TIMES))
}

fn send_for(stage: &Arc<Stage>, size: usize) -> Result<f64, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let callers = (0..64_u64).map(|caller| {
        let stage = Arc::clone(stage);
        std::thread::spawn(move || {
            let mut sent = 0_u32;
            let mut number = caller << 40 | (size as u64) << 32;
            while began.elapsed() < SPAN {
                let event = |_| {
                    number += 1;
                    stage.event("scanner", "unit", "medium", number)
                };
                let events: Vec<String> = (0..size).map(event).collect();
                if stage.deliver(&events).is_ok() {
                    sent += u32::try_from(size).unwrap_or(0);
                }
            }
            sent
        })
    });
    let callers: Vec<_> = callers.collect();
    let mut sent = 0;
    for caller in callers {
        sent += caller.join().map_err(|_| "a caller failed")?;
    }
    Ok(f64::from(sent) / began.elapsed().as_secs_f64())
}
