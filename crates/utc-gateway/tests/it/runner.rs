//! What is approved is sent by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use utc_domain::ExecutionStatus;
use utc_gateway::Upstreams;
use utc_gateway::held::{Executor, HeldStore as _, Runner};
use utc_test_support::Upstream;

use crate::store::{MemoryStore, approval, write_to};
use crate::support::{Measured, client, eventually, patient};

fn runner(store: &MemoryStore) -> Runner {
    let upstreams = Upstreams::new(client(patient()), Arc::new(Measured::default()));
    Runner::new(Executor::new(Arc::new(store.clone()), Arc::new(upstreams)))
}

/// Lets `runner` run while `work` is done, and then until it has ended by itself.
fn while_running(runner: &Runner, work: impl FnOnce()) {
    let runtime = Runtime::new().unwrap();
    let running = runner.clone();
    let task = runtime.spawn(async move { running.run().await });
    work();
    runner.stop();
    runtime.block_on(task).unwrap();
}

#[test]
fn approved_requests_are_each_sent_once() {
    let upstream = Upstream::echo();
    let store = MemoryStore::new();
    let runner = runner(&store);
    while_running(&runner, || {
        for number in 1..=40 {
            store.approved(approval(number), write_to(&upstream.origin()));
            runner.approved();
        }
        eventually("all are done", || {
            (1..=40).all(|number| store.status(approval(number)) == ExecutionStatus::Done)
        });
    });
    assert_eq!(upstream.received().len(), 40);
}

#[test]
fn what_is_approved_elsewhere_is_found() {
    let upstream = Upstream::echo();
    let store = MemoryStore::new();
    while_running(&runner(&store), || {
        store.approved(approval(1), write_to(&upstream.origin()));
        eventually("it is done", || {
            store.status(approval(1)) == ExecutionStatus::Done
        });
    });
}

#[test]
fn what_a_process_that_is_gone_had_begun_is_given_up_and_not_sent() {
    let upstream = Upstream::echo();
    let store = MemoryStore::new();
    store.approved(approval(1), write_to(&upstream.origin()));
    let begun = Runtime::new()
        .unwrap()
        .block_on(store.begin(approval(1)))
        .unwrap();
    assert!(begun.is_some());
    let store = store.after_a_restart();
    while_running(&runner(&store), || {
        eventually("it is given up", || {
            store.status(approval(1)) == ExecutionStatus::OutcomeUnknown
        });
    });
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn it_ends_when_what_it_began_is_finished() {
    let upstream = Upstream::start(|_, stream| {
        std::thread::sleep(Duration::from_millis(300));
        std::io::Write::write_all(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    });
    let store = MemoryStore::new();
    store.approved(approval(1), write_to(&upstream.origin()));
    while_running(&runner(&store), || {
        eventually("it is sent", || !upstream.received().is_empty());
    });
    assert_eq!(store.status(approval(1)), ExecutionStatus::Done);
}
