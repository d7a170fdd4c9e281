//! Who may vote on an approval, and what the votes come to.

use std::collections::BTreeSet;

use utc_domain::{ApprovalEvent, ApprovalStatus, Quorum, Subject, Timestamp, VoteChoice};

/// How long somebody who changed what a request is judged by does not vote on it, in minutes.
const COOLING_MINUTES: i64 = 24 * 60;

/// Who would vote.
///
/// A person is one person, whichever session or token the vote comes with: `person` is the user who is signed
/// in or who owns the token, and the token itself only where nobody owns it.
#[derive(Debug, Clone, Copy)]
pub struct Voter<'a> {
    /// The person.
    pub person: &'a Subject,
}

/// An approval, as far as voting on it goes.
#[derive(Debug, Clone, Copy)]
pub struct Ballot<'a> {
    /// Where it stands.
    pub status: ApprovalStatus,
    /// From here on nobody can vote any more.
    pub expires_at: Timestamp,
    /// The subject of the request.
    pub requester: &'a Subject,
    /// The person who owns the token that it was asked with, or the token itself where nobody owns it.
    pub token_owner: &'a Subject,
    /// The votes so far.
    pub votes: &'a [Vote],
    /// Who changed the rules, the unit or its quorum, at least those of the last 24 hours.
    pub changes: &'a [Change],
}

/// A vote that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Whose it is.
    pub person: Subject,
    /// What they said.
    pub choice: VoteChoice,
}

/// A change of what the request is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who made it.
    pub by: Subject,
    /// When.
    pub at: Timestamp,
}

/// Why somebody may not vote. Shown to them as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VoteRefusal {
    /// It does not wait for votes any more.
    #[error("this approval is `{status}`; it takes no more votes")]
    Closed {
        /// Where it stands.
        status: ApprovalStatus,
    },
    /// It is their own request.
    #[error("nobody votes on a request of their own")]
    Requester,
    /// It was asked with their token.
    #[error("nobody votes on a request that was made with a token of theirs")]
    TokenOwner,
    /// They have voted, perhaps with another token.
    #[error("you have voted already; each person counts once, whichever token they use")]
    AlreadyVoted,
    /// They changed what the request is judged by.
    #[error(
        "you changed a rule, this unit or its quorum at {at}; you may not vote on it for 24 hours"
    )]
    RecentChange {
        /// When they last did.
        at: Timestamp,
    },
}

/// Whether `voter` may vote at `now`.
///
/// # Errors
/// The first of the [`VoteRefusal`]s that holds, in the order in which they are declared.
pub fn may_vote(voter: &Voter<'_>, ballot: &Ballot<'_>, now: Timestamp) -> Result<(), VoteRefusal> {
    open(ballot, now)?;
    let person = voter.person;
    if person == ballot.requester {
        return Err(VoteRefusal::Requester);
    }
    if person == ballot.token_owner {
        return Err(VoteRefusal::TokenOwner);
    }
    if ballot.votes.iter().any(|vote| vote.person == *person) {
        return Err(VoteRefusal::AlreadyVoted);
    }
    match last_change(person, ballot.changes) {
        // A change from a future, which a clock that was set back makes, counts as recent too.
        Some(at) if now < at.plus_minutes(COOLING_MINUTES) => Err(VoteRefusal::RecentChange { at }),
        Some(_) | None => Ok(()),
    }
}

fn open(ballot: &Ballot<'_>, now: Timestamp) -> Result<(), VoteRefusal> {
    let status = match ballot.status {
        // Its time is over, and nobody has written that down yet.
        ApprovalStatus::Pending if now >= ballot.expires_at => ApprovalStatus::Expired,
        status => status,
    };
    if status == ApprovalStatus::Pending {
        Ok(())
    } else {
        Err(VoteRefusal::Closed { status })
    }
}

fn last_change(person: &Subject, changes: &[Change]) -> Option<Timestamp> {
    let own = changes.iter().filter(|change| change.by == *person);
    own.map(|change| change.at).max()
}

/// What the votes come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// More people have to approve.
    Waiting {
        /// How many different people have approved.
        approvals: u32,
        /// How many more have to.
        missing: u32,
    },
    /// Enough different people approved.
    Approved,
    /// Somebody rejected it, which ends it whatever the others say.
    Rejected,
}

impl Tally {
    /// Counts votes. A person who is in the list twice counts once.
    pub fn of(votes: &[Vote], quorum: Quorum) -> Self {
        let mut approving = BTreeSet::new();
        for vote in votes {
            match vote.choice {
                VoteChoice::Reject => return Self::Rejected,
                VoteChoice::Approve => approving.insert(&vote.person),
            };
        }
        let approvals = u32::try_from(approving.len()).unwrap_or(u32::MAX);
        match quorum.people().saturating_sub(approvals) {
            0 => Self::Approved,
            missing => Self::Waiting { approvals, missing },
        }
    }

    /// What happens to the approval: nothing while it waits.
    pub fn event(self) -> Option<ApprovalEvent> {
        match self {
            Self::Waiting { .. } => None,
            Self::Approved => Some(ApprovalEvent::Approved),
            Self::Rejected => Some(ApprovalEvent::Rejected),
        }
    }
}
