//! The HTTP interface as a table: what there is, who may call it, what its description says.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test needs and does not get ends it"
)]

mod access;
mod approvals_page;
mod browser;
mod console;
mod demo_page;
mod evidence;
mod evidence_page;
mod held;
#[path = "../../../utc-tdx/tests/it/keys.rs"]
mod keys;
mod limits;
mod replay;
mod routes;
mod scopes;
mod signals;
mod signals_page;
mod sources_page;
mod support;
mod units_page;
mod visitor;
mod webhooks;
mod webhooks_page;
