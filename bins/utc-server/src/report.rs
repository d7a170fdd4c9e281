//! What the server says on its own terminal: log lines on standard error, the address on standard output.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;
use utc_config::{Log, LogFormat};

/// Starts logging. `LOG_LEVEL` counts for everything.
pub fn start_logging(log: &Log) -> anyhow::Result<()> {
    // The framework greets at its start; ours says the same in one line.
    let filter = EnvFilter::builder().parse(format!("{},actix_server=warn", log.level.as_str()))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!(error))
}

/// One line for whoever started the server. A closed terminal is not a reason to stop.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end());
    let _ = out.flush();
}

/// Why the server did not start.
pub fn failure(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "utc-server: {error:#}");
    ExitCode::FAILURE
}
