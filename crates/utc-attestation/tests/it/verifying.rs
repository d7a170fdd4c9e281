//! Which check refuses what.

mod header;
mod payload;

use utc_attestation::{Check, CheckName, Outcome};

use crate::fixture::{check, claims, ring, token};

/// Every check before `name` holds, `name` fails, and nothing after it was looked at.
#[track_caller]
pub(crate) fn assert_fails_at(name: CheckName, token: impl AsRef<[u8]>) {
    let verification = check(token);
    let names: Vec<CheckName> = verification.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, CheckName::TOKEN);
    let mut failed = false;
    for check in &verification.checks {
        let expected = match (check.name == name, failed) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::NotChecked,
            (false, false) => Outcome::Ok,
        };
        assert_eq!(check.outcome, expected, "{check:?}");
        failed |= check.name == name;
    }
    assert!(!verification.valid() && verification.claims.is_none());
}

#[test]
fn a_sealed_receipt_passes_every_check() {
    let verification = check(token());
    assert!(verification.valid());
    assert!(
        verification
            .checks
            .iter()
            .all(|check| check.outcome == Outcome::Ok)
    );
    assert_eq!(verification.kid.as_ref(), Some(ring().active()));
    assert_eq!(verification.payload, Some(claims(&token())));
    assert_eq!(verification.claims.unwrap().sub, "agent-42");
}

#[test]
fn checks_of_the_log_can_be_added_and_count() {
    let mut verification = check(token());
    let seq = |outcome| Check {
        name: CheckName::Seq,
        outcome,
        detail: String::new(),
    };
    verification.push(seq(Outcome::Ok));
    assert!(verification.valid());
    verification.push(seq(Outcome::NotChecked));
    assert!(!verification.valid());
}

#[test]
fn a_reason_is_given_for_everything_that_is_not_well() {
    let checks = check("a.b").checks;
    let details: Vec<&str> = checks.iter().map(|check| check.detail.as_str()).collect();
    assert_eq!(details[1], "a compact token has 3 segments, this has 2");
    assert!(
        details[2..]
            .iter()
            .all(|why| *why == "not reached, because `segments` failed")
    );
}
