//! Notices to others: who hears of what, and what waits to be sent to them.
//!
//! What is told is decided in one place, from the receipts that a transaction appends, and is written in that transaction:
//! a use case cannot forget it, and what was undone is never told. Sending is somebody else's work: they take
//! [`Parcel`]s under a lease, and say what became of each.

mod announce;
mod body;
mod deliveries;
mod event;
mod links;
mod manage;
mod outgoing;
mod reseal;
mod secret;
mod stored;
mod webhook;

pub(crate) use announce::announce;
pub(crate) use deliveries::forget;
pub use deliveries::{DeliveryPage, DeliveryView};
pub(crate) use links::Links;
pub use outgoing::{Parcel, Settled};
pub use webhook::{NewWebhook, SavedWebhook, WebhookChange, WebhookView};
