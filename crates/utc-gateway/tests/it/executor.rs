//! A held request is sent at most once, and what became of it is never lost.

use std::collections::HashSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tokio::runtime::Runtime;
use utc_app::gateway::Finished;
use utc_domain::{ExecutionEvent, ExecutionStatus};
use utc_gateway::Upstreams;
use utc_gateway::held::{Executor, Step};
use utc_test_support::Upstream;

use crate::store::{MemoryStore, approval, write_to};
use crate::support::{Measured, client, patient};

fn executor(store: &MemoryStore) -> Executor {
    let upstreams = Upstreams::new(client(patient()), Arc::new(Measured::default()));
    Executor::new(Arc::new(store.clone()), Arc::new(upstreams))
}

fn execute(executor: &Executor) -> bool {
    Runtime::new()
        .unwrap()
        .block_on(executor.execute(approval(1)))
        .unwrap()
}

fn held(upstream: &Upstream) -> MemoryStore {
    let store = MemoryStore::new();
    store.approved(approval(1), write_to(&upstream.origin()));
    store
}

/// What becomes of a request to `upstream`.
fn outcome(upstream: &Upstream) -> (ExecutionStatus, Finished) {
    let store = held(upstream);
    assert!(execute(&executor(&store)));
    (store.status(approval(1)), store.finished(approval(1)))
}

#[test]
fn it_is_sent_as_it_was_held_on_a_connection_of_its_own() {
    let upstream = Upstream::echo();
    let (status, finished) = outcome(&upstream);
    let sent = upstream.only();
    assert_eq!(sent.line, "POST /v1/transfers?dry=0 HTTP/1.1");
    assert_eq!(sent.body, b"{\"amount\":7}");
    assert_eq!(sent.all("authorization"), ["Bearer own"]);
    assert_eq!(sent.all("x-forwarded-for"), ["203.0.113.9"]);
    assert_eq!(sent.all("utc-approval"), [approval(1).to_string()]);
    assert_eq!(sent.all("idempotency-key"), [approval(1).to_string()]);
    assert_eq!(status, ExecutionStatus::Done);
    assert_eq!(finished.outcome.status, Some(200));
    assert_eq!(
        (&finished.kept[..], finished.whole),
        (&b"{\"amount\":7}"[..], true)
    );
    assert_eq!(finished.outcome.answer, write_to("http://a").payload_hash());
}

#[test]
fn the_callers_own_idempotency_key_is_kept() {
    let upstream = Upstream::echo();
    let store = MemoryStore::new();
    let mut request = write_to(&upstream.origin());
    request
        .headers
        .push(("idempotency-key".to_owned(), b"own".to_vec()));
    store.approved(approval(1), request);
    execute(&executor(&store));
    assert_eq!(upstream.only().all("idempotency-key"), ["own"]);
}

#[test]
fn each_goes_over_a_fresh_connection() {
    let upstream = Upstream::echo();
    let store = MemoryStore::new();
    let executor = executor(&store);
    let runtime = Runtime::new().unwrap();
    for number in 1..=3 {
        store.approved(approval(number), write_to(&upstream.origin()));
        assert!(
            runtime
                .block_on(executor.execute(approval(number)))
                .unwrap()
        );
    }
    assert_eq!((upstream.connections(), upstream.received().len()), (3, 3));
}

#[test]
fn an_error_of_the_upstream_is_an_outcome_like_any_other() {
    let upstream = Upstream::answering(
        "HTTP/1.1 401 No\r\nUTC-Receipt: forged\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nno",
    );
    let (status, finished) = outcome(&upstream);
    assert_eq!(
        (status, finished.outcome.status),
        (ExecutionStatus::Done, Some(401))
    );
    let names: Vec<&str> = finished
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["x-own"]);
}

#[test]
fn of_a_long_answer_the_beginning_is_kept_and_all_of_it_is_hashed() {
    let body = "a".repeat(100_000);
    let upstream = Upstream::answering(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{body}"
    ));
    let (_, finished) = outcome(&upstream);
    assert_eq!((finished.kept.len(), finished.whole), (65_536, false));
    assert!(finished.outcome.answer.is_some());
}

#[test]
fn what_did_not_reach_the_upstream_has_failed_and_what_may_have_is_unknown() {
    let nowhere = MemoryStore::new();
    let origin = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    nowhere.approved(approval(1), write_to(&origin));
    execute(&executor(&nowhere));
    assert_eq!(nowhere.status(approval(1)), ExecutionStatus::Failed);
    let breaking = Upstream::start(|_, _| Err(io::ErrorKind::ConnectionReset.into()));
    let (status, finished) = outcome(&breaking);
    assert_eq!(status, ExecutionStatus::OutcomeUnknown);
    assert_eq!(finished.outcome.event, ExecutionEvent::OutcomeUnknown);
    assert_eq!(breaking.received().len(), 1);
}

#[test]
fn an_answer_that_breaks_off_is_done_without_a_digest() {
    let upstream = Upstream::start(|_, stream| {
        io::Write::write_all(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")?;
        Err(io::ErrorKind::ConnectionReset.into())
    });
    let (status, finished) = outcome(&upstream);
    assert_eq!(status, ExecutionStatus::Done);
    assert_eq!((&finished.kept[..], finished.whole), (&b"half"[..], false));
    assert_eq!(finished.outcome.answer, None);
}

#[test]
fn a_second_one_who_wants_to_send_it_does_not() {
    let upstream = Upstream::echo();
    let store = held(&upstream);
    let executor = executor(&store);
    let runtime = Runtime::new().unwrap();
    let sent: Vec<bool> = runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let executor = executor.clone();
            tasks.spawn(async move { executor.execute(approval(1)).await.unwrap() });
        }
        tasks.join_all().await
    });
    assert_eq!(sent.into_iter().filter(|sent| *sent).count(), 1);
    assert_eq!(upstream.received().len(), 1);
}

#[test]
fn an_outcome_that_cannot_be_written_is_written_later() {
    let upstream = Upstream::echo();
    let store = held(&upstream);
    store.trouble(2);
    execute(&executor(&store));
    assert_eq!(store.status(approval(1)), ExecutionStatus::Done);
    assert_eq!(upstream.received().len(), 1);
}

/// Ends an execution at `step`, as a crash would, and lets another process go on from what is stored.
fn crash_at(step: Step) -> (usize, ExecutionStatus) {
    let upstream = Upstream::echo();
    let store = held(&upstream);
    let dying = executor(&store).watched_by(move |reached| {
        assert!(reached != step, "the process ends here");
    });
    let ended = catch_unwind(AssertUnwindSafe(|| execute(&dying)));
    assert!(ended.is_err(), "{step:?} was not reached");
    let store = store.after_a_restart();
    let runtime = Runtime::new().unwrap();
    let next = executor(&store);
    runtime.block_on(async {
        use utc_gateway::held::HeldStore as _;
        store.tend().await.unwrap();
        for ready in store.ready(10).await.unwrap() {
            next.execute(ready.approval).await.unwrap();
        }
    });
    (upstream.received().len(), store.status(approval(1)))
}

#[test]
fn whenever_the_process_ends_it_is_not_sent_twice_and_its_state_says_what_is_known() {
    use ExecutionStatus::{Done, OutcomeUnknown};
    for step in Step::ALL {
        let expected = match step {
            Step::BeforeSend => (0, OutcomeUnknown),
            Step::Answered => (1, OutcomeUnknown),
            Step::BeforeBegin | Step::Finished => (1, Done),
        };
        assert_eq!(crash_at(step), expected, "{step:?}");
    }
}

#[test]
fn every_step_is_told_once_and_in_order() {
    let upstream = Upstream::echo();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let watched =
        executor(&held(&upstream)).watched_by(move |step| note.lock().unwrap().push(step));
    execute(&watched);
    assert_eq!(*seen.lock().unwrap(), Step::ALL);
    assert_eq!(
        Step::ALL.into_iter().collect::<HashSet<_>>().len(),
        Step::ALL.len()
    );
}
