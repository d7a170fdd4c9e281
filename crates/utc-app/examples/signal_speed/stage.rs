//! A console with a sender and units.

use std::sync::Arc;

use utc_app::engine::Location;
use utc_app::signals::{
    Incoming, NotTaken, Receiver, SignalOptions, SourceConfig, SourceSignature,
};
use utc_app::{Console, NewToken, Options, Principal, UnitConfig};
use utc_domain::{Scope, Subject};
use utc_tdx::{Standing, Trust};

use crate::Outcome;

pub(crate) struct Stage {
    pub(crate) console: Arc<Console>,
    pub(crate) sender: Arc<Principal>,
}

impl Stage {
    pub(crate) fn new(
        location: Location,
        signals: SignalOptions,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let console = Console::with(Options {
            signals: SignalOptions {
                daily_quota: u64::MAX,
                ..signals
            },
            ..Options::new(location)
        })?;
        let new = NewToken {
            name: "bench".parse()?,
            roles: "signal".parse()?,
            subjects: Scope::Only(vec!["**".parse()?]),
            units: Scope::All,
            owner: None,
            expires_at: None,
        };
        let made = console.create_token(actor()?, new).wait()?;
        let sender = console
            .token(&made.token)?
            .ok_or("the token is not known")?;
        let console = Arc::new(console);
        Ok(Self { console, sender })
    }

    pub(crate) fn source(&self, name: &str, standing: Standing) -> Outcome {
        let config = SourceConfig {
            trust: Trust::new(0.95)?,
            standing,
            signature: SourceSignature::Token,
            secret: None,
            jwks: None,
            issuer: None,
            audience: Vec::new(),
            stream_id: None,
            units: Scope::All,
        };
        self.console
            .configure_source(actor()?, name.parse()?, config)
            .wait()?;
        Ok(())
    }

    /// Configures units, many in a transaction.
    pub(crate) fn units(&self, names: &[String]) -> Outcome {
        for some in names.chunks(200) {
            let mut tickets = Vec::new();
            for name in some {
                let update = Box::new(|_: Option<&UnitConfig>| Ok(UnitConfig::unconfigured()));
                tickets.push(self.console.configure_unit(name.parse()?, actor()?, update));
            }
            for ticket in tickets {
                ticket.wait()?;
            }
        }
        Ok(())
    }

    pub(crate) fn event(&self, source: &str, unit: &str, severity: &str, number: u64) -> String {
        let now = self.console.options().clock.now();
        format!(
            r#"{{"source":"{source}","event_time":"{now}","topic":"identity","severity":"{severity}","confidence":0.95,"entities":["{unit}"],"summary":"number {number}"}}"#
        )
    }

    pub(crate) fn deliver(&self, events: &[String]) -> Result<(), NotTaken> {
        let incoming = Incoming {
            headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
            body: format!("[{}]", events.join(",")).into(),
            address: None,
        };
        let ticket = self
            .console
            .receive(Some(&self.sender), &Receiver::Native, &incoming)?;
        ticket.wait()??;
        Ok(())
    }
}

pub(crate) fn actor() -> Result<Subject, utc_domain::DomainError> {
    "user:bench".parse()
}
