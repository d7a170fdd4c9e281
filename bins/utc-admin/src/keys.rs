//! `utc-admin keys …`

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use utc_app::Compromise;
use utc_domain::{KeyId, Reason};

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make the key of `HMAC_SECRET_NEXT` the one that signs. Servers that hold both go over at once.
    Rotate,
    /// Record that others could sign with a retired key: its tags prove nothing from a position on, the log's tree does.
    Compromised {
        /// The key's id, as receipts name it.
        kid: KeyId,
        /// The first position whose tag does not count.
        #[arg(long, value_name = "SEQ")]
        from: u64,
        /// How that is known.
        #[arg(long)]
        reason: Reason,
    },
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
        Command::Compromised { kid, from, reason } => {
            let said = Compromise {
                kid: kid.clone(),
                from: *from,
                reason: reason.clone(),
            };
            let receipt = context
                .console()?
                .compromise_key(Context::actor()?, said)
                .wait()?;
            let value =
                json!({ "kid": kid.as_str(), "from": from, "receipt_id": receipt.to_string() });
            let lines = format!(
                "tags of key {kid} prove nothing from position {from} on (receipt {receipt})"
            );
            context.say(&value, &lines);
        }
    }
    Ok(ExitCode::SUCCESS)
}
