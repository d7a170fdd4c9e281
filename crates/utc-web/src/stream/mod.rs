//! Live updates: server-sent events that say that something is new, so that a page fetches itself again.
//!
//! A stream tells what its caller may read, about units that they see. Each event's id is a position of the log, from
//! which a browser that comes back goes on. Who listens is asked for anew every half minute: whoever has lost the
//! right to listen hears `bye`.

mod body;
mod event;
mod listener;

pub(crate) use body::StreamBody;
pub(crate) use listener::{Hearer, Listener};
