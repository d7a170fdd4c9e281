//! `utc-admin db …`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;
use utc_app::LogSummary;
use utc_app::engine::{Location, maintain, migrate};
use utc_config::AppEnv;

use crate::context::{Context, confirmed, print};
use crate::set_back;

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
        /// Accept, for this reason, that receipts are lost: the log goes on under a new name, with a receipt of that.
        #[arg(long, value_name = "REASON")]
        accept_rollback: Option<String>,
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
        Command::Restore {
            file,
            yes,
            accept_rollback,
        } => return restore(context, &file, yes, accept_rollback),
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
    let files = &context.config.files;
    let kept = utc_app::log::forget(&files.guard_file, &context.config.installation.log_origin)?;
    maintain::reset(&location)?;
    let kept = kept.map(|kept| kept.display().to_string());
    let mut lines = format!("{location} is empty");
    if let Some(kept) = &kept {
        lines = format!(
            "{lines}\nthe next log has another name; what the old one was is kept in {kept}"
        );
    }
    context.say(
        &json!({ "database": location.to_string(), "reset": true, "guard_kept": kept }),
        &lines,
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

fn restore(
    context: &Context,
    file: &std::path::Path,
    yes: bool,
    reason: Option<String>,
) -> anyhow::Result<ExitCode> {
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
    let lock = utc_app::engine::exclusive_lock(&location)?;
    let mut lost = false;
    maintain::restore(&location, file, &lock, |copy| {
        let (log, data_dir) = (context.log_options(), &context.config.files.data_dir);
        match utc_app::log::judge_copy(copy, &log, data_dir)? {
            Some(fault) if reason.is_none() => {
                Err(anyhow::Error::from(fault).context(
                    "nothing was changed; `--accept-rollback REASON` restores it all the same and records that receipts were lost",
                ))
            }
            judged => {
                lost = judged.is_some();
                Ok(())
            }
        }
    })?;
    let done = format!("{location} was restored from {}\n", file.display());
    match reason.filter(|_| lost) {
        Some(reason) => set_back::accept_locked(context, &reason, &done)?,
        None => set_back::close(context, &done)?,
    }
    Ok(ExitCode::SUCCESS)
}
