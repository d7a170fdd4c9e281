//! Takes events durably and scores them: `cargo run --release -p utc-app --example signal_speed`.
#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use utc_app::engine::Location;
use utc_app::signals::{Incoming, NotTaken, Receiver, SignalOptions};
use utc_app::{Console, NewToken, Options, Principal, UnitConfig};
use utc_domain::{Scope, Subject};

/// How long each way to send is measured.
const SPAN: Duration = Duration::from_secs(5);
const UNITS: usize = 10_000;
const EVENTS_OF_A_UNIT: usize = 100;
const SOURCES: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let location = Location::Sqlite(format!("{folder}/signals.db").into());
    let console = Arc::new(Console::with(Options {
        signals: SignalOptions {
            daily_quota_appeared: u64::MAX,
            ..SignalOptions::STANDARD
        },
        ..Options::new(location)
    })?);
    let sender = sender(&console)?;
    configure(&console, "unit-0")?;
    println!("events on disk, sent by 64 callers on this machine:");
    for size in [1, 10, 100] {
        let rate = send_for(&console, &sender, size)?;
        println!("  {size:>4} in a delivery: {rate:>8.0} /s");
    }
    million(&console, &sender)?;
    let began = Instant::now();
    let run = console.run_scorer()?;
    println!(
        "a run over {} units with {} events, read from the database and written to it: {} ms",
        run.units,
        run.events,
        began.elapsed().as_millis()
    );
    Ok(())
}

fn sender(console: &Console) -> Result<Arc<Principal>, Box<dyn std::error::Error>> {
    let actor: Subject = "user:bench".parse()?;
    let new = NewToken {
        name: "bench".parse()?,
        roles: "signal".parse()?,
        subjects: Scope::Only(vec!["**".parse()?]),
        units: Scope::All,
        owner: None,
        expires_at: None,
    };
    let made = console.create_token(actor, new).wait()?;
    let known = console.token(&made.token)?;
    Ok(known.ok_or("the token is not known")?)
}

fn configure(console: &Console, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let actor: Subject = "user:bench".parse()?;
    let update = Box::new(|_: Option<&UnitConfig>| Ok(UnitConfig::unconfigured()));
    console
        .configure_unit(name.parse()?, actor, update)
        .wait()?;
    Ok(())
}

fn event(console: &Console, source: usize, unit: usize, number: u64) -> String {
    let now = console.options().clock.now();
    format!(
        r#"{{"source":"source-{source}","event_time":"{now}","topic":"identity","severity":"medium","confidence":0.7,"entities":["unit-{unit}"],"summary":"number {number}"}}"#
    )
}

fn deliver(console: &Console, sender: &Arc<Principal>, events: &[String]) -> Result<(), NotTaken> {
    let incoming = Incoming {
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: format!("[{}]", events.join(",")).into(),
        address: None,
    };
    let ticket = console.receive(Some(sender), &Receiver::Native, &incoming)?;
    ticket.wait()??;
    Ok(())
}

/// Events a second that were on disk when their sender heard so.
fn send_for(
    console: &Arc<Console>,
    sender: &Arc<Principal>,
    size: usize,
) -> Result<f64, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let callers = (0..64_u64).map(|caller| {
        let (console, sender) = (Arc::clone(console), Arc::clone(sender));
        std::thread::spawn(move || {
            let mut sent = 0_u32;
            let mut number = caller << 40 | (size as u64) << 32;
            while began.elapsed() < SPAN {
                let events: Vec<String> = (0..size)
                    .map(|_| {
                        number += 1;
                        event(&console, 0, 0, number)
                    })
                    .collect();
                if deliver(&console, &sender, &events).is_ok() {
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

/// A hundred events for each of ten thousand units.
fn million(
    console: &Arc<Console>,
    sender: &Arc<Principal>,
) -> Result<(), Box<dyn std::error::Error>> {
    for unit in 0..UNITS {
        configure(console, &format!("unit-{unit}"))?;
    }
    let began = Instant::now();
    let mut number = 0;
    for round in 0..EVENTS_OF_A_UNIT {
        for some in (0..UNITS).collect::<Vec<_>>().chunks(1_000) {
            let events: Vec<String> = some
                .iter()
                .map(|unit| {
                    number += 1;
                    event(console, (unit + round) % SOURCES, *unit, number)
                })
                .collect();
            deliver(console, sender, &events)?;
        }
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "  1000 in a delivery, one caller, {UNITS} units: {:>8.0} /s",
        1e6 / took
    );
    Ok(())
}
