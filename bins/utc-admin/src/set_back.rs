//! After a database was set back: nothing that was withdrawn since may come back to life.

use anyhow::Context as _;
use serde_json::json;
use utc_app::log::{Accepted, Closed};

use crate::context::Context;

/// Accepts it and records it; the same transaction closes what an old state would open.
pub(crate) fn accept(context: &Context, reason: &str, done: &str) -> anyhow::Result<()> {
    // Until everything is closed no server may start.
    let _lock = utc_app::engine::exclusive_lock(&context.location())?;
    accept_locked(context, reason, done)
}

/// The same for whoever holds the lock.
pub(crate) fn accept_locked(context: &Context, reason: &str, done: &str) -> anyhow::Result<()> {
    let actor = Context::actor()?;
    let reason = reason.to_owned();
    let console = context.accepting(Accepted::Rollback { actor, reason })?;
    let closed = console.closed().context("nothing was closed")?;
    tell(context, &closed, done);
    Ok(())
}

/// Closes the same after a restore that lost nothing.
pub(crate) fn close(context: &Context, done: &str) -> anyhow::Result<()> {
    let closed = context
        .console()?
        .close_after_restore(Context::actor()?)
        .wait()?;
    tell(context, &closed, done);
    Ok(())
}

fn tell(context: &Context, closed: &Closed, done: &str) {
    let Closed {
        suspended_tokens,
        void_approvals,
        rule_receipt,
    } = closed;
    let lines = format!(
        "{done}writes_require_approval is on until you turn it off (receipt {rule_receipt}): check the rules first\nevery session has ended and {suspended_tokens} tokens are suspended: revoke what was revoked since, then `utc-admin token resume --all`\n{void_approvals} approvals that were open are void",
    );
    let value = json!({ "database": context.location().to_string(), "receipt_id": rule_receipt.to_string(), "suspended_tokens": suspended_tokens, "void_approvals": void_approvals });
    context.say(&value, &lines);
}
