//! The demo's traffic: small, steady, the same in every run.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use utc_app::{Console, Principal, Report, Request};
use utc_domain::{ApprovalId, ApprovalStatus, DomainError, UnitName};

use crate::DemoError;
use crate::seed::UNITS;
use crate::signals::Alarms;

const EVERY: Duration = Duration::from_millis(500);

/// Steps between two observations.
const OBSERVE_EVERY: usize = 10;

/// How many of its writes wait for people at most, so that what people try themselves is not lost among them.
const MOST_WAITING: usize = 3;

/// The step in which the second source speaks: 20 seconds after the start.
const SECOND_ALARM: usize = 40;

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
pub(crate) fn start(console: Arc<Console>, alarms: Alarms) -> Result<Trickle, DemoError> {
    let (stop, stopped) = channel::<()>();
    let mut traffic = Traffic::new(console, alarms)?;
    let work = move || {
        let mut number = 0;
        while matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
            if let Err(error) = traffic.step(number) {
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

struct Traffic {
    console: Arc<Console>,
    alarms: Alarms,
    reader: Arc<Principal>,
    /// Its writes that waited when it last looked.
    waiting: Vec<ApprovalId>,
}

impl Traffic {
    fn new(console: Arc<Console>, alarms: Alarms) -> Result<Self, DemoError> {
        Ok(Self {
            console,
            alarms,
            reader: Arc::new(Principal::local("demo:traffic".parse()?)),
            waiting: Vec::new(),
        })
    }

    fn step(&mut self, step: usize) -> Result<(), DemoError> {
        // 6 questions and 4 units: every question meets every second unit.
        if let (Some((subject, action)), Some((name, ..))) =
            (ASKED.get(step % ASKED.len()), UNITS.get(step % UNITS.len()))
        {
            self.ask(Request::new(
                subject.parse()?,
                action.parse()?,
                name.parse()?,
            ));
        }
        if step == SECOND_ALARM {
            self.alarms.second(&self.console)?;
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
            observe(&self.console, name, *usual * share, *capacity)?;
        }
        Ok(())
    }

    fn ask(&mut self, request: Request) {
        if request.action.is_write() && !self.may_write() {
            return;
        }
        // A refusal to write is the server's own trouble, which it reports; the demo goes on.
        if let Ok(answer) = self.console.decide(request) {
            self.waiting.extend(answer.approval.map(|held| held.id));
        }
    }

    fn may_write(&mut self) -> bool {
        let (console, reader) = (&self.console, &self.reader);
        // What cannot be read may wait still.
        self.waiting.retain(|id| {
            let view = console.approval(reader, *id);
            view.map_or(true, |view| view.status == ApprovalStatus::Pending)
        });
        self.waiting.len() < MOST_WAITING
    }
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
