//! What every change of people and tokens has in common.

use utc_domain::{Code, Draft, ReceiptKind, Scope, Subject, UserName};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::users::{self, UserRow};

use crate::AppError;
use crate::draft::change;
use crate::units::stored::policy_in;

/// The draft of an access change; declares that the state changes, and gives the epoch of the changed rows.
pub(super) fn access_draft(
    tx: &mut Tx<'_>,
    code: Code,
    actor: &Subject,
    reason: String,
) -> Result<(Draft, i64), AppError> {
    let epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
    let policy = policy_in(tx)?;
    let draft = change(
        ReceiptKind::AccessChange,
        code,
        actor.clone(),
        reason,
        policy,
    );
    Ok((draft, epoch))
}

/// The row of a person who must exist.
pub(super) fn user_row(db: &mut Db, name: &UserName) -> Result<UserRow, AppError> {
    users::by_name(db, name.as_str())?.ok_or_else(|| AppError::NotFound {
        what: "user",
        name: name.to_string(),
    })
}

/// A scope in a sentence.
pub(crate) fn scope_words(scope: &Scope, all: &str) -> String {
    match scope {
        Scope::All => all.to_owned(),
        Scope::Only(patterns) => {
            let quoted: Vec<String> = patterns.iter().map(|one| format!("`{one}`")).collect();
            quoted.join(", ")
        }
    }
}
