//! The server, ending itself with `SIGKILL` at the point that its arguments name: a crash where no other process could
//! aim. It reads the same environment, and is never shipped.
//!
//! | arguments | it ends |
//! | --- | --- |
//! | `committing CODE` | when a receipt of that code is about to be committed |
//! | `committed CODE` | when that has been committed, and nobody knows |
//! | `reached STEP` | at a step of sending a held request, such as `before_send` |
//! | `never` | when somebody else ends it |

use std::process::{Command, ExitCode};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::bail;
use utc_app::engine::Observer;
use utc_config::{Config, Vars};
use utc_domain::Draft;
use utc_gateway::held::Step;
use utc_server::Composition;

/// Short, so that on PostgreSQL no test waits for half a minute until the next process takes over.
const LEASE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => utc_server::failure(&error),
    }
}

fn run() -> anyhow::Result<()> {
    let config = Config::from_vars(&Vars::from_process(None)?)?;
    utc_server::start_logging(&config.log)?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let end = Arc::new(End::parse(&arguments.join(" "))?);
    let sending = Arc::clone(&end);
    let composition = Composition {
        observer: end,
        reached: Arc::new(move |step| sending.reached(step)),
        execution_lease: LEASE,
        ..Composition::usual()
    };
    utc_server::run(&config, &composition)
}

/// Where the process ends.
struct End {
    at: Point,
    /// Whether the batch that is being committed has the receipt.
    near: AtomicBool,
}

enum Point {
    Committing(String),
    Committed(String),
    Reached(Step),
    Never,
}

impl FromStr for Point {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        Ok(match text.split_once(' ').unwrap_or((text, "")) {
            ("committing", name) => Self::Committing(name.to_owned()),
            ("committed", name) => Self::Committed(name.to_owned()),
            ("reached", "before_begin") => Self::Reached(Step::BeforeBegin),
            ("reached", "before_send") => Self::Reached(Step::BeforeSend),
            ("reached", "answered") => Self::Reached(Step::Answered),
            ("reached", "finished") => Self::Reached(Step::Finished),
            ("never", "") => Self::Never,
            _ => bail!("`{text}` is no point to end at"),
        })
    }
}

impl End {
    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(Self {
            at: text.parse()?,
            near: AtomicBool::new(false),
        })
    }

    fn reached(&self, step: Step) {
        if matches!(self.at, Point::Reached(last) if last == step) {
            die();
        }
    }
}

impl Observer for End {
    fn committing(&self, mut receipts: &mut dyn Iterator<Item = &Draft>) {
        let mut has =
            |code: &str| Iterator::any(&mut receipts, |draft| draft.code.as_str() == code);
        match &self.at {
            Point::Committing(code) if has(code) => die(),
            Point::Committed(code) if has(code) => self.near.store(true, Ordering::SeqCst),
            Point::Committing(_) | Point::Committed(_) | Point::Reached(_) | Point::Never => {}
        }
    }

    fn committed(&self, _jobs: usize, _took: Duration) {
        if self.near.load(Ordering::SeqCst) {
            die();
        }
    }
}

/// Nothing that this thread would do comes after.
fn die() -> ! {
    let kill = format!("kill -KILL {}", std::process::id());
    // Where it fails, the process hangs, and the test says that it has not ended.
    let _ = Command::new("sh").args(["-c", &kill]).status();
    loop {
        thread::park();
    }
}
