//! `utc-admin replay`

mod print;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use utc_app::replay::{Alternative, ReplayMode, ReplayOutcome, ReplayReport, ReplayRequest};
use utc_domain::{Rule, Timestamp, UnitName};

use crate::context::Context;

/// Compute recorded decisions again; without `--rule` and thresholds by what they were judged by, word for word.
///
/// Leaves one receipt. Exit code 0 when every decision that can be computed came out as recorded, or other rules were
/// tried; 1 when one came out otherwise.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Decisions of this time or later (ISO 8601).
    #[arg(long)]
    from: Option<Timestamp>,
    /// Decisions before this time (ISO 8601).
    #[arg(long)]
    to: Option<Timestamp>,
    /// Only decisions about this unit, by its name or an alias.
    #[arg(long)]
    unit: Option<UnitName>,
    /// A rule that is on or off throughout: what would have been answered?
    #[arg(long = "rule", value_name = "KEY=on|off", value_parser = rule)]
    rules: Vec<(Rule, bool)>,
    /// The utilisation from which writes would need approval, for every unit.
    #[arg(long, requires = "threshold_high")]
    threshold_low: Option<f64>,
    /// The utilisation from which writes would be refused.
    #[arg(long, requires = "threshold_low")]
    threshold_high: Option<f64>,
}

pub(crate) fn run(context: &Context, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let request = arguments.into_request()?;
    let bar = ProgressBar::new(0);
    if !context.shows_progress() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let done = context
        .console()?
        .replay(&Context::local()?, &request, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
            ControlFlow::Continue(())
        })?;
    bar.finish_and_clear();
    let (report, receipt) = done.ok_or_else(|| anyhow::anyhow!("the replay was cancelled"))?;
    let receipt = receipt.to_string();
    context.say(
        &print::value(&report, &receipt),
        &print::lines(&report, &receipt),
    );
    Ok(code(&report))
}

impl Arguments {
    fn into_request(self) -> anyhow::Result<ReplayRequest> {
        let thresholds = self.threshold_low.zip(self.threshold_high);
        let mode = if self.rules.is_empty() && thresholds.is_none() {
            ReplayMode::Faithful
        } else {
            let rules: BTreeMap<Rule, bool> = self.rules.into_iter().collect();
            ReplayMode::Counterfactual(Alternative::new(rules, thresholds).map_err(told)?)
        };
        Ok(ReplayRequest {
            from: self.from,
            to: self.to,
            unit: self.unit,
            mode,
        })
    }
}

/// Says what is wrong with an option, in its words.
fn told(error: utc_app::AppError) -> anyhow::Error {
    match error {
        utc_app::AppError::Invalid(fields) => {
            let messages: Vec<String> = fields.into_iter().map(|field| field.message).collect();
            anyhow::anyhow!(messages.join("; "))
        }
        other => other.into(),
    }
}

fn code(report: &ReplayReport) -> ExitCode {
    match report.outcome {
        ReplayOutcome::Faithful(_) if report.totals.different > 0 => ExitCode::FAILURE,
        ReplayOutcome::Faithful(_) | ReplayOutcome::Counterfactual(_) => ExitCode::SUCCESS,
    }
}

fn rule(text: &str) -> Result<(Rule, bool), String> {
    let (key, state) = text
        .split_once('=')
        .ok_or("must be a rule's key, `=`, and `on` or `off`")?;
    let rule = key
        .parse()
        .map_err(|error: utc_domain::DomainError| error.to_string())?;
    match state {
        "on" => Ok((rule, true)),
        "off" => Ok((rule, false)),
        _ => Err("must end with `=on` or `=off`".to_owned()),
    }
}
