//! Who may vote, and what votes come to.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use utc_domain::{ApprovalEvent, ApprovalStatus, Quorum, Subject, Timestamp, VoteChoice};
use utc_policy::{Ballot, Change, Tally, Vote, VoteRefusal, Voter, may_vote};

const DAY: i64 = 24 * 60;

/// When everybody votes, in minutes since the epoch: 2024-10-04 at noon.
const NOON: i64 = 20_000 * DAY + 12 * 60;

fn at(minute: i64) -> Timestamp {
    Timestamp::EPOCH.plus_minutes(minute)
}

fn subject(name: &str) -> Subject {
    name.parse().unwrap()
}

fn vote(name: &str, choice: VoteChoice) -> Vote {
    Vote {
        person: subject(name),
        choice,
    }
}

/// An approval that `agent-42` asked for with a token of `user:owner`, and what happened to it.
struct Case {
    status: ApprovalStatus,
    requester: Subject,
    owner: Subject,
    votes: Vec<Vote>,
    changes: Vec<Change>,
}

impl Case {
    fn new() -> Self {
        Self {
            status: ApprovalStatus::Pending,
            requester: subject("agent-42"),
            owner: subject("user:owner"),
            votes: Vec::new(),
            changes: Vec::new(),
        }
    }

    fn changed(by: &str, minute: i64) -> Self {
        let change = Change {
            by: subject(by),
            at: at(minute),
        };
        Self {
            changes: vec![change],
            ..Self::new()
        }
    }

    fn ask(&self, person: &Subject, minute: i64) -> Result<(), VoteRefusal> {
        let ballot = Ballot {
            status: self.status,
            expires_at: at(NOON + DAY),
            requester: &self.requester,
            token_owner: &self.owner,
            votes: &self.votes,
            changes: &self.changes,
        };
        may_vote(&Voter { person }, &ballot, at(minute))
    }

    /// Votes if that is allowed, and says whether it was.
    fn cast(&mut self, person: &Subject, choice: VoteChoice, quorum: Quorum) -> bool {
        if self.ask(person, NOON).is_err() {
            return false;
        }
        let person = person.clone();
        self.votes.push(Vote { person, choice });
        if let Some(event) = Tally::of(&self.votes, quorum).event() {
            self.status = self.status.after(event).unwrap();
        }
        true
    }
}

#[track_caller]
fn check(case: &Case, person: &str, expected: Result<(), VoteRefusal>) {
    assert_eq!(case.ask(&subject(person), NOON), expected);
}

#[test]
fn nobody_votes_on_what_they_asked_for_themselves_or_through_a_token() {
    let case = Case::new();
    check(&case, "user:carol", Ok(()));
    check(&case, "agent-42", Err(VoteRefusal::Requester));
    check(&case, "user:owner", Err(VoteRefusal::TokenOwner));
}

#[test]
fn a_person_votes_once_whatever_they_said() {
    for choice in VoteChoice::ALL {
        let case = Case {
            votes: vec![vote("user:carol", choice)],
            ..Case::new()
        };
        check(&case, "user:carol", Err(VoteRefusal::AlreadyVoted));
        check(&case, "user:dave", Ok(()));
    }
}

#[test]
fn whoever_changed_what_it_is_judged_by_waits_for_24_hours() {
    let refused = |minute| Err(VoteRefusal::RecentChange { at: at(minute) });
    let late = NOON - DAY + 1;
    check(
        &Case::changed("user:carol", late),
        "user:carol",
        refused(late),
    );
    check(&Case::changed("user:carol", late), "user:dave", Ok(()));
    check(
        &Case::changed("user:carol", NOON - DAY),
        "user:carol",
        Ok(()),
    );
    // A clock that was set back.
    let future = NOON + 5;
    check(
        &Case::changed("user:carol", future),
        "user:carol",
        refused(future),
    );
}

#[test]
fn the_latest_of_several_changes_counts() {
    let mut case = Case::changed("user:carol", NOON - 60);
    case.changes.push(Change {
        by: subject("user:carol"),
        at: at(NOON - 3 * DAY),
    });
    let refusal = VoteRefusal::RecentChange { at: at(NOON - 60) };
    check(&case, "user:carol", Err(refusal));
    assert_eq!(
        refusal.to_string(),
        "you changed a rule, this unit or its quorum at 2024-10-04T11:00:00.000000Z; \
         you may not vote on it for 24 hours"
    );
}

#[test]
fn only_what_waits_takes_votes() {
    for status in ApprovalStatus::ALL {
        let case = Case {
            status,
            ..Case::new()
        };
        let open = status == ApprovalStatus::Pending;
        let expected = if open {
            Ok(())
        } else {
            Err(VoteRefusal::Closed { status })
        };
        check(&case, "user:carol", expected);
    }
}

#[test]
fn time_that_is_over_ends_voting_even_before_anybody_writes_it_down() {
    let case = Case::new();
    let carol = subject("user:carol");
    assert_eq!(case.ask(&carol, NOON + DAY - 1), Ok(()));
    let status = ApprovalStatus::Expired;
    assert_eq!(
        case.ask(&carol, NOON + DAY),
        Err(VoteRefusal::Closed { status })
    );
}

#[test]
fn one_rejection_ends_it_and_the_same_person_twice_is_one() {
    let two = Quorum::new(2).unwrap();
    let approve = |name| vote(name, VoteChoice::Approve);
    let reject = vote("user:erin", VoteChoice::Reject);
    let (approvals, missing) = (1, 1);
    let twice = [approve("user:carol"), approve("user:carol")];
    assert_eq!(
        Tally::of(&twice, two),
        Tally::Waiting { approvals, missing }
    );
    let both = [approve("user:carol"), approve("user:dave")];
    assert_eq!(Tally::of(&both, two).event(), Some(ApprovalEvent::Approved));
    let [carol, dave] = both;
    let ended = Tally::of(&[carol, dave, reject], two);
    assert_eq!(ended.event(), Some(ApprovalEvent::Rejected));
    assert_eq!(Tally::of(&[], two).event(), None);
}

/// Those who may not vote on what they asked for or changed, and four who may.
const PEOPLE: [&str; 7] = [
    "agent-42",
    "user:owner",
    "user:changer",
    "user:carol",
    "user:dave",
    "user:erin",
    "user:frank",
];
const ELIGIBLE_FROM: usize = 3;

fn attempts() -> impl Strategy<Value = Vec<(usize, VoteChoice)>> {
    // Mostly approvals: a rejection ends everything.
    let choice = prop_oneof![9 => Just(VoteChoice::Approve), 1 => Just(VoteChoice::Reject)];
    vec((0..PEOPLE.len(), choice), 0..40)
}

proptest! {
    #[test]
    fn fewer_than_the_quorum_of_eligible_people_never_approve(attempts in attempts(), people in 1_u32..=5) {
        let quorum = Quorum::new(people).unwrap();
        let mut case = Case::changed("user:changer", NOON - 10);
        let mut approved_by = BTreeSet::new();
        for (index, choice) in attempts {
            let counted = case.cast(&subject(PEOPLE[index]), choice, quorum);
            prop_assert!(!counted || index >= ELIGIBLE_FROM);
            if counted && choice == VoteChoice::Approve {
                approved_by.insert(index);
            }
            let enough = approved_by.len() >= usize::try_from(people).unwrap();
            prop_assert_eq!(case.status == ApprovalStatus::Approved, enough);
        }
    }

    #[test]
    fn a_rejection_that_counts_always_ends_it(attempts in attempts(), people in 2_u32..=5, more in attempts()) {
        let quorum = Quorum::new(people).unwrap();
        let mut case = Case::new();
        for (index, choice) in attempts {
            case.cast(&subject(PEOPLE[index]), choice, quorum);
        }
        let waiting = case.status == ApprovalStatus::Pending;
        let ends = case.cast(&subject("user:grace"), VoteChoice::Reject, quorum);
        prop_assert_eq!(ends, waiting);
        prop_assert!(!ends || case.status == ApprovalStatus::Rejected);
        let ended = case.status;
        prop_assert_ne!(ended, ApprovalStatus::Pending);
        for (index, choice) in more {
            prop_assert!(!case.cast(&subject(PEOPLE[index]), choice, quorum));
        }
        prop_assert_eq!(case.status, ended);
    }

    #[test]
    fn the_order_of_votes_does_not_matter(votes in vec((0..PEOPLE.len(), any::<bool>()), 0..12), people in 1_u32..=5) {
        let quorum = Quorum::new(people).unwrap();
        let mut votes: Vec<Vote> = votes
            .into_iter()
            .map(|(index, approves)| vote(PEOPLE[index], VoteChoice::ALL[usize::from(!approves)]))
            .collect();
        let tally = Tally::of(&votes, quorum);
        votes.reverse();
        prop_assert_eq!(Tally::of(&votes, quorum), tally);
    }
}
