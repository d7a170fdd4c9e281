//! After a database was set back: nothing that was withdrawn since may come back to life.

use serde_json::json;
use utc_app::log::Accepted;
use utc_app::{Console, RuleChange};
use utc_domain::Rule;

use crate::context::Context;

/// Accepts it, records it, and closes what an old state would open.
pub(crate) fn accept(context: &Context, reason: &str, done: &str) -> anyhow::Result<()> {
    let actor = Context::actor()?;
    let reason = reason.to_owned();
    let console = context.accepting(Accepted::Rollback { actor, reason })?;
    close(context, &console, done)
}

/// Fail closed until an operator has looked: what was switched and revoked since is not known any more.
pub(crate) fn close(context: &Context, console: &Console, done: &str) -> anyhow::Result<()> {
    let reason = "the database was set back; check the rules, then turn this off".parse()?;
    let change = RuleChange {
        rule: Rule::WritesRequireApproval,
        enabled: true,
        reason: Some(reason),
        actor: Context::actor()?.into(),
    };
    let suspended = console.suspend_access(Context::actor()?).wait()?;
    let voided = console.void_approvals(Context::actor()?).wait()?;
    let changed = console.set_rule(change).wait()?;
    let receipt = changed.receipt_id.to_string();
    let lines = format!(
        "{done}writes_require_approval is on until you turn it off (receipt {receipt}): check the rules first\nevery session has ended and {suspended} tokens are suspended: revoke what was revoked since, then `utc-admin token resume --all`\n{voided} approvals that were open are void",
    );
    let value = json!({ "database": context.location().to_string(), "receipt_id": receipt, "suspended_tokens": suspended, "void_approvals": voided });
    context.say(&value, &lines);
    Ok(())
}
