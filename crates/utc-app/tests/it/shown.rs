//! What people are shown of the recent past, and why a unit lets no write through; on both databases.

use utc_app::{Hindrance, PinRequest, Principal, Report, RiskRequest, Weight, WritesNow};
use utc_domain::{Decision, Ground, Mode, ProtectionLevel, Rule, UnitName, VoteChoice};

use crate::approvals::stage::{Database, Stage, postgres, scope, sqlite, token_on};
use crate::support::{actor, local, switch};

fn unit(name: &str) -> UnitName {
    name.parse().unwrap()
}

fn what_waited_rises_and_falls(database: Database) {
    let stage = Stage::new(database);
    let pending = |by: &Principal| {
        let backlog = stage.console.approval_backlog(by).unwrap();
        backlog
            .iter()
            .map(|since| since.pending)
            .collect::<Vec<_>>()
    };
    assert_eq!(pending(&local()), [0, 0]);
    let first = stage.hold("write:/1");
    stage.hold("write:/2");
    let approver = stage.approver("ann");
    stage.vote(&approver, first, VoteChoice::Approve).unwrap();
    assert_eq!(pending(&local()), [0, 1, 2, 1, 1]);
    let backlog = stage.console.approval_backlog(&local()).unwrap();
    let waits: Vec<f64> = backlog
        .iter()
        .map(|since| since.expected_wait_minutes)
        .collect();
    assert!(
        waits[2] > waits[1] && waits[1] > waits[0] && waits[0] > 0.0,
        "{waits:?}"
    );
    let elsewhere = token_on(&stage.console, "viewer", "viewer", None, scope(&["other"]));
    assert_eq!(pending(&elsewhere), [0, 0]);
}

#[test]
fn what_waited_rises_and_falls_on_sqlite() {
    what_waited_rises_and_falls(sqlite());
}

#[test]
fn what_waited_rises_and_falls_on_postgres() {
    what_waited_rises_and_falls(postgres());
}

fn writes(stage: &Stage, name: &str) -> WritesNow {
    stage.console.unit_detail(&unit(name)).unwrap().writes
}

fn grounds(writes: &WritesNow) -> Vec<Ground> {
    writes
        .hindrances
        .iter()
        .filter_map(|one| one.ground)
        .collect()
}

fn report(stage: &Stage, arrival_rate: f64) -> Vec<String> {
    let report = Report {
        arrival_rate,
        service_rate: 100.0,
        at: None,
    };
    let observed = stage
        .console
        .observe(&unit("busy"), vec![report])
        .wait()
        .unwrap();
    observed.receipts.iter().map(ToString::to_string).collect()
}

#[test]
fn a_locked_unit_says_why_on_which_evidence_and_what_would_unlock_it() {
    let stage = Stage::new(sqlite());
    stage
        .console
        .set_rule(switch(Rule::WritesRequireApproval, false))
        .wait()
        .unwrap();
    report(&stage, 20.0);
    let free = writes(&stage, "busy");
    assert_eq!(
        (free.decision, free.hindrances),
        (Decision::Allow, Vec::new())
    );

    stage.configure("busy", |config| config.thresholds.low = Some(0.3));
    let receipts = report(&stage, 600.0);
    let locked = writes(&stage, "busy");
    assert_eq!(locked.decision, Decision::Deny);
    assert_eq!(grounds(&locked), [Ground::ProtectionReadOnly]);
    let Hindrance {
        cause,
        receipt_id,
        way_out,
        ..
    } = &locked.hindrances[0];
    assert!(cause.starts_with("Writes are refused because"), "{cause}");
    assert_eq!(receipt_id.as_ref(), receipts.last());
    // The predictive controller leaves a level 0.1 below its threshold of 0.9: ρ must fall below 0.8 of a capacity of 100, at
    // λ = 0.3·600 + 0.7·20 = 194.
    assert!(
        way_out.contains("fewer than 80 arrivals per hour"),
        "{way_out}"
    );
    assert!(way_out.contains("above 242 per hour"), "{way_out}");
}

#[test]
fn everything_that_speaks_against_a_write_is_named() {
    let stage = Stage::new(sqlite());
    stage.configure("ledger", |_| {});
    let pin = PinRequest {
        level: ProtectionLevel::ReadOnly,
        reason: "an audit".parse().unwrap(),
        expires_at: None,
    };
    let pinned = stage
        .console
        .pin(&unit("ledger"), actor(), pin)
        .wait()
        .unwrap();
    let found = writes(&stage, "ledger");
    assert_eq!(
        grounds(&found),
        [Ground::ProtectionReadOnly, Ground::WritesRequireApproval]
    );
    let [pin, rule, ..] = &found.hindrances[..] else {
        panic!("{found:?}")
    };
    assert!(
        pin.cause.contains("user:alice pinned") && pin.cause.contains("an audit"),
        "{pin:?}"
    );
    assert_eq!(pin.receipt_id, Some(pinned.receipt_id.to_string()));
    assert!(
        rule.cause
            .contains("user:alice turned it on for every unit"),
        "{rule:?}"
    );
    let rules = stage.console.rules().unwrap();
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| Some(rule.receipt_id.to_string()))
        .collect();
    assert!(rules.contains(&rule.receipt_id), "{rule:?}");
}

fn what(writes: &WritesNow) -> Vec<(Weight, &str)> {
    let all = writes.hindrances.iter();
    all.map(|one| (one.weight, one.what.as_str())).collect()
}

#[test]
fn what_holds_nothing_back_is_told_beside() {
    let stage = Stage::new(sqlite());
    stage
        .console
        .set_rule(switch(Rule::WritesRequireApproval, false))
        .wait()
        .unwrap();
    stage.configure("ledger", |config| config.mode = Mode::Observe);
    let mark = RiskRequest {
        reason: "a leak".parse().unwrap(),
        expires_at: None,
    };
    let marked = stage.console.mark_risky(&unit("ledger"), actor(), mark);
    let marked = marked.wait().unwrap();
    let pin = PinRequest {
        level: ProtectionLevel::ReadOnly,
        reason: "an audit".parse().unwrap(),
        expires_at: None,
    };
    stage
        .console
        .pin(&unit("ledger"), actor(), pin)
        .wait()
        .unwrap();
    let found = writes(&stage, "ledger");
    assert_eq!(
        (found.decision, found.would_be),
        (Decision::Allow, Some(Decision::Deny))
    );
    let [(observed, mode), (pinned, _), (risky, off)] = what(&found)[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        [pinned, observed, risky],
        [Weight::Refuses, Weight::Note, Weight::Note]
    );
    assert!(mode.starts_with("Observe mode"), "{mode}");
    assert!(off.contains("Nothing is held back for that"), "{off}");
    let evidence = &found.hindrances[2].receipt_id;
    assert_eq!(*evidence, Some(marked.receipt_id.to_string()));
}

#[test]
fn people_who_are_missing_are_named_as_what_a_write_meets() {
    let stage = Stage::new(sqlite());
    stage.configure("ledger", |config| config.approvals_required = 2);
    let alone = writes(&stage, "ledger");
    assert_eq!(alone.decision, Decision::RequireApproval);
    let held = what(&alone);
    assert!(
        held.iter().any(|(weight, what)| *weight == Weight::Holds
            && (what.contains("Nobody can approve")
                || what.contains("people who have to approve"))),
        "{held:?}"
    );
}
