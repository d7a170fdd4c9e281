//! Trust signals: what is taken, what it does, and what undoes it.

mod flips;
mod granted;
mod intake;
mod lead;
mod people;
mod registry;
mod rematched;

use std::sync::Arc;

use serde_json::{Value, json};
use utc_app::signals::{
    Incoming, NotTaken, Receiver, RunView, ScoringClock, SignalOptions, SourceConfig,
    SourceSignature, Taken,
};
use utc_app::{Console, NewToken, Options, Principal, UnitConfig};
use utc_domain::{Decision, Rule, Scope, Timestamp};
use utc_tdx::{Standing, Trust};

use crate::approvals::stage::Database;
use crate::identities::scope;
use crate::support::{actor, ask};

/// A console whose scores follow a clock that the test advances, and whoever sends it signals.
pub(crate) struct Signals {
    // Before its database, which it would look for in vain.
    pub(crate) console: Console,
    pub(crate) sender: Arc<Principal>,
    pub(crate) database: Database,
}

/// What signals are about.
pub(crate) const UNIT: &str = "payments-api";

pub(crate) fn options(database: &Database) -> Options {
    let options = database.options();
    Options {
        signals: SignalOptions {
            clock: Some(Arc::new(ScoringClock::default())),
            ..SignalOptions::STANDARD
        },
        ..options
    }
}

impl Signals {
    pub(crate) fn new(database: Database) -> Self {
        let options = options(&database);
        Self::with(database, options)
    }

    pub(crate) fn with(database: Database, options: Options) -> Self {
        let console = Console::with(options).unwrap();
        let sender = token(&console, "sender", &["**"]);
        configure(&console, UNIT, |_| {});
        Self {
            console,
            sender,
            database,
        }
    }

    /// Registers a source.
    pub(crate) fn source(&self, name: &str, standing: Standing) {
        let config = source(standing);
        let saved = self
            .console
            .configure_source(actor(), name.parse().unwrap(), config);
        saved.wait().unwrap();
    }

    pub(crate) fn send(&self, body: &Value) -> Result<Taken, NotTaken> {
        send(&self.console, &self.sender, body)
    }

    /// Something critical about the unit, happening now.
    pub(crate) fn alarm(&self, source: &str) -> Taken {
        let event = event(source, "critical", self.console.options().clock.now());
        let taken = self.send(&event).unwrap();
        self.console.score_waiting().unwrap();
        taken
    }

    pub(crate) fn advance(&self, hours: u32) {
        self.console.advance_scoring(hours).unwrap();
    }

    pub(crate) fn run(&self) -> RunView {
        self.console.run_scorer().unwrap()
    }

    pub(crate) fn write(&self) -> Decision {
        self.console
            .decide(ask("write:/orders", UNIT))
            .unwrap()
            .decision
    }

    pub(crate) fn rule(&self) -> (bool, String) {
        let rules = self.console.rules().unwrap();
        let rule = rules
            .into_iter()
            .find(|rule| rule.rule == Rule::ReadOnlyForRisky)
            .unwrap();
        (rule.enabled, rule.owner.to_string())
    }

    pub(crate) fn score(&self) -> f64 {
        let risk = self.console.unit_risk(&UNIT.parse().unwrap()).unwrap();
        risk.map_or(0.0, |risk| risk.score)
    }

    pub(crate) fn is_flagged(&self) -> bool {
        let risk = self.console.unit_risk(&UNIT.parse().unwrap()).unwrap();
        risk.is_some_and(|risk| risk.flagged_since.is_some())
    }
}

pub(crate) fn send(
    console: &Console,
    sender: &Arc<Principal>,
    body: &Value,
) -> Result<Taken, NotTaken> {
    let incoming = delivery(body);
    let ticket = console.receive(Some(sender), &Receiver::Native, &incoming)?;
    ticket.wait()??.checked()
}

pub(crate) fn delivery(body: &Value) -> Incoming {
    Incoming {
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: body.to_string().into(),
        address: None,
    }
}

pub(crate) fn event(source: &str, severity: &str, at: Timestamp) -> Value {
    json!({
        "source": source,
        "event_time": at.to_string(),
        "topic": "identity",
        "severity": severity,
        "confidence": 0.95,
        "entities": [UNIT],
    })
}

pub(crate) fn source(standing: Standing) -> SourceConfig {
    SourceConfig {
        trust: Trust::new(0.95).unwrap(),
        standing,
        signature: SourceSignature::Token,
        secret: None,
        jwks: None,
        issuer: None,
        audience: Vec::new(),
        stream_id: None,
        units: Scope::All,
    }
}

pub(crate) fn token(console: &Console, name: &str, sources: &[&str]) -> Arc<Principal> {
    token_on(console, name, sources, Scope::All)
}

pub(crate) fn token_on(
    console: &Console,
    name: &str,
    sources: &[&str],
    units: Scope,
) -> Arc<Principal> {
    let new = NewToken {
        name: name.parse().unwrap(),
        roles: "signal".parse().unwrap(),
        subjects: scope(sources),
        units,
        owner: None,
        expires_at: None,
    };
    let created = console.create_token(actor(), new).wait().unwrap();
    console.token(&created.token).unwrap().unwrap()
}

pub(crate) fn configure(console: &Console, unit: &str, change: impl Fn(&mut UnitConfig)) {
    let mut config = UnitConfig::unconfigured();
    change(&mut config);
    let update = Box::new(move |_: Option<&UnitConfig>| Ok(config.clone()));
    console
        .configure_unit(unit.parse().unwrap(), actor(), update)
        .wait()
        .unwrap();
}
