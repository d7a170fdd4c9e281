#![doc = include_str!("../README.md")]

mod database;
mod seed;
mod trickle;

pub use database::discard_database;
pub use seed::DemoError;
pub use trickle::{Trickle, start};

/// What to try, for the terminal.
pub fn instructions(address: &str) -> String {
    format!(
        "\nThe demo runs at http://{address}/ with its own database. Try:\n\n\
         curl -s http://{address}/api/v1/decide -H 'Content-Type: application/json' -d '{{\"subject\":\"agent-42\",\"action\":\"write:/payments/17\",\"unit\":\"payments-api\"}}'\n\
         curl -s -X PUT http://{address}/api/v1/rules/writes_require_approval -H 'Content-Type: application/json' -d '{{\"enabled\":true,\"reason\":\"trying it\"}}'\n\
         curl -s 'http://{address}/api/v1/receipts?unit=payments-api&limit=3'\n"
    )
}
