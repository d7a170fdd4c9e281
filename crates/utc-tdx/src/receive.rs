//! One file for each format: authenticity, form, and what becomes of it.
//!
//! Each `receive` takes a [`Delivery`](crate::Delivery) and what is configured for its sender, and returns all events of the
//! delivery or one [`Refusal`](crate::Refusal): a delivery is taken as a whole or not at all.

pub mod alertmanager;
pub mod cloud_events;
pub mod falco;
pub mod github;
pub mod native;
pub(crate) mod read;
pub mod standard_webhooks;

mod signed;

pub use signed::SignedSource;
