//! `utc-admin rules …`

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde_json::json;
use utc_app::{RuleChange, RuleState};
use utc_domain::{Reason, Rule};

use crate::context::Context;

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Every switch.
    List,
    /// Turn a rule on or off.
    Set {
        /// The rule's key.
        rule: Rule,
        /// `on` or `off`.
        state: Switch,
        /// Why.
        #[arg(long)]
        reason: Option<Reason>,
    },
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    match command {
        Command::List => {
            let rules = console.rules()?;
            let values: Vec<_> = rules
                .iter()
                .map(|rule| {
                    json!({
                        "key": rule.rule.as_str(),
                        "enabled": rule.enabled,
                        "updated_at": rule.updated_at.to_string(),
                        "updated_by": rule.updated_by.as_str(),
                        "receipt_id": rule.receipt_id.to_string(),
                    })
                })
                .collect();
            let line = |rule: &RuleState| {
                let state = if rule.enabled { "on " } else { "off" };
                format!(
                    "{state}  {:<24} since {} by {}",
                    rule.rule.as_str(),
                    rule.updated_at,
                    rule.updated_by
                )
            };
            let lines: Vec<String> = rules.iter().map(line).collect();
            context.say(&json!(values), &lines.join("\n"));
        }
        Command::Set {
            rule,
            state,
            reason,
        } => {
            let enabled = matches!(state, Switch::On);
            let change = RuleChange {
                rule,
                enabled,
                reason,
                actor: Context::actor()?.into(),
            };
            let changed = console.set_rule(change).wait()?;
            let receipt = changed.receipt_id.to_string();
            let word = if enabled { "on" } else { "off" };
            let value = json!({ "key": rule.as_str(), "enabled": enabled, "receipt_id": receipt, "policy_version": changed.policy_version });
            context.say(&value, &format!("{rule} is {word} (receipt {receipt})"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
