//! What somebody changed in the database, or cannot be read any more, is counted and named.

use std::collections::BTreeMap;

use utc_app::Console;
use utc_app::engine::Location;
use utc_app::replay::{Alternative, Obstacle, ReplayMode, ReplayReport, ReplayRequest};
use utc_attestation::HmacKey;
use utc_domain::Rule;
use utc_policy::Field;
use utc_test_support::postgres::sql;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{check_equal, claims, computed, faithful};
use crate::approvals::stage::{Database, postgres};
use crate::support::{ask, switch};

/// Four writes under each of two policies: positions 1 to 4 under the first, 6 to 9 under the second.
fn history() -> (Database, Console) {
    let database = postgres();
    let console = database.open();
    for n in 0..8 {
        if n == 4 {
            console
                .set_rule(switch(Rule::ReadOnlyForRisky, true))
                .wait()
                .unwrap();
        }
        console.decide(ask(&format!("write:/{n}"), "a")).unwrap();
    }
    (database, console)
}

fn change(database: &Database, statement: &str) {
    let Location::Postgres(url) = database.options().location else {
        panic!("not on PostgreSQL")
    };
    sql(&url, statement);
}

#[track_caller]
fn check(report: &ReplayReport, obstacle: Obstacle, count: u64, detail: &str) {
    let totals = report.totals;
    assert_eq!((totals.total, totals.equal), (8, 8 - count));
    let counted = if obstacle.is_finding() {
        (count, 0)
    } else {
        (0, count)
    };
    assert_eq!((totals.different, totals.not_replayable), counted);
    let [met] = report.obstacles.as_slice() else {
        panic!("{:?}", report.obstacles)
    };
    assert_eq!((met.obstacle, met.count), (obstacle, count));
    let example = &met.examples[0];
    assert!(example.detail.contains(detail), "{}", example.detail);
}

#[test]
fn a_policy_that_was_exchanged_or_is_gone_is_not_taken_for_the_one_that_decided() {
    let (database, console) = history();
    check_equal(&computed(&console, &ReplayRequest::ALL), 8);
    let exchange = "UPDATE policy_versions SET canonical = replace(canonical, 'false', 'true') WHERE version = 1";
    change(&database, exchange);
    let report = computed(&console, &ReplayRequest::ALL);
    check(
        &report,
        Obstacle::PolicyDiffers,
        4,
        "version 1 is stored with digest sha256:",
    );
    change(
        &database,
        "UPDATE policy_versions SET canonical = '{\"v\":9}' WHERE version = 1",
    );
    let report = computed(&console, &ReplayRequest::ALL);
    check(
        &report,
        Obstacle::PolicyUnknown,
        4,
        "rules that this evaluator does not know",
    );
    change(&database, "DELETE FROM policy_versions WHERE version = 1");
    let report = computed(&console, &ReplayRequest::ALL);
    check(&report, Obstacle::PolicyUnknown, 4, "there is no version 1");
}

#[test]
fn what_does_not_verify_or_stands_elsewhere_is_not_computed() {
    let (database, console) = history();
    change(
        &database,
        "UPDATE receipts SET jws = overlay(jws placing 'AAAA' from length(jws) - 3) WHERE seq = 3",
    );
    check(
        &computed(&console, &ReplayRequest::ALL),
        Obstacle::Unverified,
        1,
        "tag",
    );
    change(
        &database,
        "UPDATE receipts SET jws = (SELECT jws FROM receipts WHERE seq = 2) WHERE seq = 3",
    );
    let report = computed(&console, &ReplayRequest::ALL);
    check(&report, Obstacle::Misfiled, 1, "of position 2");
    assert_eq!(report.obstacles[0].examples[0].seq, 3);
}

#[test]
fn a_decision_that_is_filed_as_something_else_is_a_finding() {
    for (column, detail) in [
        (
            "kind = 'execution'",
            "of kind `decision` and filed as `execution`",
        ),
        ("unit = 'b'", "about unit a and filed under another"),
        ("unit = NULL", "about unit a and filed under another"),
        ("ts = ts + 1", "and filed as of"),
        ("id = left(id, 32) || 'ffff'", "this is receipt"),
    ] {
        let (database, console) = history();
        change(
            &database,
            &format!("UPDATE receipts SET {column} WHERE seq = 3"),
        );
        let report = computed(&console, &ReplayRequest::ALL);
        check(&report, Obstacle::Misfiled, 1, detail);
    }
    // And what is filed as a decision and is none.
    let (database, console) = history();
    change(
        &database,
        "UPDATE receipts SET kind = 'decision' WHERE seq = 5",
    );
    let report = computed(&console, &ReplayRequest::ALL);
    assert_eq!((report.totals.total, report.totals.different), (9, 1));
}

#[test]
fn what_is_filed_as_something_else_and_does_not_verify_is_counted() {
    let (database, console) = history();
    let hide = "UPDATE receipts SET kind = 'execution', jws = overlay(jws placing 'AAAA' from length(jws) - 3) WHERE seq = 3";
    change(&database, hide);
    check(
        &computed(&console, &ReplayRequest::ALL),
        Obstacle::Unverified,
        1,
        "tag",
    );
}

#[test]
fn positions_at_which_nothing_is_stored_are_findings() {
    let (database, console) = history();
    change(&database, "DELETE FROM receipts WHERE seq IN (3, 4)");
    let report = computed(&console, &ReplayRequest::ALL);
    check(&report, Obstacle::Missing, 2, "nothing is stored at 3 to 4");
    change(&database, "DELETE FROM receipts WHERE seq = 9");
    let report = computed(&console, &ReplayRequest::ALL);
    check(&report, Obstacle::Missing, 3, "nothing is stored at 3 to 4");
    // Other rules are tried on what there is.
    let rules = BTreeMap::from([(Rule::WritesRequireApproval, true)]);
    let request = ReplayRequest {
        mode: ReplayMode::Counterfactual(Alternative::new(rules, None).unwrap()),
        ..ReplayRequest::ALL
    };
    let totals = computed(&console, &request).totals;
    assert_eq!((totals.total, totals.not_replayable), (8, 3));
}

#[test]
fn a_key_counts_in_its_range_only() {
    let (database, console) = history();
    change(&database, "UPDATE log_keys SET from_seq = 4");
    let report = computed(&console, &ReplayRequest::ALL);
    // The receipts before, the first one of the log among them.
    assert_eq!((report.totals.total, report.totals.different), (9, 4));
    assert_eq!(report.obstacles[0].obstacle, Obstacle::ForeignKey);
}

#[test]
fn a_decision_that_was_signed_again_comes_out_otherwise() {
    let (database, console) = history();
    let row = console.decide(ask("write:/last", "a")).unwrap();
    let mut forged = claims(&row.receipt);
    forged["decision"] = "DENY".into();
    let header = row.receipt.split('.').next().unwrap();
    let payload = utc_attestation::canonical(&forged).unwrap();
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let secret = database.options().secret.unwrap();
    let tag = HmacKey::new(secret.as_bytes())
        .unwrap()
        .tag(signed.as_bytes());
    let jws = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
    let update = format!("UPDATE receipts SET jws = '{jws}' WHERE seq = {}", row.seq);
    change(&database, &update);
    let report = computed(&console, &ReplayRequest::ALL);
    assert_eq!((report.totals.total, report.totals.different), (9, 1));
    let finding = &faithful(&report).examples[0];
    assert_eq!(
        (finding.seq, finding.receipt_id.as_str()),
        (row.seq, row.receipt_id.to_string().as_str())
    );
    let [difference] = finding.differences.as_slice() else {
        panic!("{finding:?}")
    };
    assert_eq!(difference.field, Field::Decision);
    assert_eq!(
        (difference.recorded.as_str(), difference.recomputed.as_str()),
        ("DENY", "ALLOW")
    );
}
