//! `utc-admin units …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};
use utc_app::engine::{Gate, Predictor};
use utc_app::{GateRequest, PinRequest, UnitView};
use utc_domain::{ProtectionLevel, Reason, Timestamp, UnitName};

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Every unit with its level.
    List,
    /// One unit.
    Show {
        /// Its name or an alias.
        unit: UnitName,
    },
    /// Pin a unit's level.
    Pin {
        /// Its name or an alias.
        unit: UnitName,
        /// `permissive`, `require_approval` or `read_only`.
        level: ProtectionLevel,
        /// Why.
        #[arg(long)]
        reason: Reason,
        /// Until when (ISO 8601); needed for a level below the measured one, at most 4 hours ahead.
        #[arg(long)]
        expires_at: Option<Timestamp>,
    },
    /// Remove a unit's pin.
    Unpin {
        /// Its name or an alias.
        unit: UnitName,
    },
    /// Say whether a forecast of a unit may act.
    Gate {
        /// The unit's name or an alias.
        unit: UnitName,
        /// `fast_ewma`, `holt` or `seasonal`.
        predictor: Predictor,
        /// `open`, `closed`, or `automatic`: its record decides.
        gate: Gate,
        /// Why.
        #[arg(long)]
        reason: Reason,
    },
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    match command {
        Command::List => {
            let mut units = Vec::new();
            let mut after = None;
            loop {
                let page = console.units(&Context::local()?, after.as_ref(), 200)?;
                units.extend(page.units);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let values: Vec<Value> = units.iter().map(value).collect();
            let lines: Vec<String> = units.iter().map(line).collect();
            context.say(&json!(values), &lines.join("\n"));
        }
        Command::Show { unit } => {
            let unit = console.unit(&unit)?;
            context.say(
                &value(&unit),
                &format!("{}\n{}", line(&unit), unit.recommendation),
            );
        }
        Command::Pin {
            unit,
            level,
            reason,
            expires_at,
        } => {
            let request = PinRequest {
                level,
                reason,
                expires_at,
            };
            let marked = console.pin(&unit, Context::local()?, request).wait()?;
            say_marked(context, &marked, &format!("pinned at {level}"));
        }
        Command::Unpin { unit } => {
            let marked = console.unpin(&unit, Context::actor()?).wait()?;
            say_marked(context, &marked, "not pinned any more");
        }
        Command::Gate {
            unit,
            predictor,
            gate,
            reason,
        } => {
            let request = GateRequest {
                predictor,
                gate,
                reason,
            };
            let marked = console.set_gate(&unit, Context::local()?, request).wait()?;
            let what = match gate {
                Gate::Opened => format!("open to its `{predictor}` forecast"),
                Gate::Closed => format!("closed to its `{predictor}` forecast"),
                Gate::Earned => format!("open to its `{predictor}` forecast where that earns it"),
            };
            say_marked(context, &marked, &what);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say_marked(context: &Context, marked: &utc_app::Marked, what: &str) {
    let receipt = marked.receipt_id.to_string();
    let value = json!({ "unit": marked.unit.as_str(), "receipt_id": receipt });
    context.say(
        &value,
        &format!("{} is {what} (receipt {receipt})", marked.unit),
    );
}

fn line(unit: &UnitView) -> String {
    let rho = unit
        .queue
        .as_ref()
        .map_or_else(|| "no data".to_owned(), |queue| format!("ρ {}", queue.rho));
    let pin = if unit.pin.is_some() { ", pinned" } else { "" };
    let risk = if unit.risk_mark.is_some() {
        ", risky"
    } else {
        ""
    };
    format!(
        "{:<17} {:<40} {rho}{pin}{risk}",
        unit.level.as_str(),
        unit.name.as_str()
    )
}

fn value(unit: &UnitView) -> Value {
    let queue = unit.queue.as_ref();
    json!({
        "unit": unit.name.as_str(),
        "configured": unit.configured,
        "config_version": unit.config_version,
        "protection_level": unit.level.as_str(),
        "lambda_est": queue.map(|queue| queue.lambda),
        "mu_est": queue.map(|queue| queue.mu),
        "rho": queue.map(|queue| queue.rho),
        "stale": unit.stale,
        "pinned": unit.pin.is_some(),
        "risky": unit.risk_mark.is_some(),
        "recommendation": unit.recommendation,
    })
}
