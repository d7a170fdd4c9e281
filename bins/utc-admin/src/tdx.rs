//! `utc-admin tdx …`

mod print;

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};
use utc_app::signals::{EventQuery, SourceConfig, SourceSignature};
use utc_domain::{Pattern, Reason, Rule, Scope, UnitName};
use utc_tdx::{ContentHash, Severity, SourceName, Standing, Trust};
use zeroize::Zeroizing;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Score every unit now.
    Run,
    /// The last runs.
    Runs {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Every source, also those that nobody registered.
    Sources,
    /// Register a source, or change it. What is not given is as it is for a new one, but for its secret, which stays.
    Source(Source),
    /// Events, newest first.
    Events {
        /// Of this source.
        #[arg(long)]
        source: Option<String>,
        /// Matching this unit.
        #[arg(long)]
        unit: Option<UnitName>,
        /// As bad as this.
        #[arg(long)]
        severity: Option<Severity>,
        /// Only what matches no unit.
        #[arg(long)]
        unmatched: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Dismiss an event: it is kept, and weighs nothing.
    Dismiss {
        /// Its digest, `sha256:…`.
        event: ContentHash,
        /// Why. It stands in the receipt.
        #[arg(long)]
        reason: Reason,
    },
    /// Deliveries that were not taken, newest first.
    Quarantine {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Leave the rule for risky units to the scorer again, after a person switched it.
    HandBack,
}

#[derive(clap::Args)]
pub(crate) struct Source {
    /// Its name.
    name: SourceName,
    /// How far it is believed, from 0 to 1.
    #[arg(long, default_value_t = 0.8)]
    trust: f64,
    /// Let it lock units alone.
    #[arg(long)]
    authoritative: bool,
    /// How it proves itself: `token`, `standard_webhooks`, `github` or `ssf`.
    #[arg(long, default_value_t = SourceSignature::Token)]
    signature: SourceSignature,
    /// Read its secret from the first line of standard input.
    #[arg(long)]
    secret_stdin: bool,
    /// For `ssf`: where its keys are, a path on the server or a URL.
    #[arg(long)]
    jwks: Option<String>,
    /// For `ssf`: its `iss`.
    #[arg(long)]
    issuer: Option<String>,
    /// For `ssf`: what `aud` may name.
    #[arg(long)]
    audience: Vec<String>,
    /// For `ssf`: the id of its stream.
    #[arg(long)]
    stream_id: Option<String>,
    /// The units that it may speak about, also by label.
    #[arg(long = "unit")]
    units: Vec<Pattern>,
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    let local = Context::local()?;
    match command {
        Command::Run => print::runs(context, &[console.run_scorer()?]),
        Command::Runs { limit } => print::runs(context, &console.runs(None, limit)?.items),
        Command::Sources => print::sources(context, &console.sources()?),
        Command::Source(source) => {
            let (name, config) = config(source)?;
            let saved = console.configure_source(Context::actor()?, name, config);
            print::source(context, &saved.wait()?);
        }
        Command::Events {
            source,
            unit,
            severity,
            unmatched,
            limit,
        } => {
            let query = EventQuery {
                source,
                unit,
                severity,
                unmatched,
                ..EventQuery::default()
            };
            print::events(context, &console.events(&local, &query, None, limit)?.items);
        }
        Command::Dismiss { event, reason } => {
            let receipt = console.dismiss_event(Context::actor()?, event, reason);
            say(context, "dismissed", &receipt.wait()?.to_string());
        }
        Command::Quarantine { limit } => {
            print::quarantine(context, &console.quarantined(None, limit)?.items);
        }
        Command::HandBack => {
            let receipt = console.hand_back_rule(Rule::ReadOnlyForRisky, Context::actor()?);
            say(context, "handed back", &receipt.wait()?.to_string());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn say(context: &Context, what: &str, receipt: &str) {
    let value: Value = json!({ "receipt_id": receipt });
    context.say(&value, &format!("{what} (receipt {receipt})"));
}

fn config(source: Source) -> anyhow::Result<(SourceName, SourceConfig)> {
    let secret = source.secret_stdin.then(read_secret).transpose()?;
    let config = SourceConfig {
        trust: Trust::new(source.trust)?,
        standing: if source.authoritative {
            Standing::Authoritative
        } else {
            Standing::Registered
        },
        signature: source.signature,
        secret,
        jwks: source.jwks,
        issuer: source.issuer,
        audience: source.audience,
        stream_id: source.stream_id,
        units: Scope::of(source.units)?,
    };
    Ok((source.name, config))
}

fn read_secret() -> anyhow::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line)?;
    Ok(Zeroizing::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}
