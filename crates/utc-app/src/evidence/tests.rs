//! The same log size and filter give the same bytes, whatever happens meanwhile.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::Arc;

use utc_domain::{ApprovalId, Decision, Rule, Scope, Subject, VoteChoice};
use utc_storage::connection::Location;
use utc_test_support::TempDir;
use utc_test_support::postgres::fresh_database;

use super::*;
use crate::{NewToken, Options, Request, RuleChange};

const SECRET: &str = "only for tests: 32 characters and more";

fn actor() -> Subject {
    "user:alice".parse().unwrap()
}

fn switch(console: &Console, rule: Rule, enabled: bool) {
    let change = RuleChange {
        rule,
        enabled,
        reason: None,
        actor: actor().into(),
    };
    console.set_rule(change).wait().unwrap();
}

fn token(console: &Console, name: &str, roles: &str) -> Arc<Principal> {
    let new = NewToken {
        name: name.parse().unwrap(),
        roles: roles.parse().unwrap(),
        subjects: Scope::of(vec!["**".parse().unwrap()]).unwrap(),
        units: Scope::All,
        owner: None,
        expires_at: None,
    };
    let created = console.create_token(actor(), new).wait().unwrap();
    console.token(&created.token).unwrap().unwrap()
}

fn hold(console: &Console, by: &Arc<Principal>, action: &str) -> ApprovalId {
    let [subject, unit] = ["agent-1", "payments"];
    let request = Request::new(
        subject.parse().unwrap(),
        action.parse().unwrap(),
        unit.parse().unwrap(),
    );
    let answer = console.submit_as(by, request).wait().unwrap();
    assert_eq!(answer.decision, Decision::RequireApproval);
    answer.approval.unwrap().id
}

/// Every byte of a bundle of the log as it was under this head.
fn bytes(console: &Console, head: &SignedHead, request: &ExportRequest) -> Vec<u8> {
    let key = console.keeper().key_of(head).unwrap();
    let filter = request.filter();
    let export = Export {
        filter: &filter,
        checkpoint: &head.text,
        key: &key,
    };
    let mut source = StoredLog::new(console, &filter, head.checkpoint.size).unwrap();
    let mut watch = |_, _, _| ControlFlow::Continue(());
    let out = Cursor::new(Vec::new());
    let exported = export.write(&mut source, out, &mut Progress::new(&mut watch));
    exported.unwrap().finish(None).unwrap().into_inner()
}

/// Exports, lets much happen to what is in the bundle, and exports the same again.
fn check(location: Location, folder: &TempDir) {
    let options = Options {
        secret: Some(SECRET.to_owned()),
        next_secret: Some(SECRET.replace("tests", "later")),
        data_dir: folder.path().to_owned(),
        ..Options::new(location)
    };
    let console = Console::with(options).unwrap();
    switch(&console, Rule::WritesRequireApproval, true);
    let agent = token(&console, "agent", "decider");
    let ann = token(&console, "ann", "approver");
    let [waits, approved] = ["write:/1", "write:/2"].map(|act| hold(&console, &agent, act));
    let vote = |id, choice| console.vote(&ann, id, choice, None).wait().unwrap();
    vote(approved, VoteChoice::Approve);
    let head = console.newest_head().unwrap();
    let requests = [
        ExportRequest::default(),
        ExportRequest {
            unit: Some("payments".parse().unwrap()),
            ..ExportRequest::default()
        },
    ];
    let before = requests
        .each_ref()
        .map(|request| bytes(&console, &head, request));
    vote(waits, VoteChoice::Reject);
    console
        .revoke_approval(Arc::new(local()), approved, None)
        .wait()
        .unwrap();
    hold(&console, &agent, "write:/3");
    switch(&console, Rule::ReadOnlyForRisky, true);
    console.rotate_key(actor()).wait().unwrap();
    let after = requests
        .each_ref()
        .map(|request| bytes(&console, &head, request));
    assert!(before == after, "the bytes follow from size and filter");
    let newest = console.newest_head().unwrap();
    assert!(before[0] != bytes(&console, &newest, &requests[0]));
}

fn local() -> Principal {
    Principal::local(actor())
}

#[test]
fn the_same_size_and_filter_give_the_same_bytes() {
    let folder = TempDir::new();
    check(Location::Sqlite(folder.path().join("utc.db")), &folder);
}

#[test]
fn on_postgresql_too() {
    let cluster = fresh_database();
    check(
        Location::Postgres(cluster.url().to_owned()),
        &TempDir::new(),
    );
}
