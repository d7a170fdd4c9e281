//! Administration of the Unified Trust Console from the command line.

mod approvals;
mod context;
mod db;
mod evidence;
mod keys;
mod log;
mod password;
mod queueing;
mod receipts;
mod replay;
mod rules;
mod secrets;
mod set_back;
mod tdx;
mod token;
mod units;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Administers the database that `DATABASE_URL` names; reads the same environment and `.env` as the server.
///
/// Exit codes: 0 done; 1 refused, failed, or not valid; 2 wrong usage.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Print JSON for machines.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The database as a whole.
    #[command(subcommand)]
    Db(db::Command),
    /// Policy switches.
    #[command(subcommand)]
    Rules(rules::Command),
    /// Units.
    #[command(subcommand)]
    Units(units::Command),
    /// Receipts.
    #[command(subcommand)]
    Receipts(receipts::Command),
    /// Compute recorded decisions again, or judge them by other rules.
    Replay(replay::Arguments),
    /// What an auditor checks elsewhere.
    #[command(subcommand)]
    Evidence(evidence::Command),
    /// People who sign in.
    #[command(subcommand)]
    User(user::Command),
    /// API tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Requests that wait for people.
    #[command(subcommand)]
    Approvals(approvals::Command),
    /// Signing keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The transparency log.
    #[command(subcommand)]
    Log(log::Command),
    /// Queueing: recorded load and settings.
    #[command(subcommand)]
    Queueing(queueing::Command),
    /// Trust signals.
    #[command(subcommand)]
    Tdx(tdx::Command),
    /// What is sealed in the database.
    #[command(subcommand)]
    Secrets(secrets::Command),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result =
        context::Context::new(arguments.json).and_then(|context| match arguments.command {
            Command::Db(command) => db::run(&context, command),
            Command::Rules(command) => rules::run(&context, command),
            Command::Units(command) => units::run(&context, command),
            Command::Receipts(command) => receipts::run(&context, &command),
            Command::Replay(arguments) => replay::run(&context, arguments),
            Command::Evidence(command) => evidence::run(&context, command),
            Command::User(command) => user::run(&context, command),
            Command::Token(command) => token::run(&context, command),
            Command::Approvals(command) => approvals::run(&context, command),
            Command::Keys(command) => keys::run(&context, &command),
            Command::Log(command) => log::run(&context, &command),
            Command::Queueing(command) => queueing::run(&context, command),
            Command::Tdx(command) => tdx::run(&context, command),
            Command::Secrets(command) => secrets::run(&context, &command),
        });
    match result {
        Ok(code) => code,
        Err(error) => context::failure(&error),
    }
}
