//! CAEP and RISC.

use std::collections::BTreeSet;

use serde_json::json;
use utc_tdx::ssf::{Effect, Mapping, mappings};
use utc_tdx::{Meaning, Severity};

use crate::sets::{claims_of, signal};

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";

fn caep(name: &str) -> String {
    format!("{CAEP}{name}")
}

#[track_caller]
fn check(event_type: &str, event: serde_json::Value, severity: Severity) {
    let event = signal(&claims_of(event_type, event));
    assert_eq!(
        (event.severity, event.meaning),
        (severity, Meaning::Raises),
        "{event_type}"
    );
}

#[test]
fn every_event_type_of_both_profiles_is_mapped() {
    let types: BTreeSet<String> = mappings().iter().map(Mapping::event_type).collect();
    let count = |profile: &str| types.iter().filter(|one| one.starts_with(profile)).count();
    assert_eq!((count(CAEP), count(RISC)), (8, 14));
    assert_eq!(types.len(), count(CAEP) + count(RISC));
}

#[test]
fn the_members_of_an_event_decide_between_the_rows_of_its_type() {
    check(
        &caep("device-compliance-change"),
        json!({ "current_status": "not-compliant" }),
        Severity::High,
    );
    check(
        &caep("risk-level-change"),
        json!({ "current_level": "HIGH" }),
        Severity::High,
    );
    check(
        &caep("risk-level-change"),
        json!({ "current_level": "medium" }),
        Severity::Medium,
    );
    check(
        &caep("assurance-level-change"),
        json!({ "change_direction": "decrease" }),
        Severity::Medium,
    );
    check(
        &caep("credential-change"),
        json!({ "change_type": "revoke" }),
        Severity::Medium,
    );
    check(
        &caep("credential-change"),
        json!({ "change_type": "create" }),
        Severity::Low,
    );
    check(
        &format!("{RISC}account-disabled"),
        json!({ "reason": "hijacking" }),
        Severity::High,
    );
    check(
        &format!("{RISC}account-disabled"),
        json!({}),
        Severity::Medium,
    );
    check(
        &format!("{RISC}credential-compromise"),
        json!({}),
        Severity::Critical,
    );
}

#[test]
fn a_change_for_the_better_closes_the_one_for_the_worse() {
    let pairs = [
        (
            "device-compliance-change",
            json!({ "current_status": "not-compliant" }),
            json!({ "current_status": "compliant" }),
        ),
        (
            "risk-level-change",
            json!({ "current_level": "HIGH" }),
            json!({ "current_level": "LOW" }),
        ),
        (
            "assurance-level-change",
            json!({ "change_direction": "decrease" }),
            json!({ "change_direction": "increase" }),
        ),
    ];
    for (name, worse, better) in pairs {
        let worse = signal(&claims_of(&caep(name), worse));
        let better = signal(&claims_of(&caep(name), better));
        assert_eq!(better.meaning, Meaning::Closes(worse.thread), "{name}");
    }
    let disabled = signal(&claims_of(&format!("{RISC}account-disabled"), json!({})));
    let enabled = signal(&claims_of(&format!("{RISC}account-enabled"), json!({})));
    assert_eq!(enabled.meaning, Meaning::Closes(disabled.thread));
}

#[test]
fn what_is_said_of_one_subject_closes_nothing_of_another() {
    let alice = claims_of(
        &caep("risk-level-change"),
        json!({ "current_level": "HIGH" }),
    );
    let bob = json!({ "format": "email", "email": "bob@example.com" });
    let bob = crate::support::with(alice.clone(), "/sub_id", bob);
    assert_ne!(signal(&alice).thread, signal(&bob).thread);
}

#[test]
fn a_type_none_of_whose_rows_hold_is_kept_without_weight() {
    let odd = signal(&claims_of(
        &caep("risk-level-change"),
        json!({ "current_level": "ODD" }),
    ));
    assert_eq!(odd.meaning, Meaning::Unknown);
}

#[test]
fn every_row_can_be_reached() {
    for row in mappings() {
        let event = match row.when {
            Some((member, value)) => json!({ member: value }),
            None => json!({}),
        };
        let event = signal(&claims_of(&row.event_type(), event));
        let expected = match row.effect {
            Effect::Raises(severity) => (severity, false),
            Effect::Closes => (Severity::Info, true),
        };
        let closes = matches!(event.meaning, Meaning::Closes(_));
        assert_eq!((event.severity, closes), expected, "{row:?}");
    }
}

/// The table as the documentation prints it.
fn printed() -> String {
    let row = |row: &Mapping| {
        let event_type = row.event_type();
        let path = event_type
            .strip_prefix("https://schemas.openid.net/secevent/")
            .unwrap();
        let (profile, name) = path.split_once("/event-type/").unwrap();
        let when = row
            .when
            .map(|(member, value)| format!("`{member}` is `{value}`"));
        let effect = match row.effect {
            Effect::Raises(severity) => severity.to_string(),
            Effect::Closes => "closes".to_owned(),
        };
        let (when, group) = (when.unwrap_or_default(), row.group.unwrap_or_default());
        format!("| {profile} `{name}` | {when} | {effect} | {group} |\n").replace("  |", " |")
    };
    mappings().iter().map(row).collect()
}

#[test]
fn the_documentation_prints_the_table_as_it_is() {
    let page = include_str!("../../../../docs/SIGNALS.md");
    assert!(
        page.contains(&printed()),
        "docs/SIGNALS.md should have:\n{}",
        printed()
    );
}
