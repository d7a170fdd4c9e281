//! Many at once, and two servers: exactly one effect.

use std::sync::Arc;

use utc_app::{Answer, AppError, Console, Principal, Ticket, Voted};
use utc_domain::{ApprovalId, ApprovalStatus, Code, Decision, VoteChoice};

use super::stage::{Stage, postgres, sqlite, with};
use crate::support::ask;

const VOTERS: usize = 200;
const USES: usize = 1_000;

fn check_votes(quorum: u32) {
    for database in [sqlite(), postgres()] {
        let stage = Stage::new(database);
        stage.configure("payments", move |config| config.approvals_required = quorum);
        let id = stage.hold("write:x");
        let voters: Vec<Arc<Principal>> = (0..VOTERS)
            .map(|number| stage.approver(&format!("approver {number}")))
            .collect();
        let before = stage.size();
        let tickets: Vec<Ticket<Voted>> = voters
            .iter()
            .map(|voter| stage.console.vote(voter, id, VoteChoice::Approve, None))
            .collect();
        let cast: Vec<_> = tickets.into_iter().map(Ticket::wait).collect();
        let counted: Vec<&Voted> = cast.iter().flatten().collect();
        let decided = counted
            .iter()
            .filter(|vote| vote.status == ApprovalStatus::Approved);
        assert_eq!(decided.count(), 1, "exactly one vote decides");
        assert_eq!(counted.len(), usize::try_from(quorum).unwrap());
        for refused in cast.iter().filter_map(|vote| vote.as_ref().err()) {
            let closed = matches!(
                refused,
                AppError::Conflict {
                    code: "approval_closed",
                    ..
                }
            );
            assert!(closed, "{refused:?}");
        }
        assert_eq!(stage.size(), before + u64::from(quorum));
        assert_eq!(stage.view(id).votes.len(), counted.len());
        stage.check_log();
    }
}

#[test]
fn of_two_hundred_approvers_at_once_one_decides() {
    check_votes(1);
}

#[test]
fn of_two_hundred_approvers_at_once_three_are_counted_where_three_are_needed() {
    check_votes(3);
}

/// One approved use, and for everybody else the clear answer.
#[track_caller]
fn check_uses(answers: &[Answer]) {
    let approved = answers
        .iter()
        .filter(|answer| answer.code == Code::Approved);
    assert_eq!(approved.count(), 1);
    let refused = answers
        .iter()
        .filter(|answer| answer.decision == Decision::Deny && answer.code == Code::GrantInvalid);
    assert_eq!(refused.count(), answers.len() - 1);
}

fn use_it(console: &Console, by: &Arc<Principal>, id: ApprovalId) -> Ticket<Answer> {
    console.submit_as(by, with(id, ask("write:x", "payments")))
}

#[test]
fn of_a_thousand_uses_at_once_one_is_allowed() {
    for database in [sqlite(), postgres()] {
        let stage = Stage::new(database);
        let id = stage.approved("write:x");
        let tickets: Vec<_> = (0..USES)
            .map(|_| use_it(&stage.console, &stage.agent, id))
            .collect();
        let answers: Vec<Answer> = tickets.into_iter().map(|t| t.wait().unwrap()).collect();
        check_uses(&answers);
        assert_eq!(stage.status(id), ApprovalStatus::Used);
        stage.check_log();
    }
}

#[test]
fn two_servers_share_requests_votes_and_grants() {
    let stage = Stage::new(postgres());
    let other = stage.database.open();
    let id = stage.hold("write:x");
    let bob = stage.approver("bob");
    let voted = other
        .vote(&bob, id, VoteChoice::Approve, None)
        .wait()
        .unwrap();
    assert_eq!(voted.status, ApprovalStatus::Approved);
    let tickets: Vec<_> = (0..100)
        .map(|number| {
            let console = if number % 2 == 0 {
                &stage.console
            } else {
                &other
            };
            use_it(console, &stage.agent, id)
        })
        .collect();
    let answers: Vec<Answer> = tickets.into_iter().map(|t| t.wait().unwrap()).collect();
    check_uses(&answers);
    stage.check_log();
}

#[test]
fn what_waits_on_one_server_counts_on_the_other() {
    let stage = Stage::new(postgres());
    let other = stage.database.open();
    for number in 0..3 {
        let console = if number % 2 == 0 {
            &other
        } else {
            &stage.console
        };
        let asked = ask(&format!("write:{number}"), "payments");
        let answer = console.submit_as(&stage.agent, asked).wait().unwrap();
        assert_eq!(answer.decision, Decision::RequireApproval);
    }
    for console in [&stage.console, &other] {
        let asked = console.submit_as(&stage.agent, ask("write:4", "payments"));
        assert_eq!(asked.wait().unwrap().code, Code::ApprovalSaturated);
    }
}

#[test]
fn whoever_waits_is_woken_also_by_another_server() {
    let stage = Stage::new(postgres());
    let other = stage.database.open();
    for console in [&stage.console, &other] {
        let id = stage.hold("write:x");
        let watch = stage.console.watch(&stage.agent, id).unwrap();
        let voter = stage.approver(&format!("for {id}"));
        console
            .vote(&voter, id, VoteChoice::Reject, None)
            .wait()
            .unwrap();
        block_on(watch.decided());
        assert_eq!(stage.status(id), ApprovalStatus::Rejected);
        let late = stage.console.watch(&stage.agent, id).unwrap();
        block_on(late.decided());
    }
}

#[test]
fn at_most_twenty_of_one_caller_wait_at_a_time() {
    let stage = Stage::new(sqlite());
    let id = stage.hold("write:x");
    let mut watches: Vec<_> = (0..20)
        .map(|_| stage.console.watch(&stage.agent, id).unwrap())
        .collect();
    let refused = stage.console.watch(&stage.agent, id);
    assert!(matches!(
        refused,
        Err(AppError::TooManyWaiting { places: 20 })
    ));
    watches.pop();
    stage.console.watch(&stage.agent, id).unwrap();
}

/// A runtime would be more than this needs.
fn block_on(future: impl Future<Output = ()>) {
    use std::task::{Context, Wake, Waker};
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(&waker);
    while future.as_mut().poll(&mut context).is_pending() {
        std::thread::park();
    }
}
