//! Requests that wait for people: held, voted on, used once; on both databases where it matters.

mod concurrency;
mod duties;
mod ending;
mod grants;
mod once;
mod queue;
pub(crate) mod stage;
mod votes;
