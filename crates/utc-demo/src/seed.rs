//! What the demo begins with.

use utc_app::{AppError, Console, PinRequest, Principal, Report, Ticket, UnitConfig};
use utc_domain::{Criticality, DomainError, ProtectionLevel, Subject, UnitName};

/// Why the demo could not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The database is not the demo's own.
    #[error("the demo only ever deletes a SQLite file called `demo.db`")]
    NotADemoDatabase,
    /// The old database cannot be deleted.
    #[error("cannot delete the database of an earlier demo")]
    File(#[source] std::io::Error),
    /// The database cannot be used.
    #[error(transparent)]
    Storage(#[from] utc_app::engine::StorageError),
    /// A seed is not valid.
    #[error("a seed is not valid")]
    Seed(#[from] DomainError),
    /// A seed could not be written.
    #[error("a seed could not be written")]
    Write(#[from] AppError),
    /// The sample payments service could not be started.
    #[error("cannot start the sample payments service")]
    Payments(#[source] std::io::Error),
    /// The thread could not be started.
    #[error("cannot start the demo's traffic")]
    Thread(#[source] std::io::Error),
}

/// The units: name, criticality, capacity per hour, usual arrivals per hour.
pub(crate) const UNITS: [(&str, Criticality, f64, f64); 4] = [
    ("payments-api", Criticality::High, 1_200.0, 420.0),
    ("route:/refunds", Criticality::High, 300.0, 90.0),
    ("tool:send_email", Criticality::Normal, 600.0, 150.0),
    ("ledger", Criticality::Extreme, 200.0, 60.0),
];

/// The unit whose writes wait for people, whatever the rules say.
const HELD: &str = "route:/payments";

/// Seeds units, their load, and two units in front of the service at `payments`.
pub(crate) fn seed(console: &Console, payments: &str) -> Result<(), DemoError> {
    let actor: Subject = "demo:seed".parse()?;
    for (name, criticality, capacity, arrivals) in UNITS {
        let unit: UnitName = name.parse()?;
        let mut config = UnitConfig::unconfigured();
        config.criticality = criticality;
        config.capacity_per_hour = Some(capacity);
        config.labels.insert("demo".to_owned(), "true".to_owned());
        config.upstream = (name == "payments-api").then(|| payments.to_owned());
        // So that a peak can be seen to pass within minutes.
        config.thresholds.relax_window_minutes = Some(1);
        let configured: Ticket<_> = console.configure_unit(
            unit.clone(),
            actor.clone(),
            Box::new(move |_| Ok(config.clone())),
        );
        configured.wait()?;
        let report = Report {
            arrival_rate: arrivals,
            service_rate: capacity,
            at: None,
        };
        console.observe(&unit, vec![report]).wait()?;
    }
    hold(console, &actor, payments)?;
    Ok(())
}

fn hold(console: &Console, actor: &Subject, payments: &str) -> Result<(), DemoError> {
    let unit: UnitName = HELD.parse()?;
    let mut config = UnitConfig::unconfigured();
    config.labels.insert("demo".to_owned(), "true".to_owned());
    config.upstream = Some(payments.to_owned());
    let update = Box::new(move |_: Option<&UnitConfig>| Ok(config.clone()));
    console
        .configure_unit(unit.clone(), actor.clone(), update)
        .wait()?;
    let pin = PinRequest {
        level: ProtectionLevel::RequireApproval,
        reason: "the demo shows how a write waits for a person".parse()?,
        expires_at: None,
    };
    let by = Principal::local(actor.clone());
    console.pin(&unit, by, pin).wait()?;
    Ok(())
}
