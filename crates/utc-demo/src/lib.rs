#![doc = include_str!("../README.md")]

mod access;
mod database;
mod payments;
mod seed;
mod signals;
mod trickle;
mod walk;

use std::sync::Arc;

use utc_app::{Console, SignInLink};
use zeroize::Zeroizing;

pub use access::Tokens;
pub use database::discard_database;
pub use payments::Payments;
pub use seed::DemoError;
pub use trickle::Trickle;
pub use walk::instructions;

/// A demo that runs.
pub struct Demo {
    /// The link that signs in.
    pub link: SignInLink,
    /// What the link carries.
    pub link_token: Zeroizing<String>,
    /// The API tokens.
    pub tokens: Tokens,
    /// What goes on for as long as it is kept.
    pub running: Running,
}

/// What the demo runs; dropping it ends it.
pub struct Running {
    /// The traffic.
    pub traffic: Trickle,
    /// The service behind the gateway.
    pub payments: Payments,
}

/// Starts the payments service, seeds units, people and tokens, and starts the traffic.
pub fn start(console: Arc<Console>) -> Result<Demo, DemoError> {
    let payments = Payments::start()?;
    seed::seed(&console, &payments.url())?;
    let tokens = access::tokens(&console)?;
    let (link_token, link) = access::person(&console)?;
    let alarms = signals::Alarms::begin(&console, &tokens.signals)?;
    Ok(Demo {
        link,
        link_token,
        tokens,
        running: Running {
            traffic: trickle::start(console, alarms)?,
            payments,
        },
    })
}
