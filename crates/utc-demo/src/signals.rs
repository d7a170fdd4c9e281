//! The demo's trust signals: the same two events in every run.

use std::sync::Arc;

use utc_app::signals::{Incoming, NotTaken, Receiver, SourceConfig, SourceSignature};
use utc_app::{AppError, Console, Principal};
use utc_domain::{DomainError, Scope, Subject};
use utc_tdx::{Standing, Trust};

use crate::DemoError;

/// What both events are about: of normal criticality, so that one source alone locks nothing.
const UNIT: &str = "tool:send_email";

/// The source that is registered.
const SCANNER: &str = "demo:scanner";

/// The source that nobody registered.
const STRANGER: &str = "demo:stranger";

/// Whoever sends the demo's signals.
pub(crate) struct Alarms {
    sender: Arc<Principal>,
}

impl Alarms {
    /// Registers the one source, and sends what it says: a score of 60, from one source, which locks nothing.
    pub(crate) fn begin(console: &Console, token: &str) -> Result<Self, DemoError> {
        let actor: Subject = "demo:seed".parse()?;
        let trust = Trust::new(0.95).map_err(|_| not_a_share())?;
        let config = SourceConfig {
            trust,
            standing: Standing::Registered,
            signature: SourceSignature::Token,
            secret: None,
            jwks: None,
            issuer: None,
            audience: Vec::new(),
            stream_id: None,
            units: Scope::All,
        };
        console
            .configure_source(actor, SCANNER.parse()?, config)
            .wait()?;
        let sender = console.token(token)?.ok_or(AppError::Unauthenticated)?;
        let alarms = Self { sender };
        alarms.send(console, SCANNER, 0.95, "a leaked credential is in use")?;
        Ok(alarms)
    }

    /// What the other source says: with it the score is 76, from two sources, and the unit is risky.
    pub(crate) fn second(&self, console: &Console) -> Result<(), DemoError> {
        self.send(console, STRANGER, 0.8, "mail to 4,000 unknown addresses")
    }

    fn send(
        &self,
        console: &Console,
        source: &str,
        confidence: f64,
        summary: &str,
    ) -> Result<(), DemoError> {
        let now = console.options().clock.now();
        let body = format!(
            r#"{{"source":"{source}","event_time":"{now}","topic":"identity","severity":"critical","confidence":{confidence},"entities":["{UNIT}"],"summary":"{summary}"}}"#
        );
        let incoming = Incoming {
            headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
            body: body.into(),
            address: None,
        };
        let sent = console.receive(Some(&self.sender), &Receiver::Native, &incoming);
        sent.map_err(not_taken)?.wait()?.map_err(not_taken)?;
        Ok(())
    }
}

fn not_a_share() -> DomainError {
    DomainError::Form {
        expected: "a number from 0 to 1",
    }
}

fn not_taken(refused: NotTaken) -> DemoError {
    match refused {
        NotTaken::App(error) => error.into(),
        other => AppError::Internal(Box::new(other)).into(),
    }
}
