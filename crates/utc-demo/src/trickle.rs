//! The demo's traffic: small, steady, the same in every run.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use utc_app::{Console, Report, Request};
use utc_domain::{DomainError, UnitName};

use crate::DemoError;
use crate::seed::UNITS;

const EVERY: Duration = Duration::from_millis(500);

/// Steps between two observations.
const OBSERVE_EVERY: usize = 10;

/// Load against the usual one, over 60 observations (five minutes): two calm minutes, a rise, a peak that locks the
/// ledger, and the way back.
fn load(step: usize) -> f64 {
    match step % 60 {
        0..=23 => 1.0,
        24..=35 => 1.8,
        36..=43 => 3.4,
        _ => 0.8,
    }
}

const ASKED: [(&str, &str); 6] = [
    ("demo:agent-7", "read:/orders"),
    ("demo:agent-7", "write:/orders"),
    ("demo:billing", "write:/invoices"),
    ("demo:support", "read:/customers"),
    ("demo:agent-9", "write:/notes"),
    ("demo:billing", "read:/balance"),
];

/// The running traffic; dropping it ends it.
pub struct Trickle {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Trickle {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has reported itself.
            let _ = thread.join();
        }
    }
}

/// Starts the traffic.
pub(crate) fn start(console: Arc<Console>) -> Result<Trickle, DemoError> {
    let (stop, stopped) = channel::<()>();
    let work = move || {
        let mut number = 0;
        while matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
            if let Err(error) = one_step(&console, number) {
                tracing::warn!(error = %error, "the demo's traffic stops");
                return;
            }
            number += 1;
        }
    };
    let thread = std::thread::Builder::new()
        .name("utc-demo".to_owned())
        .spawn(work)
        .map_err(DemoError::Thread)?;
    Ok(Trickle {
        stop: Some(stop),
        thread: Some(thread),
    })
}

fn one_step(console: &Console, step: usize) -> Result<(), DemoError> {
    // 6 questions and 4 units: every question meets every second unit.
    if let (Some((subject, action)), Some((name, ..))) =
        (ASKED.get(step % ASKED.len()), UNITS.get(step % UNITS.len()))
    {
        let request = Request::new(subject.parse()?, action.parse()?, name.parse()?);
        // A refusal to write is the server's own trouble, which it reports; the demo goes on.
        drop(console.decide(request));
    }
    let turn = step / OBSERVE_EVERY;
    if step.is_multiple_of(OBSERVE_EVERY)
        && let Some((name, _, capacity, usual)) = UNITS.get(turn % UNITS.len())
    {
        // The first units stay calm, so that what people try on them is not in the way of the made-up load.
        let share = if turn % UNITS.len() < 2 {
            1.0
        } else {
            load(turn)
        };
        observe(console, name, *usual * share, *capacity)?;
    }
    Ok(())
}

fn observe(
    console: &Console,
    name: &str,
    arrival_rate: f64,
    service_rate: f64,
) -> Result<(), DomainError> {
    let unit: UnitName = name.parse()?;
    drop(
        console
            .observe(
                &unit,
                vec![Report {
                    arrival_rate,
                    service_rate,
                    at: None,
                }],
            )
            .wait(),
    );
    Ok(())
}
