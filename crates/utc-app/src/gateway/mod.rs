//! What the gateway sends, keeps and finds out.

mod outgoing;
mod record;

pub use outgoing::Outgoing;
pub use record::RecordError;
