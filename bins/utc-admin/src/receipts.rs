//! `utc-admin receipts …`

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check every receipt: signature, position, chain, time. Exit code 0 valid, 1 not.
    Verify,
}

pub(crate) fn run(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Verify => verify(context),
    }
}

fn verify(context: &Context) -> anyhow::Result<ExitCode> {
    let bar = context.progress();
    let report = context.looking()?.audit_log(|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let faults: Vec<_> = report
        .faults
        .iter()
        .map(|(seq, text)| json!({ "seq": seq, "fault": text }))
        .collect();
    let value = json!({
        "valid": report.valid(),
        "size": report.size,
        "checked": report.checked,
        "fault_count": report.fault_count,
        "faults": faults,
    });
    let mut lines = if report.valid() {
        format!(
            "valid: {} receipts, every signature holds and the chain is unbroken",
            report.checked
        )
    } else {
        format!(
            "NOT VALID: {} faults in {} receipts",
            report.fault_count, report.size
        )
    };
    for (seq, text) in &report.faults {
        // Writing to a string cannot fail.
        let _ = write!(lines, "\n  {seq}: {text}");
    }
    context.say(&value, &lines);
    Ok(if report.valid() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
