//! Rows as plain structs, and the queries on them as functions: one file for each resource.
//!
//! Row types know neither the wire nor the domain's rules; whoever calls converts. Times are
//! microseconds since the epoch.

#[macro_use]
mod put_all;

pub mod approvals;
pub mod approver_record;
pub mod arrival_tallies;
pub mod decisions;
pub mod event_keys;
pub mod events;
pub(crate) mod fixed;
pub mod forecasts;
pub mod held_requests;
pub mod history;
pub mod idempotency_keys;
pub mod inputs;
pub mod jobs;
pub mod keys;
pub mod marks;
pub mod measured_units;
pub mod news;
pub mod open_entities;
pub mod outbox;
pub mod quarantine;
pub mod queue_ticks;
pub mod receipts;
pub mod rematches;
pub mod risks;
pub mod rules;
pub mod selected;
pub mod sessions;
pub mod signers;
pub mod sources;
pub mod tdx_runs;
pub mod tiles;
pub mod tokens;
pub mod unit_signals;
pub mod units;
pub mod users;
pub mod votes;
pub mod webhooks;
