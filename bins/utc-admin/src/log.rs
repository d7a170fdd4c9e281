//! `utc-admin log …`

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;
use utc_app::log::{Accepted, Freshness};

use crate::context::{Context, print};
use crate::set_back;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// The signed head of the log: keep it somewhere else, and whoever holds it can tell whether the log was changed.
    Checkpoint,
    /// The key that checks checkpoints.
    Vkey,
    /// Make the stored tree again from the receipts. Refuses when they are not those that the head was made from.
    Rebuild,
    /// Accept the log as it is found after its guard was lost. Recorded by a receipt.
    Adopt,
    /// Accept that the database was set back. Recorded by a receipt; the log goes on under a new name.
    AcceptRollback {
        /// Why, for the receipt.
        reason: String,
    },
    /// Make a new key the one that signs checkpoints. Recorded by a receipt; servers on this machine go over at once.
    RotateKey,
}

pub(crate) fn run(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Checkpoint => {
            let head = context.console()?.checkpoint(Freshness::Fresh)?;
            let value = json!({ "origin": head.checkpoint.origin.as_str(), "size": head.checkpoint.size, "root": head.checkpoint.root.to_string(), "checkpoint": &*head.text });
            context.say(&value, &head.text);
        }
        Command::Vkey => {
            let keys = context.console()?.log_keys()?;
            let all: Vec<String> = keys.all.iter().map(ToString::to_string).collect();
            let value = json!({ "vkey": keys.active.to_string(), "all": all });
            context.say(&value, &keys.active.to_string());
        }
        Command::Rebuild => rebuild(context)?,
        Command::Adopt => adopt(context)?,
        Command::AcceptRollback { reason } => set_back::accept(context, reason, "")?,
        Command::RotateKey => rotate(context)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn rebuild(context: &Context) -> anyhow::Result<()> {
    let location = context.location();
    let _lock = utc_app::engine::exclusive_lock(&location)?;
    let bar = context.progress();
    let made = utc_app::log::rebuild(
        &location,
        &context.config.files.guard_file,
        &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        },
    )?;
    bar.finish_and_clear();
    let Some(made) = made else {
        bail!("there is no log in {location} yet");
    };
    let value = json!({ "size": made.size, "root": made.root.to_string() });
    let lines = format!(
        "the tree over {} receipts was made again\nroot {}",
        made.size, made.root
    );
    context.say(&value, &lines);
    Ok(())
}

fn adopt(context: &Context) -> anyhow::Result<()> {
    let actor = Context::actor()?;
    let _lock = utc_app::engine::exclusive_lock(&context.location())?;
    let console = context.accepting(Accepted::LostGuard { actor })?;
    let head = console.checkpoint(Freshness::Fresh)?;
    let value = json!({ "origin": head.checkpoint.origin.as_str(), "size": head.checkpoint.size });
    let lines = format!(
        "{} is accepted as it is found, with {} receipts; the guard remembers it from now on",
        head.checkpoint.origin, head.checkpoint.size
    );
    context.say(&value, &lines);
    Ok(())
}

fn rotate(context: &Context) -> anyhow::Result<()> {
    let (vkey, bridge) = context.console()?.rotate_log_key(&Context::actor()?)?;
    let value = json!({ "vkey": vkey, "bridge": &*bridge.text });
    context.say(&value, &vkey);
    if !context.json() {
        print("The old key signed the change itself. Give this to whoever knows the old key only:");
        print(bridge.text.trim_end());
    }
    Ok(())
}
