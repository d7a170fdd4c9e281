//! `utc-admin secrets …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use utc_app::OutdatedHashes;
use utc_app::gateway::Resealed;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Move held requests, kept answers, and the secrets of webhooks and sources to the first key of the data key file, and say which tokens and
    /// sessions still need another one. Safe to repeat.
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
    let all = all.and(console.reseal_webhooks().wait()?);
    let all = all.and(console.reseal_sources().wait()?);
    let hashes = console.outdated_hashes()?;
    let value = json!({
        "moved": all.moved,
        "current": all.current,
        "unreadable": all.unreadable,
        "hashes": {
            "tokens": hashes.tokens,
            "sessions": hashes.sessions,
            "unknown_key": hashes.unknown_key,
        },
    });
    context.say(&value, &lines(&all, &hashes));
    Ok(if all.unreadable == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn lines(all: &Resealed, hashes: &OutdatedHashes) -> String {
    let advice = match (all.unreadable, hashes.tokens + hashes.sessions) {
        (0, 0) => "nothing needs another key than the first one of the file",
        (0, _) => {
            "tokens and sessions move when they are used next; until then they need the key they were made under"
        }
        (_, _) => "keep every key: some values could not be opened",
    };
    format!(
        "moved       {}\ncurrent     {}\nunreadable  {}\ntokens      {} under another key\nsessions    {} under another key\n\
         void        {} whose key is not in the file\n{advice}",
        all.moved, all.current, all.unreadable, hashes.tokens, hashes.sessions, hashes.unknown_key,
    )
}
