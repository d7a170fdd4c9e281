//! What every command needs: the configuration, the engine, a voice.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use utc_app::engine::{Location, RatePrior, Settings};
use utc_app::log::{Accepted, LogOptions};
use utc_app::signals::SignalOptions;
use utc_app::{ApprovalOptions, Console, Controller, Options, Principal};
use utc_config::{Config, DatabaseUrl, Vars};
use utc_domain::Subject;

/// What every command needs.
pub(crate) struct Context {
    /// The configuration.
    pub(crate) config: Config,
    json: bool,
}

impl Context {
    pub(crate) fn new(json: bool) -> anyhow::Result<Self> {
        let config = Config::from_vars(&Vars::from_process(Some(Path::new(".env")))?)?;
        Ok(Self { config, json })
    }

    /// Where the data is.
    pub(crate) fn location(&self) -> Location {
        match &self.config.database {
            DatabaseUrl::Sqlite { path } => Location::Sqlite(path.clone()),
            DatabaseUrl::Postgres { url } => Location::Postgres(url.expose_secret().to_owned()),
        }
    }

    /// The engine, with the server's keys. It may run beside a server: both append to one log.
    pub(crate) fn console(&self) -> anyhow::Result<Console> {
        self.console_with(self.log_options())
    }

    /// The engine on a log that is accepted although it is not the one that is remembered.
    pub(crate) fn accepting(&self, accepted: Accepted) -> anyhow::Result<Console> {
        self.console_with(LogOptions {
            accepted: Some(accepted),
            ..self.log_options()
        })
    }

    /// The engine to look at the log with, whatever is wrong with it.
    pub(crate) fn looking(&self) -> anyhow::Result<Console> {
        self.console_with(LogOptions {
            accepted: Some(Accepted::Looking),
            ..self.log_options()
        })
    }

    fn console_with(&self, log: LogOptions) -> anyhow::Result<Console> {
        let keys = &self.config.keys;
        let secret = |secret: &secrecy::SecretString| secret.expose_secret().to_owned();
        let options = Options {
            data_dir: self.config.files.data_dir.clone(),
            data_key_file: Some(self.config.files.data_key_file.clone()),
            secret: keys.hmac_secret.as_ref().map(secret),
            next_secret: keys.hmac_secret_next.as_ref().map(secret),
            previous_secrets: keys.hmac_secret_previous.iter().map(secret).collect(),
            issuer: self.config.installation.issuer.clone(),
            log,
            public_url: self.config.server.public_url.clone(),
            approvals: self.approvals()?,
            queueing: self.queueing()?,
            controller: match self.config.queueing.controller {
                utc_config::Controller::Classic => Controller::Classic,
                utc_config::Controller::Predictive => Controller::Predictive,
            },
            signals: SignalOptions {
                auto_flip: self.config.tdx.auto_flip,
                ..SignalOptions::STANDARD
            },
            ..Options::new(self.location())
        };
        Ok(Console::with(Options {
            adopt_settings: false,
            ..options
        })?)
    }

    /// How the log is signed and guarded: as the server does it.
    pub(crate) fn log_options(&self) -> LogOptions {
        LogOptions {
            origin: self.config.installation.log_origin.clone(),
            key_file: Some(self.config.files.log_key_file.clone()),
            guard_file: Some(self.config.files.guard_file.clone()),
            ..LogOptions::default()
        }
    }

    /// As the server has it: levels follow the same load in the same way, and what is shown is what holds.
    fn queueing(&self) -> anyhow::Result<Settings> {
        let queueing = &self.config.queueing;
        let settings = Settings::new(
            queueing.alpha,
            queueing.low,
            queueing.high,
            queueing.relax_below,
            queueing.relax_window_minutes,
        )?;
        Ok(settings.with_relax_read_only_below(queueing.relax_read_only_below)?)
    }

    /// As the server has it: a vote says until when an approval is good.
    fn approvals(&self) -> anyhow::Result<ApprovalOptions> {
        let minutes = |minutes: u32| Duration::from_mins(u64::from(minutes));
        let approvals = &self.config.approvals;
        Ok(ApprovalOptions {
            ttl: minutes(approvals.ttl_minutes),
            grant_ttl: minutes(approvals.grant_ttl_minutes),
            max_pending_per_subject: approvals.max_pending_per_subject,
            prior: RatePrior::new(self.config.queueing.human_approval_rate_per_hour)?,
            ..ApprovalOptions::STANDARD
        })
    }

    /// Who acts: whoever may run this program on this machine.
    pub(crate) fn actor() -> anyhow::Result<Subject> {
        Ok("admin:cli".parse()?)
    }

    /// The same with everything they may do: all of it.
    pub(crate) fn local() -> anyhow::Result<Principal> {
        Ok(Principal::local(Self::actor()?))
    }

    /// Prints `value` as JSON where that was asked for, else the lines.
    pub(crate) fn say(&self, value: &Value, lines: &str) {
        if self.json {
            print(&serde_json::to_string_pretty(value).unwrap_or_default());
        } else {
            print(lines.trim_end());
        }
    }

    /// Whether JSON was asked for.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// A bar that is drawn for people only.
    pub(crate) fn progress(&self) -> ProgressBar {
        let bar = ProgressBar::new(0);
        if !self.shows_progress() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }

    /// Whether to draw progress: only for people.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }
}

/// Prints a line on standard output; a closed pipe is not a reason to fail half-way.
pub(crate) fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Says something beside the result, on standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says what went wrong on standard error.
pub(crate) fn failure(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "utc-admin: {error:#}");
    ExitCode::FAILURE
}

/// Asks on standard error and reads the answer; anything but `yes` is no.
pub(crate) fn confirmed(question: &str) -> anyhow::Result<bool> {
    write!(std::io::stderr(), "{question} Type `yes` to go on: ")?;
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}
