//! `utc-admin db …`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;
use utc_app::engine::{Location, maintain, migrate};
use utc_app::{LogSummary, RuleChange};
use utc_config::AppEnv;
use utc_domain::Rule;

use crate::context::{Context, confirmed, print};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Schema, size, receipts, growth.
    Status,
    /// Bring the schema up to date.
    Migrate,
    /// Delete everything and begin with an empty log.
    Reset {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Also in production.
        #[arg(long)]
        force_production: bool,
    },
    /// Write a copy of the database to a new file, also beside a running server (SQLite).
    Backup {
        /// The file to make.
        file: PathBuf,
    },
    /// Put a backup in the place of the database (SQLite). Writes need approval until an operator says otherwise.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Status => status(context)?,
        Command::Migrate => migrate(context)?,
        Command::Reset {
            yes,
            force_production,
        } => return reset(context, yes, force_production),
        Command::Backup { file } => backup(context, &file)?,
        Command::Restore { file, yes } => return restore(context, &file, yes),
    }
    Ok(ExitCode::SUCCESS)
}

fn status(context: &Context) -> anyhow::Result<()> {
    let location = context.location();
    if location.sqlite_path().is_some_and(|path| !path.exists()) {
        bail!(
            "there is no database at {location}; start utc-server or run `utc-admin db migrate` to make it"
        );
    }
    let schema = migrate::status(&location)?;
    if !schema.pending.is_empty() {
        let value = json!({ "database": location.to_string(), "applied": schema.applied, "pending": schema.pending });
        let lines = format!(
            "{location}\nschema behind: {} migrations to run (utc-admin db migrate)",
            schema.pending.len()
        );
        context.say(&value, &lines);
        return Ok(());
    }
    let summary: LogSummary = context.console()?.log_summary()?;
    let bytes = maintain::size_bytes(&location)?;
    let per_receipt = bytes / summary.size.max(1);
    let value = json!({
        "database": location.to_string(),
        "applied": schema.applied,
        "pending": schema.pending,
        "bytes": bytes,
        "receipts": summary.size,
        "receipts_last_day": summary.last_day,
        "bytes_per_day": summary.last_day * per_receipt,
        "state_epoch": summary.epoch,
        "active_key": summary.active_key.as_str(),
    });
    let lines = format!(
        "{location}\nschema     up to date ({} migrations)\nsize       {} MiB\nreceipts   {}\nlast day   {} receipts, about {} MiB\nkey        {}",
        schema.applied.len(),
        bytes >> 20,
        summary.size,
        summary.last_day,
        (summary.last_day * per_receipt) >> 20,
        summary.active_key,
    );
    context.say(&value, &lines);
    Ok(())
}

fn migrate(context: &Context) -> anyhow::Result<()> {
    let location = context.location();
    let _lock = utc_app::engine::exclusive_lock(&location)?;
    let before = migrate::run(&location)?;
    let value = json!({ "database": location.to_string(), "ran": before.pending });
    context.say(
        &value,
        &format!("{location}: {} migrations ran", before.pending.len()),
    );
    Ok(())
}

fn reset(context: &Context, yes: bool, force_production: bool) -> anyhow::Result<ExitCode> {
    let location = context.location();
    if context.config.server.env == AppEnv::Production && !force_production {
        bail!(
            "this is production: nothing was deleted; `--force-production` resets it all the same"
        );
    }
    // First, so that nobody is asked about what would be refused.
    drop(utc_app::engine::exclusive_lock(&location)?);
    let question = format!(
        "This deletes every receipt, rule, unit and setting in {location}. There is no way back."
    );
    if !yes && !confirmed(&question)? {
        print("nothing was deleted");
        return Ok(ExitCode::FAILURE);
    }
    maintain::reset(&location)?;
    context.say(
        &json!({ "database": location.to_string(), "reset": true }),
        &format!("{location} is empty"),
    );
    Ok(ExitCode::SUCCESS)
}

fn backup(context: &Context, file: &std::path::Path) -> anyhow::Result<()> {
    let location = context.location();
    if let Location::Postgres(_) = location {
        bail!(
            "PostgreSQL is backed up by its own tool: pg_dump --format=custom --file='{}' '{location}'",
            file.display()
        );
    }
    maintain::backup(&location, file)?;
    let value = json!({ "database": location.to_string(), "file": file.display().to_string() });
    context.say(
        &value,
        &format!("{location} was copied to {}", file.display()),
    );
    Ok(())
}

fn restore(context: &Context, file: &std::path::Path, yes: bool) -> anyhow::Result<ExitCode> {
    let location = context.location();
    if let Location::Postgres(_) = location {
        bail!(
            "PostgreSQL is restored by its own tool: pg_restore --clean --if-exists --dbname='{location}' '{}'",
            file.display()
        );
    }
    let question = format!(
        "This replaces everything in {location} by {}; what was recorded since that backup is lost.",
        file.display()
    );
    if !yes && !confirmed(&question)? {
        print("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    maintain::restore(&location, file)?;
    // What was switched since the backup is not known any more: fail closed until an operator has looked.
    let reason =
        "the database was restored from a backup; check the rules, then turn this off".parse()?;
    let change = RuleChange {
        rule: Rule::WritesRequireApproval,
        enabled: true,
        reason: Some(reason),
        actor: Context::actor()?,
    };
    let console = context.console()?;
    let suspended = console.suspend_access(Context::actor()?).wait()?;
    let voided = console.void_approvals(Context::actor()?).wait()?;
    let changed = console.set_rule(change).wait()?;
    let receipt = changed.receipt_id.to_string();
    let lines = format!(
        "{location} was restored from {}\nwrites_require_approval is on until you turn it off (receipt {receipt}): check the rules first\nevery session has ended and {suspended} tokens are suspended: revoke what was revoked since the backup, then `utc-admin token resume --all`\n{voided} approvals that were open are void",
        file.display()
    );
    context.say(
        &json!({ "database": location.to_string(), "receipt_id": receipt, "suspended_tokens": suspended, "void_approvals": voided }),
        &lines,
    );
    Ok(ExitCode::SUCCESS)
}
