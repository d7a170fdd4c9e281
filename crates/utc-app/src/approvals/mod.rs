//! Requests that wait for people: asked for by a decision, voted on, used once.

mod backlog;
mod bind;
mod figures;
mod grant;
mod hold;
mod lapse;
pub(crate) mod list;
mod queue;
mod record;
pub(crate) mod stored;
mod transition;
mod view;
mod void;
mod vote;
mod watch;
mod withdraw;

pub use backlog::BacklogSince;
pub use bind::Forwarded;
pub(crate) use bind::{Bound, digest};
pub use figures::{ApprovalFigures, QueueFigures};
pub(crate) use grant::{Known, Presented, use_up};
pub use hold::Held;
pub(crate) use hold::Hold;
pub(crate) use lapse::{expire_with, something_ended};
pub use list::{ApprovalFilter, ApprovalPage};
pub(crate) use queue::{Newcomer, Room, Waiting};
pub(crate) use transition::Change;
pub use view::{ApprovalView, VoteView};
pub(crate) use void::{Void, void};
pub use vote::Voted;
pub use watch::Watch;
pub(crate) use watch::Watchers;
pub use withdraw::Withdrawn;
