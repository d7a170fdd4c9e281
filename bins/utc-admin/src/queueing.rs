//! `utc-admin queueing …`

mod chart;
mod table;
mod unit;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use utc_domain::UnitName;
use utc_queueing::Settings;
use utc_queueing::predictive::{PredictiveSettings, Scorecard};
use utc_queueing::replay::{Replay, Trace, candidates, replay, tune};

use crate::context::{Context, note};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run recorded load through both controllers, and score what they did.
    ///
    /// A file is comma separated: a header, the time (ISO 8601 or seconds) in the first column, a count or a gauge in
    /// the second. The first third of each recording is for warming up and is not scored.
    /// Exit code 1 when a file could not be replayed; the others are.
    Replay {
        /// The capacity, in the unit of the second column; without it, one that is exceeded 2 % of the time.
        #[arg(long)]
        mu: Option<f64>,
        /// Draw every recording, with both controllers' locks, into a file.
        #[arg(long, value_name = "FILE.svg")]
        chart: Option<PathBuf>,
        /// The recordings.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Try a small grid of settings on a unit's own history, or on recordings, and recommend one.
    Tune {
        /// The unit's name or an alias.
        #[arg(required_unless_present = "files")]
        unit: Option<UnitName>,
        /// Recordings to try the settings on instead.
        #[arg(long = "file", value_name = "FILE", conflicts_with = "unit")]
        files: Vec<PathBuf>,
        /// The capacity, in the unit of the second column.
        #[arg(long, conflicts_with = "unit")]
        mu: Option<f64>,
    },
}

/// A recording with what came of it.
pub(crate) struct Done {
    /// The file as it was named.
    pub(crate) file: String,
    /// The rows that could not be used.
    pub(crate) skipped: usize,
    /// What came of it.
    pub(crate) replay: Replay,
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Replay { mu, chart, files } => replay_all(context, mu, chart.as_deref(), &files),
        Command::Tune { unit, files, mu } => {
            let (traces, mu) = match unit {
                Some(unit) => {
                    let (trace, mu) = unit::history(context, &unit)?;
                    (vec![trace], Some(mu))
                }
                None => (traces(&files)?, mu),
            };
            tune_on(context, &traces, mu)
        }
    }
}

fn replay_all(
    context: &Context,
    mu: Option<f64>,
    chart: Option<&Path>,
    files: &[PathBuf],
) -> anyhow::Result<ExitCode> {
    let bar = progress(context, files.len(), "recordings");
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for file in files {
        let name = file.display().to_string();
        bar.set_message(name.clone());
        match replay_file(file, mu) {
            Ok((skipped, replay)) => done.push(Done {
                file: name,
                skipped,
                replay,
            }),
            Err(error) => failed.push((name, format!("{error:#}"))),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    for (file, error) in &failed {
        note(&format!("utc-admin: {file}: {error}"));
    }
    if let Some(chart) = chart {
        std::fs::write(chart, chart::draw(&done))
            .with_context(|| format!("cannot write `{}`", chart.display()))?;
    }
    context.say(&wire::replays(&done, &failed), &table::replays(&done));
    Ok(if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn replay_file(file: &Path, mu: Option<f64>) -> anyhow::Result<(usize, Replay)> {
    let trace = read(file)?;
    let replay = replay(
        &trace,
        mu,
        &Settings::classic(),
        &PredictiveSettings::standard(),
    )?;
    Ok((trace.skipped(), replay))
}

fn read(file: &Path) -> anyhow::Result<Trace> {
    let bytes = std::fs::read(file).context("cannot be read")?;
    Ok(Trace::parse(&String::from_utf8_lossy(&bytes))?)
}

fn traces(files: &[PathBuf]) -> anyhow::Result<Vec<Trace>> {
    let named = |file: &PathBuf| read(file).with_context(|| file.display().to_string());
    files.iter().map(named).collect()
}

fn tune_on(context: &Context, traces: &[Trace], mu: Option<f64>) -> anyhow::Result<ExitCode> {
    if traces.is_empty() {
        bail!("name a unit, or recordings with `--file`");
    }
    let bar = progress(context, candidates().len(), "settings");
    let tuned = tune(
        traces,
        mu,
        &Settings::classic(),
        &PredictiveSettings::standard(),
        |done| bar.set_position(u64::try_from(done).unwrap_or(u64::MAX)),
    );
    bar.finish_and_clear();
    let tuned = tuned?;
    let block = |card: &Scorecard| wire::block(&card.grades());
    let value = json!({
        "recommended": {
            "gate_precision": tuned.chosen.gate_precision(),
            "quick_alpha": tuned.chosen.quick_alpha(),
            "longest_lock_minutes": tuned.chosen.longest_lock_minutes(),
        },
        "classic": block(&tuned.classic),
        "standard": block(&tuned.standard),
        "predictive": block(&tuned.predictive),
        "left_out": tuned.left_out.as_ref().map(block),
    });
    context.say(&value, &table::tuned(&tuned));
    Ok(ExitCode::SUCCESS)
}

fn progress(context: &Context, length: usize, what: &str) -> ProgressBar {
    let bar = context.progress();
    bar.set_length(u64::try_from(length).unwrap_or(u64::MAX));
    let form = format!("{{bar:30}} {{pos}}/{{len}} {what} {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&form) {
        bar.set_style(style);
    }
    bar
}
