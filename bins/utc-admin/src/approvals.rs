//! `utc-admin approvals …`
//!
//! Whoever may run programs on this machine looks and cancels. A vote is a person's: it takes their name and password.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use utc_app::{AppError, ApprovalFilter, ApprovalView, Console, VoteView, Voted};
use utc_domain::{ApprovalId, ApprovalStatus, PayloadHash, Reason, UnitName, UserName, VoteChoice};

use crate::context::Context;
use crate::password;

/// How many are read at a time.
const PAGE: usize = 200;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// What waits for people, newest first.
    List {
        /// Everything, whatever its state.
        #[arg(long)]
        all: bool,
        /// On this unit alone.
        #[arg(long)]
        unit: Option<UnitName>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// One request, with its votes.
    Show {
        /// Its id.
        id: ApprovalId,
    },
    /// Approve a request, as a person with the role `approver`.
    Approve(Ballot),
    /// Reject a request, as a person with the role `approver`.
    Reject(Ballot),
    /// Take a request back while it waits.
    Cancel {
        /// Its id.
        id: ApprovalId,
        /// Why. It stands in the receipt.
        #[arg(long)]
        comment: Option<Reason>,
    },
}

#[derive(clap::Args)]
pub(crate) struct Ballot {
    /// Its id.
    id: ApprovalId,
    /// Who votes. Their password is asked for, or read from the first line of standard input.
    #[arg(long = "as")]
    voter: UserName,
    /// Why. It stands in the receipt.
    #[arg(long)]
    comment: Option<Reason>,
}

pub(crate) fn run(context: &Context, command: Command) -> anyhow::Result<ExitCode> {
    let console = context.console()?;
    match command {
        Command::List { all, unit, limit } => {
            let status = (!all).then_some(ApprovalStatus::Pending);
            let filter = ApprovalFilter {
                status,
                unit,
                ..ApprovalFilter::default()
            };
            list(context, &console, filter, limit)?;
        }
        Command::Show { id } => {
            let view = console.approval(&Arc::new(Context::local()?), id)?;
            context.say(&value(&view), &lines(&view));
        }
        Command::Approve(ballot) => vote(context, &console, ballot, VoteChoice::Approve)?,
        Command::Reject(ballot) => vote(context, &console, ballot, VoteChoice::Reject)?,
        Command::Cancel { id, comment } => {
            let done = console.cancel_approval(Context::local()?, id, comment);
            let done = done.wait()?;
            let receipt = done.receipt_id.to_string();
            let value = json!({ "id": id.to_string(), "status": done.status.as_str(), "receipt_id": receipt });
            context.say(
                &value,
                &format!("{id} is {} (receipt {receipt})", done.status),
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(
    context: &Context,
    console: &Console,
    mut filter: ApprovalFilter,
    limit: usize,
) -> anyhow::Result<()> {
    let by = Arc::new(Context::local()?);
    let mut views = Vec::new();
    loop {
        let page = console.approvals(&by, &filter, PAGE)?;
        views.extend(page.items);
        filter.before = page.next;
        if filter.before.is_none() || views.len() >= limit {
            break;
        }
    }
    views.truncate(limit);
    let values: Vec<Value> = views.iter().map(value).collect();
    let lines: Vec<String> = views.iter().map(line).collect();
    context.say(&json!(values), &lines.join("\n"));
    Ok(())
}

fn vote(
    context: &Context,
    console: &Console,
    ballot: Ballot,
    choice: VoteChoice,
) -> anyhow::Result<()> {
    let Ballot { id, voter, comment } = ballot;
    let password = password::known(voter.as_str())?;
    let by = match console.person_by_password(voter.as_str(), &password) {
        Err(AppError::Unauthenticated) => anyhow::bail!("wrong name or password"),
        other => other?,
    };
    let voted = console.vote(by, id, choice, comment).wait();
    let voted = voted.with_context(|| format!("{voter} cannot vote on {id}"))?;
    context.say(&vote_value(&voted), &vote_line(&voted));
    Ok(())
}

fn vote_value(voted: &Voted) -> Value {
    json!({
        "id": voted.id.to_string(),
        "status": voted.status.as_str(),
        "approvals": voted.approvals,
        "approvals_required": voted.quorum.people(),
        "receipt_id": voted.receipt_id.to_string(),
    })
}

fn vote_line(voted: &Voted) -> String {
    format!(
        "{} is {} ({} of {} approved; receipt {})",
        voted.id, voted.status, voted.approvals, voted.quorum, voted.receipt_id
    )
}

fn line(view: &ApprovalView) -> String {
    let wait = match view.expected_wait_minutes {
        Some(minutes) => format!(", about {minutes:.0} min"),
        None => String::new(),
    };
    format!(
        "{} {:<9} {} on {} for {} (until {}{wait})",
        view.id,
        view.status.as_str(),
        view.action,
        view.unit,
        view.subject,
        view.expires_at
    )
}

fn lines(view: &ApprovalView) -> String {
    let approving = |vote: &&VoteView| vote.choice == VoteChoice::Approve;
    let approved = view.votes.iter().filter(approving).count();
    let mut lines = vec![
        line(view),
        format!("asked by    {} at {}", view.requester, view.created_at),
        format!("votes       {approved} of {} approved", view.quorum),
    ];
    if let Some(hash) = &view.payload_hash {
        lines.push(format!("payload     {hash}"));
    }
    if let Some(reason) = &view.reason {
        lines.push(format!("reason      {}", reason.escape_debug()));
    }
    for vote in &view.votes {
        let comment = vote.comment.as_deref().unwrap_or_default().escape_debug();
        lines.push(format!("  {} {} {comment}", vote.voter, vote.choice));
    }
    lines.join("\n")
}

fn value(view: &ApprovalView) -> Value {
    let votes = view.votes.iter().map(|vote| {
        json!({
            "voter": vote.voter.as_str(),
            "choice": vote.choice.as_str(),
            "comment": vote.comment,
            "at": vote.at.to_string(),
            "receipt_id": vote.receipt_id,
        })
    });
    json!({
        "id": view.id.to_string(),
        "status": view.status.as_str(),
        "execution": view.execution.as_str(),
        "subject": view.subject.as_str(),
        "action": view.action.as_str(),
        "unit": view.unit.as_str(),
        "payload_hash": view.payload_hash.as_ref().map(PayloadHash::to_string),
        "requester": view.requester.as_str(),
        "reason": view.reason,
        "context": view.context,
        "approvals_required": view.quorum.people(),
        "votes": votes.collect::<Vec<_>>(),
        "created_at": view.created_at.to_string(),
        "expires_at": view.expires_at.to_string(),
        "expected_wait_minutes": view.expected_wait_minutes,
        "receipt_id": view.receipt_id,
        "last_receipt_id": view.last_receipt_id,
    })
}
