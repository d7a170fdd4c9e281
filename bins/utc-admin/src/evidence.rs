//! `utc-admin evidence …`

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::ProgressStyle;
use serde_json::{Value, json};
use utc_app::evidence::{Bundled, ExportRequest};
use utc_domain::{Subject, Timestamp, UnitName};

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write receipts and everything that proves them into one ZIP, which `utc-verify` checks offline.
    ///
    /// Leaves one receipt. Exit code 0 when the file is there; 1 when it is not, and nothing is left of it.
    Export(Arguments),
}

#[derive(Args)]
pub(crate) struct Arguments {
    /// The file to write. It must not be there yet.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Receipts of this time or later (ISO 8601).
    #[arg(long)]
    from: Option<Timestamp>,
    /// Receipts before this time (ISO 8601).
    #[arg(long)]
    to: Option<Timestamp>,
    /// Only receipts about this unit, by its name or an alias. Such a bundle shows that they are in the log, not that
    /// there are no others.
    #[arg(long)]
    unit: Option<UnitName>,
    /// Only receipts of this subject; as for `--unit`.
    #[arg(long)]
    subject: Option<Subject>,
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let Command::Export(arguments) = command;
    let (output, request) = arguments.split();
    let bar = context.progress();
    // The stage, where the bar's own style has no place for it.
    if let Ok(style) = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    let console = context.console()?;
    let done = console.export(
        &Context::local()?,
        &request,
        &output,
        &mut |stage, done, all| {
            bar.set_message(stage);
            bar.set_length(all);
            bar.set_position(done);
            ControlFlow::Continue(())
        },
    )?;
    bar.finish_and_clear();
    let bundled = done.ok_or_else(|| anyhow::anyhow!("the export was cancelled"))?;
    context.say(&value(&bundled, &output), &lines(&bundled, &output));
    Ok(ExitCode::SUCCESS)
}

impl Arguments {
    fn split(self) -> (PathBuf, ExportRequest) {
        let request = ExportRequest {
            from: self.from,
            to: self.to,
            unit: self.unit,
            subject: self.subject,
        };
        (self.output, request)
    }
}

/// The same members as the API's answer has.
fn value(bundled: &Bundled, output: &Path) -> Value {
    json!({
        "file": output.display().to_string(),
        "receipt_id": bundled.receipt_id.to_string(),
        "population": bundled.population,
        "log_size": bundled.log_size,
        "bytes": bundled.bytes,
        "sha256": bundled.sha256,
        "manifest_digest": bundled.manifest_digest,
    })
}

fn lines(bundled: &Bundled, output: &Path) -> String {
    let file = output.display();
    format!(
        "{population} of the log's {size} receipts are in {file} ({bytes} bytes)\n\
         receipt   {receipt}\n\
         manifest  {manifest}\n\
         file      {sha256}\n\
         \n\
         Whoever gets it verifies it with a key and a checkpoint of the log that did not come with it:\n\
         utc-verify {file} --vkey KEY --head CHECKPOINT",
        population = bundled.population,
        size = bundled.log_size,
        bytes = bundled.bytes,
        receipt = bundled.receipt_id,
        manifest = bundled.manifest_digest,
        sha256 = bundled.sha256,
    )
}
