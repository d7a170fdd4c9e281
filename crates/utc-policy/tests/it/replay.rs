//! Answers compared word for word.

use utc_domain::{Mode, ProtectionLevel};
use utc_policy::{Field, PolicySet, Question, UnitView, UnknownUnits, Wording, evaluate};

/// What a held write in observe mode reads like.
fn wording() -> Wording {
    let (action, unit) = ("write:/x".parse().unwrap(), "payments-api".parse().unwrap());
    let view = UnitView {
        level: ProtectionLevel::RequireApproval,
        risky: false,
        mode: Mode::Observe,
        known: true,
    };
    let policy = PolicySet::initial(UnknownUnits::Allow);
    Wording::from(&evaluate(&Question::new(&action, &unit), &policy, &view))
}

#[test]
fn an_answer_has_the_words_of_a_receipt_and_is_equal_to_itself() {
    let words = wording();
    assert_eq!(words.decision, "ALLOW");
    assert_eq!(words.would_be.as_deref(), Some("REQUIRE_APPROVAL"));
    assert_eq!(
        (words.code.as_str(), words.grant.as_str()),
        ("approval_required", "none")
    );
    assert_eq!(words.rules, ["protection_require_approval"]);
    assert_eq!(words.differences(&wording()), []);
}

#[track_caller]
fn check(field: Field, change: impl FnOnce(&mut Wording), recomputed: &str) {
    let mut other = wording();
    change(&mut other);
    let found = wording().differences(&other);
    let [only] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((only.field, only.recomputed.as_str()), (field, recomputed));
    assert_ne!(only.recorded, only.recomputed);
}

#[test]
fn each_part_that_differs_is_found_and_no_other() {
    check(
        Field::Decision,
        |words| words.decision = "DENY".to_owned(),
        "DENY",
    );
    check(Field::WouldBe, |words| words.would_be = None, "");
    check(
        Field::Code,
        |words| words.code.push('x'),
        "approval_requiredx",
    );
    check(
        Field::Rules,
        |words| words.rules.push("unknown_unit".to_owned()),
        "protection_require_approval unknown_unit",
    );
    check(
        Field::Grant,
        |words| words.grant = "valid".to_owned(),
        "valid",
    );
    let reason = wording().reason.to_uppercase();
    check(
        Field::Reason,
        |words| words.reason = reason.clone(),
        &reason,
    );
    let all: Vec<&str> = Field::ALL.into_iter().map(Field::as_str).collect();
    assert_eq!(
        all,
        ["decision", "would_be", "code", "rules", "grant", "reason"]
    );
}
