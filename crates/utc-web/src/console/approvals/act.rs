//! What people do with a request that waits: plain forms, each of which leads back and says what it did.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use utc_app::{AppError, Withdrawn};
use utc_domain::{ApprovalId, ApprovalStatus, Reason, ReceiptId, VoteChoice};

use crate::State;
use crate::access::Caller;
use crate::console::shell::own_path;
use crate::console::{Entries, Flash, Shell};
use crate::handlers::approvals::approval_id;
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// Approve by form
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn approve(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    vote(&state, &shell, &caller, &id, VoteChoice::Approve, &form).await
}

/// Reject by form
#[utoipa::path(post, path = "/approvals/{id}/reject", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn reject(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    vote(&state, &shell, &caller, &id, VoteChoice::Reject, &form).await
}

async fn vote(
    state: &State,
    shell: &Shell,
    caller: &Caller,
    id: &str,
    choice: VoteChoice,
    form: &Entries,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(id)?;
    let place = place(form, id);
    let comment = match comment(form) {
        Ok(comment) => comment,
        Err(problem) => return shell.not_done(&place, problem),
    };
    match state.console.vote(caller, id, choice, comment).await {
        Ok(voted) => {
            tracing::info!(approval_id = %id, receipt_id = %voted.receipt_id, status = %voted.status, "a vote was counted");
            let text = said(voted.status, voted.approvals, voted.quorum.people());
            Ok(shell.done(&place, &Flash::done(text).receipt(voted.receipt_id)))
        }
        Err(error) => shell.not_done(&place, error.into()),
    }
}

fn said(status: ApprovalStatus, approvals: u32, quorum: u32) -> String {
    match status {
        ApprovalStatus::Pending => {
            format!("Your approval counts: {approvals} of {quorum} people have approved.")
        }
        ApprovalStatus::Rejected => "Rejected: the request will not run.".to_owned(),
        ApprovalStatus::Approved
        | ApprovalStatus::Used
        | ApprovalStatus::Expired
        | ApprovalStatus::Cancelled
        | ApprovalStatus::Revoked
        | ApprovalStatus::Void => {
            "Approved. A held request is sent now; a caller that kept its request may make it once."
                .to_owned()
        }
    }
}

/// Take a request back by form
#[utoipa::path(post, path = "/approvals/{id}/cancel", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn cancel(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let place = place(&form, id);
    let comment = match comment(&form) {
        Ok(comment) => comment,
        Err(problem) => return shell.not_done(&place, problem),
    };
    let done = state.console.cancel_approval(&caller, id, comment).await;
    let text = "The request was taken back and will not run.";
    shell.told(&place, withdrawn(done), text)
}

/// Take an approval back by form
#[utoipa::path(post, path = "/approvals/{id}/revoke", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn revoke(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let place = place(&form, id);
    let comment = match comment(&form) {
        Ok(comment) => comment,
        Err(problem) => return shell.not_done(&place, problem),
    };
    let done = state.console.revoke_approval(&caller, id, comment).await;
    let text = "The approval was taken back before it was used.";
    shell.told(&place, withdrawn(done), text)
}

fn withdrawn(done: Result<Withdrawn, AppError>) -> Result<ReceiptId, Problem> {
    let done = done?;
    tracing::info!(receipt_id = %done.receipt_id, status = %done.status, "a request or an approval was taken back");
    Ok(done.receipt_id)
}

/// Say by form what became of a request whose outcome nobody knows
#[utoipa::path(post, path = "/approvals/{id}/settle", tag = "Pages", params(("id" = String, Path, description = "The approval's id")), request_body(content = Entries, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back, with what was done or why it was not")))]
pub(crate) async fn settle(
    state: Data<State>,
    shell: Shell,
    caller: Caller,
    id: Path<String>,
    form: Form<Entries>,
) -> Result<HttpResponse, Problem> {
    let id = approval_id(&id)?;
    let place = place(&form, id);
    let (carried_out, reason) = match settlement(&form) {
        Ok(settlement) => settlement,
        Err(problem) => return shell.not_done(&place, problem),
    };
    let by = caller.shared();
    let settled = state
        .console
        .settle_execution(&by, id, carried_out, reason)
        .await;
    if let Ok(receipt) = &settled {
        tracing::info!(approval_id = %id, receipt_id = %receipt, carried_out, "an outcome was settled");
    }
    let text = if carried_out {
        "Settled as carried out."
    } else {
        "Settled as not carried out."
    };
    shell.told(&place, settled.map_err(Problem::from), text)
}

/// Whether the upstream carried it out, and how that is known.
fn settlement(form: &Entries) -> Result<(bool, Option<Reason>), Problem> {
    let carried_out = match form.get("carried_out") {
        Some("yes") => true,
        Some("no") => false,
        Some(_) | None => {
            return Err(Problem::field(
                "/carried_out",
                "say whether the upstream carried it out",
            ));
        }
    };
    Ok((carried_out, comment(form)?))
}

fn comment(form: &Entries) -> Result<Option<Reason>, Problem> {
    let mut fields = Fields::default();
    let comment = fields.read_optional("/comment", form.get("comment"));
    fields.finish()?;
    Ok(comment)
}

/// The page that the form was on, if it says so.
fn place(form: &Entries, id: ApprovalId) -> String {
    let back = form.get("back").and_then(own_path);
    back.map_or_else(|| format!("/approvals/{id}"), str::to_owned)
}
