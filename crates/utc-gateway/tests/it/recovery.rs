//! A process that ends while it sends, and what the next one makes of it, on a real console and both databases.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use utc_app::{AppError, Principal};
use utc_domain::ExecutionStatus;
use utc_gateway::held::Step;
use utc_test_support::Upstream;

use crate::installation::{Database, Installation, new_token, postgres, sqlite};
use crate::support::eventually;

/// Ends an execution at `step`, as a crash would, and lets another process go on from what is in the database.
fn crash_at(database: Database, step: Step) {
    let upstream = Upstream::echo();
    let all = Installation::new(database, &upstream);
    let id = all.approved();
    let dying = all.executor().watched_by(move |reached| {
        assert!(reached != step, "the process ends here");
    });
    let runtime = Runtime::new().unwrap();
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(dying.execute(id))));
    assert!(ended.is_err(), "{step:?} was not reached");
    drop((runtime, dying));
    let all = all.after_a_crash();
    let expected = match step {
        Step::BeforeBegin | Step::Finished => ExecutionStatus::Done,
        Step::BeforeSend | Step::Answered => ExecutionStatus::OutcomeUnknown,
    };
    all.while_running(|| {
        eventually("the state says what is known", || {
            all.view(id).execution == expected
        });
    });
    let sent = usize::from(step != Step::BeforeSend);
    assert_eq!(upstream.received().len(), sent, "{step:?}");
    let code = match expected {
        ExecutionStatus::OutcomeUnknown => "execution_outcome_unknown",
        _ => "execution_done",
    };
    assert_eq!(all.codes().last().unwrap(), code, "{step:?}");
    all.check_log();
}

#[test]
fn whenever_the_process_ends_it_is_sent_at_most_once_and_state_and_receipts_agree() {
    for step in Step::ALL {
        crash_at(sqlite(), step);
        crash_at(postgres(), step);
    }
}

#[test]
fn an_outcome_that_comes_when_it_was_given_up_is_recorded_and_changes_nothing() {
    let upstream = Upstream::echo();
    let all = Installation::new(postgres(), &upstream);
    let id = all.approved();
    let (go_on, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let slow = all.executor().watched_by(move |reached| {
        if reached == Step::Answered {
            wait.lock().unwrap().recv().unwrap();
        }
    });
    let runtime = Runtime::new().unwrap();
    let sending = runtime.spawn(async move { slow.execute(id).await.unwrap() });
    // Nobody says that the one who sends is alive, and another process concludes that it is not.
    let other = all.database.open();
    eventually("it is given up", || other.tend_executions().unwrap() == 1);
    assert_eq!(all.view(id).execution, ExecutionStatus::OutcomeUnknown);
    go_on.send(()).unwrap();
    assert!(runtime.block_on(sending).unwrap());
    let codes = all.codes();
    let last = &codes[codes.len() - 2..];
    assert_eq!(
        last,
        ["execution_outcome_unknown", "execution_outcome_late"]
    );
    assert_eq!(all.view(id).execution, ExecutionStatus::OutcomeUnknown);
    assert_eq!(upstream.received().len(), 1);
    all.check_log();
}

#[test]
fn a_person_settles_what_nobody_knows() {
    let upstream = Upstream::start(|_, _| Err(std::io::ErrorKind::ConnectionReset.into()));
    let all = Installation::new(sqlite(), &upstream);
    let id = all.approved();
    assert!(all.execute(id));
    assert_eq!(all.view(id).execution, ExecutionStatus::OutcomeUnknown);
    let settle = |by: &Arc<Principal>| {
        let reason = Some("seen in its log".parse().unwrap());
        all.console.settle_execution(by, id, true, reason).wait()
    };
    assert!(matches!(settle(&all.agent()), Err(AppError::Forbidden(_))));
    let operator = new_token(&all.console, "operator", "operator");
    let operator = all.console.token(&operator).unwrap().unwrap();
    settle(&operator).unwrap();
    assert_eq!(all.view(id).execution, ExecutionStatus::Done);
    assert!(matches!(settle(&operator), Err(AppError::Conflict { .. })));
    assert_eq!(all.codes().last().unwrap(), "execution_settled_done");
    all.check_log();
}
