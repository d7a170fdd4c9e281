//! The Unified Trust Console's server.

mod gateway;
mod options;
mod report;
mod serve;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use utc_config::{Config, Vars};

// Measured: a tenth more decisions per second than with the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Answers *may I do this now?* with a signed receipt. Configured by environment variables and `.env`;
/// `.env.example` explains each.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Start with a fresh demo database, seeded units and rules, and a trickle of made-up traffic.
    #[arg(long)]
    demo: bool,
    /// Print every variable with its value (secrets masked) and stop.
    #[arg(long)]
    print_config: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failure(&error),
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut config = Config::from_vars(&Vars::from_process(Some(Path::new(".env")))?)?;
    if arguments.demo {
        config = config.with_demo_database()?;
    }
    if arguments.print_config {
        report::line(&utc_config::print(&config));
        return Ok(());
    }
    report::start_logging(&config.log)?;
    serve::run(&config, arguments.demo)
}
