//! The server ends at every point between a held write and its recorded outcome; whatever is found then, the write reaches
//! the service at most once, and its state and its receipts say the same.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use utc_test_support::{Server, ServerOptions, Upstream, admin};

use crate::chain::Log;
use crate::load::wait_until;
use crate::stage::{DONE, Stage};

const SIGKILL: i32 = 9;

/// Where the process ends, and what must be so once the next one has found its data.
struct Death {
    at: &'static str,
    arrived: usize,
    execution: &'static str,
}

const fn death(at: &'static str, arrived: usize, execution: &'static str) -> Death {
    Death {
        at,
        arrived,
        execution,
    }
}

/// Every point, in the order in which a write passes them. Only between the commit that says "is being sent" and the one
/// that says what became of it can nobody know.
const DEATHS: [Death; 12] = [
    death("committing approval_required", 1, "done"),
    death("committed approval_required", 1, "done"),
    death("committing approval_approved", 1, "done"),
    death("committed approval_approved", 1, "done"),
    death("reached before_begin", 1, "done"),
    death("committing approved", 1, "done"),
    death("committed approved", 0, "outcome_unknown"),
    death("reached before_send", 0, "outcome_unknown"),
    death("reached answered", 1, "outcome_unknown"),
    death("committing execution_done", 1, "outcome_unknown"),
    death("committed execution_done", 1, "done"),
    death("reached finished", 1, "done"),
];

/// Two deaths of the process that would write that nobody knows.
const DEATHS_IN_RECOVERY: [&str; 2] = [
    "committing execution_outcome_unknown",
    "committed execution_outcome_unknown",
];

/// A server on the stage's data that ends itself; none when it ended before it listened.
fn dying(options: &ServerOptions, at: &str) -> Result<Server, ExitStatus> {
    let program = Path::new(env!("CARGO_BIN_EXE_dying-server"));
    let words: Vec<&str> = at.split(' ').collect();
    Server::start_program(options, program, &words).map_err(|refused| refused.status)
}

#[track_caller]
fn assert_killed(at: &str, status: ExitStatus) {
    assert_eq!(status.signal(), Some(SIGKILL), "{at}: {status}");
}

/// A write whose caller and whose approver ask again where they got no answer, with a server that ends at `at` and another
/// one after it. Answers where its approval is found.
fn write_across_a_death(stage: &mut Stage, at: &str) -> String {
    stage.server = dying(&stage.options, at).unwrap();
    let key = at.replace(' ', "-");
    let held = stage.try_hold(&key);
    if let Some(approval) = &held {
        // Without an answer the process has ended.
        let _ = stage.try_approve(approval);
    }
    assert_killed(at, stage.server.wait());
    stage.server = Server::start(&stage.options);
    let approval = held.or_else(|| stage.try_hold(&key)).unwrap();
    if stage.server.get(&approval).ok()["status"] == "pending" {
        stage.approve(&approval);
    }
    approval
}

/// The codes of the receipts of an approval, oldest first.
fn codes(log: &Log, approval: &str) -> Vec<String> {
    let id = approval.rsplit('/').next().unwrap();
    let of_approval = log
        .entries
        .iter()
        .filter(|entry| entry.claims["link"]["approval"] == id);
    let code = |entry: &crate::chain::Entry| entry.claims["code"].as_str().unwrap().to_owned();
    of_approval.map(code).collect()
}

/// State, receipts and what the service saw agree, and the answer is there when there was one.
#[track_caller]
fn check_outcome(stage: &Stage, upstream: &Upstream, approval: &str, expected: &Death) {
    let Death {
        at,
        arrived,
        execution,
    } = expected;
    stage.wait_for(approval, execution);
    let ended = format!("execution_{execution}");
    let all = [
        "approval_required",
        "approval_approved",
        "approved",
        ended.as_str(),
    ];
    let log = Log::read(stage.server.client());
    assert_eq!(codes(&log, approval), all, "{at}");
    let seen = stage.server.get(approval).ok();
    assert_eq!(seen["status"], "used", "{at}");
    assert_eq!(
        arrivals(upstream).get(approval),
        arrived.gt(&0).then_some(arrived),
        "{at}"
    );
    let agent = stage.server.client().with_token(&stage.agent);
    let answer = agent.get(&format!("{approval}/result"));
    if *execution == "done" {
        assert_eq!(answer.ok()["body"], "done", "{at}");
        let erased = "the request was erased after its end";
        assert_eq!(seen["request"]["note"], erased, "{at}");
    } else {
        answer.problem(404, "no_answer");
        // A person who looks into it must see what it was.
        let body = "{\"amount\":7}";
        assert_eq!(seen["request"]["body_preview"], body, "{at}");
    }
}

/// How often each approval's write reached the service, by where the approval is found.
fn arrivals(upstream: &Upstream) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in upstream.received() {
        let id = request.header("utc-approval").unwrap();
        *counts.entry(format!("/api/v1/approvals/{id}")).or_default() += 1;
    }
    counts
}

/// The end of every test: the whole log is right, and nothing was sent twice while the next servers ran.
#[track_caller]
fn check_the_end(stage: &Stage, upstream: &Upstream) {
    let twice: Vec<_> = arrivals(upstream)
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
    admin(&stage.options, &["receipts", "verify", "--json"]).ok();
}

fn die_everywhere(options: ServerOptions) {
    let upstream = Upstream::answering(DONE);
    let mut stage = Stage::new(options, &upstream);
    for death in DEATHS {
        stage.server.stop();
        let approval = write_across_a_death(&mut stage, death.at);
        check_outcome(&stage, &upstream, &approval, &death);
    }
    check_the_end(&stage, &upstream);
}

#[test]
fn wherever_the_server_is_killed_a_held_write_arrives_at_most_once_on_sqlite() {
    die_everywhere(ServerOptions::sqlite());
}

#[test]
fn wherever_the_server_is_killed_a_held_write_arrives_at_most_once_on_postgres() {
    die_everywhere(ServerOptions::postgres());
}

/// The process that finds what another one left ends as well, before or after it has written so.
fn die_in_recovery(options: ServerOptions) {
    let upstream = Upstream::answering(DONE);
    let mut stage = Stage::new(options, &upstream);
    for at in DEATHS_IN_RECOVERY {
        stage.server.stop();
        stage.server = dying(&stage.options, "reached answered").unwrap();
        let approval = stage.hold();
        let _ = stage.try_approve(&approval);
        assert_killed(at, stage.server.wait());
        let status = dying(&stage.options, at).map_or_else(|ended| ended, |mut next| next.wait());
        assert_killed(at, status);
        stage.server = Server::start(&stage.options);
        let expected = death(at, 1, "outcome_unknown");
        check_outcome(&stage, &upstream, &approval, &expected);
    }
    check_the_end(&stage, &upstream);
}

#[test]
fn a_server_that_is_killed_while_it_recovers_leaves_one_outcome() {
    die_in_recovery(ServerOptions::sqlite());
    die_in_recovery(ServerOptions::postgres());
}

/// Kills the server while the service has the request in its hands, and starts the usual one.
fn kill_while_sending(options: ServerOptions) {
    let answers = Arc::new(AtomicBool::new(false));
    let may_answer = Arc::clone(&answers);
    let upstream = Upstream::start(move |_, stream| {
        while !may_answer.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        std::io::Write::write_all(stream, DONE)
    });
    let mut stage = Stage::new(options, &upstream);
    stage.server.stop();
    stage.server = dying(&stage.options, "never").unwrap();
    let approval = stage.hold();
    stage.approve(&approval);
    wait_until("the request arrives", || upstream.received().len() == 1);
    stage.server.kill9();
    answers.store(true, Ordering::SeqCst);
    stage.server = Server::start(&stage.options);
    check_outcome(
        &stage,
        &upstream,
        &approval,
        &death("sending", 1, "outcome_unknown"),
    );
    // Long enough for whoever would send it again.
    thread::sleep(Duration::from_secs(3));
    check_the_end(&stage, &upstream);
}

#[test]
fn a_server_that_is_killed_while_it_sends_does_not_send_again() {
    kill_while_sending(ServerOptions::sqlite());
    kill_while_sending(ServerOptions::postgres());
}
