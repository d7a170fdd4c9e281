//! How things stand, for whoever is on duty; on both databases.

use utc_app::{LoosenedBy, PinRequest, RuleChange};
use utc_domain::{Decision, ProtectionLevel, Rule, UnitName};

use crate::approvals::stage::{Database, Stage, postgres, scope, sqlite, token_on};
use crate::support::{actor, ask, local, switch};

fn unit(name: &str) -> UnitName {
    name.parse().unwrap()
}

fn pin(stage: &Stage, name: &str, level: ProtectionLevel) {
    let request = PinRequest {
        level,
        reason: "an audit".parse().unwrap(),
        expires_at: None,
    };
    let pinned = stage.console.pin(&unit(name), actor(), request);
    pinned.wait().unwrap();
}

fn units_are_counted_by_level_and_the_tightest_come_first(database: Database) {
    let stage = Stage::new(database);
    for name in ["a", "b", "c"] {
        stage.configure(name, |_| {});
    }
    pin(&stage, "b", ProtectionLevel::RequireApproval);
    pin(&stage, "c", ProtectionLevel::ReadOnly);
    let all = stage.console.situation(&local()).unwrap();
    let counts = all.levels.map(|(_, count)| count);
    assert_eq!(counts[1..], [1, 1]);
    assert_eq!(counts.iter().sum::<usize>(), all.configured);
    let names: Vec<_> = all.notable.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["c", "b"]);
    let some = token_on(&stage.console, "some", "viewer", None, scope(&["b"]));
    let mine = stage.console.situation(&some).unwrap();
    assert_eq!((mine.configured, mine.notable.len()), (1, 1));
}

#[test]
fn units_are_counted_by_level_on_sqlite() {
    units_are_counted_by_level_and_the_tightest_come_first(sqlite());
}

#[test]
fn units_are_counted_by_level_on_postgres() {
    units_are_counted_by_level_and_the_tightest_come_first(postgres());
}

fn decisions_are_counted_by_minute_and_outcome(database: Database) {
    let stage = Stage::new(database);
    let console = &stage.console;
    console
        .set_rule(switch(Rule::WritesRequireApproval, false))
        .wait()
        .unwrap();
    stage.configure("a", |_| {});
    let counted = || {
        let minutes = console.decisions_by_minute(&local()).unwrap();
        assert_eq!(minutes.len(), 30);
        minutes.iter().fold([0; 3], |sum, one| {
            [
                sum[0] + one.allow,
                sum[1] + one.deny,
                sum[2] + one.require_approval,
            ]
        })
    };
    let before = counted();
    let decided = |action: &str| console.decide(ask(action, "a")).unwrap().decision;
    assert_eq!(decided("read:/x"), Decision::Allow);
    assert_eq!(decided("write:/x"), Decision::Allow);
    pin(&stage, "a", ProtectionLevel::RequireApproval);
    assert_eq!(decided("write:/x"), Decision::RequireApproval);
    pin(&stage, "a", ProtectionLevel::ReadOnly);
    assert_eq!(decided("write:/x"), Decision::Deny);
    let after = counted();
    let new: Vec<u64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    assert_eq!(new, [2, 1, 1]);
    let some = token_on(console, "some", "viewer", None, scope(&["a"]));
    assert_eq!(console.decisions_by_minute(&some).unwrap(), []);
}

#[test]
fn decisions_are_counted_by_minute_on_sqlite() {
    decisions_are_counted_by_minute_and_outcome(sqlite());
}

#[test]
fn decisions_are_counted_by_minute_on_postgres() {
    decisions_are_counted_by_minute_and_outcome(postgres());
}

#[test]
fn what_somebody_loosened_is_named_and_what_tightens_is_not() {
    let stage = Stage::new(sqlite());
    let console = &stage.console;
    let seen = || console.loosened(&local(), 50).unwrap();
    let before = seen().len();
    let change = |enabled| RuleChange {
        reason: Some("trying it".parse().unwrap()),
        ..switch(Rule::ReadOnlyForRisky, enabled)
    };
    console.set_rule(change(true)).wait().unwrap();
    assert_eq!(seen().len(), before, "that tightens");
    console.set_rule(change(false)).wait().unwrap();
    let newest = seen().remove(0);
    assert_eq!(newest.by, LoosenedBy::Rule);
    assert!(newest.reason.contains("trying it"), "{newest:?}");
    stage.configure("a", |_| {});
    pin(&stage, "a", ProtectionLevel::ReadOnly);
    assert_ne!(seen().remove(0).by, LoosenedBy::Pin, "that tightens");
    pin(&stage, "a", ProtectionLevel::RequireApproval);
    let newest = seen().remove(0);
    assert_eq!(
        (newest.by, newest.unit.as_deref()),
        (LoosenedBy::Pin, Some("a"))
    );
    let other = token_on(console, "other", "viewer", None, scope(&["b"]));
    let theirs = console.loosened(&other, 50).unwrap();
    assert!(
        theirs.iter().all(|one| one.by == LoosenedBy::Rule),
        "{theirs:?}"
    );
}
