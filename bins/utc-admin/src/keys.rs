//! `utc-admin keys …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make the key of `HMAC_SECRET_NEXT` the one that signs. Servers that hold both go over at once.
    Rotate,
}

pub(crate) fn run(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Rotate => {
            let (key, receipt) = context.console()?.rotate_key(Context::actor()?).wait()?;
            let value = json!({ "active_key": key.as_str(), "receipt_id": receipt.to_string() });
            let lines = format!(
                "key {key} signs from now on (receipt {receipt})\nnow move HMAC_SECRET to HMAC_SECRET_PREVIOUS and HMAC_SECRET_NEXT to HMAC_SECRET"
            );
            context.say(&value, &lines);
        }
    }
    Ok(ExitCode::SUCCESS)
}
