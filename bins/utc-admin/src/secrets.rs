//! `utc-admin secrets …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use utc_app::gateway::Resealed;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Move held requests and kept answers to the first key of the data key file. Safe to repeat.
    Reseal,
}

pub(crate) fn run(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Reseal => reseal(context),
    }
}

fn reseal(context: &Context) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    let mut all = console.reseal_page(None).wait()?;
    while let Some(after) = all.next.take() {
        all = all.and(console.reseal_page(Some(after)).wait()?);
    }
    let Resealed {
        moved,
        current,
        unreadable,
        ..
    } = all;
    let value = json!({ "moved": moved, "current": current, "unreadable": unreadable });
    let lines = format!(
        "moved       {moved}\ncurrent     {current}\nunreadable  {unreadable}{}",
        if unreadable == 0 {
            "\nwhat the gateway holds needs no other key now; tokens, sessions and webhook secrets need the one they were made under"
        } else {
            "\nkeep every key: some values could not be opened"
        }
    );
    context.say(&value, &lines);
    Ok(if unreadable == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
