#![doc = include_str!("../README.md")]

mod access;
mod database;
mod payments;
mod seed;
mod trickle;

use std::sync::Arc;

use utc_app::{Console, SignInLink};
use zeroize::Zeroizing;

pub use database::discard_database;
pub use payments::Payments;
pub use seed::DemoError;
pub use trickle::Trickle;

/// A demo that runs.
pub struct Demo {
    /// The link that signs in.
    pub link: SignInLink,
    /// What the link carries.
    pub link_token: Zeroizing<String>,
    /// An administrator's API token.
    pub token: Zeroizing<String>,
    /// The traffic; dropping it ends it.
    pub traffic: Trickle,
}

/// Seeds units, a person and a token, and starts the traffic.
pub fn start(console: Arc<Console>) -> Result<Demo, DemoError> {
    seed::seed(&console)?;
    let token = access::token(&console)?;
    let (link_token, link) = access::person(&console)?;
    Ok(Demo {
        link,
        link_token,
        token,
        traffic: trickle::start(console)?,
    })
}

/// What to try, for the terminal.
pub fn instructions(address: &str, demo: &Demo) -> String {
    let (link, token) = (demo.link_token.as_str(), demo.token.as_str());
    let curl = format!("curl -s -H 'Authorization: Bearer {token}'");
    format!(
        "\nThe demo runs with its own database. Open http://{address}/login?token={link}\nor try:\n\n\
         {curl} http://{address}/api/v1/decide -H 'Content-Type: application/json' -d '{{\"subject\":\"agent-42\",\"action\":\"write:/payments/17\",\"unit\":\"payments-api\"}}'\n\
         {curl} -X PUT http://{address}/api/v1/rules/writes_require_approval -H 'Content-Type: application/json' -d '{{\"enabled\":true,\"reason\":\"trying it\"}}'\n\
         {curl} 'http://{address}/api/v1/receipts?unit=payments-api&limit=3'\n"
    )
}
