//! Looks at many measured queues, with decisions beside it: `cargo run --release -p utc-app --example tick_speed -- ADDRESS UNITS`.
#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use utc_app::engine::Location;
use utc_app::{Console, Options, Request, UnitConfig};
use utc_domain::{Clock, Decision, Subject, Timestamp, UnitName};
use utc_storage::connection::{Purpose, connect};

const WARM_UP: usize = 3;
const TICKS: usize = 5;
/// Each of so many subjects asks so often between two ticks.
const SUBJECTS: usize = 3;
const TIMES: usize = 2;
/// So many subjects as well ask one of the units for more than it can do, another one for each tick.
const TOO_MANY: usize = 50;

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failed = Box<dyn std::error::Error>;

/// A clock that stands still until it is told to go on.
struct ByHand(AtomicI64);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

fn main() -> Result<(), Failed> {
    let mut given = std::env::args().skip(1);
    let address = given.next().ok_or("the address of an empty database")?;
    let units: usize = given.next().ok_or("how many units")?.parse()?;
    let start: Timestamp = "2026-01-31T12:00:00Z".parse()?;
    let clock = Arc::new(ByHand(AtomicI64::new(start.as_micros())));
    let console = Arc::new(Console::with(Options {
        secret: Some("only to measure with: thirty-two characters".to_owned()),
        clock: Arc::<ByHand>::clone(&clock) as Arc<dyn Clock>,
        queue_tick: None,
        max_units: units + 1,
        ..Options::new(Location::parse(&address)?)
    })?);
    let names: Vec<UnitName> = (0..units)
        .map(|unit| format!("unit-{unit}").parse())
        .collect::<Result<_, _>>()?;
    configure(&console, &names)?;
    let (mut took, mut denied, mut at_work) = (Vec::new(), Vec::new(), Vec::new());
    let at_rest = beside(&console, names.first().ok_or("no unit")?, || {
        std::thread::sleep(Duration::from_secs(3));
        Ok(())
    })?;
    for tick in 0..WARM_UP + TICKS {
        if tick == WARM_UP {
            know_sizes(&address)?;
        }
        ask(&console, &names, SUBJECTS)?;
        let pressed = names.get(tick * units / (WARM_UP + TICKS));
        let pressed = pressed.ok_or("fewer units than ticks")?;
        ask(&console, std::slice::from_ref(pressed), TOO_MANY)?;
        clock.0.fetch_add(60_000_000, Ordering::SeqCst);
        let began = Instant::now();
        let mut spent = Duration::ZERO;
        let beside = beside(&console, pressed, || {
            console.look_at_queues()?;
            spent = began.elapsed();
            Ok(())
        })?;
        if tick >= WARM_UP {
            took.push(spent);
            at_work.extend(beside.waited);
            denied.push(beside.denied.ok_or("the unit was not locked")?);
        }
    }
    println!("{units} measured units, {SUBJECTS} subjects each:");
    show("ticks, all of it in the database", took);
    show(
        "from a tick's beginning until one overloaded unit of them denies",
        denied,
    );
    show("decisions at rest", at_rest.waited);
    show("decisions meanwhile", at_work);
    Ok(())
}

/// PostgreSQL finds out by itself how large its tables are, once a minute; until then it reads them whole.
fn know_sizes(address: &str) -> Result<(), Failed> {
    let location = Location::parse(address)?;
    if matches!(location, Location::Postgres(_)) {
        connect(&location, Purpose::Maintain)?.batch_execute("ANALYZE")?;
    }
    Ok(())
}

fn configure(console: &Console, names: &[UnitName]) -> Result<(), Failed> {
    let actor: Subject = "user:bench".parse()?;
    for some in names.chunks(500) {
        let tickets: Vec<_> = some
            .iter()
            .map(|name| {
                let update = Box::new(|_: Option<&UnitConfig>| {
                    Ok(UnitConfig {
                        capacity_per_hour: Some(1_000.0),
                        ..UnitConfig::unconfigured()
                    })
                });
                console.configure_unit(name.clone(), actor.clone(), update)
            })
            .collect();
        for ticket in tickets {
            ticket.wait()?;
        }
    }
    Ok(())
}

/// Each of so many subjects writes to each of the units.
fn ask(console: &Console, names: &[UnitName], subjects: usize) -> Result<(), Failed> {
    for some in names.chunks(100) {
        let mut tickets = Vec::new();
        for name in some {
            for number in 0..subjects * TIMES {
                let subject = format!("agent-{}", number % subjects).parse()?;
                let request = Request::new(subject, "write:/order".parse()?, name.clone());
                tickets.push(console.submit(request));
            }
        }
        for ticket in tickets {
            ticket.wait()?;
        }
    }
    Ok(())
}

/// What was asked while something else went on.
#[derive(Default)]
struct Beside {
    /// How long each decision took.
    waited: Vec<Duration>,
    /// After how long the first was denied.
    denied: Option<Duration>,
}

/// Asks for decisions on one unit, one after the other, while `work` goes on.
fn beside(
    console: &Arc<Console>,
    unit: &UnitName,
    work: impl FnOnce() -> Result<(), Failed>,
) -> Result<Beside, Failed> {
    let over = AtomicBool::new(false);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut beside = Beside::default();
            while !over.load(Ordering::SeqCst) {
                let began = Instant::now();
                let subject = "agent-beside".parse().ok()?;
                let request = Request::new(subject, "write:/order".parse().ok()?, unit.clone());
                let answer = console.submit(request).wait().ok()?;
                beside.waited.push(began.elapsed());
                if answer.decision == Decision::Deny && beside.denied.is_none() {
                    beside.denied = Some(start.elapsed());
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            Some(beside)
        });
        let done = work();
        over.store(true, Ordering::SeqCst);
        let beside = asking.join().map_err(|_| "whoever asked failed")?;
        done?;
        beside.ok_or_else(|| "a decision failed".into())
    })
}

fn show(what: &str, mut waited: Vec<Duration>) {
    waited.sort();
    let last = waited.len().saturating_sub(1);
    let at = |percent: usize| {
        waited
            .get(last * percent / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "  {what}: {} of them, p50 {:?}, p99 {:?}, slowest {:?}",
        waited.len(),
        at(50),
        at(99),
        at(100)
    );
}
