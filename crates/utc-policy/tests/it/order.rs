//! One test for each line of the decision order.

use utc_domain::{Action, Code, Decision, GrantUse, Mode, ProtectionLevel, Rule, UnitName};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, Verdict, evaluate};

const CALM: UnitView = UnitView {
    level: ProtectionLevel::Permissive,
    risky: false,
    mode: Mode::Enforce,
    known: true,
};

fn answer(action: &str, on: &[Rule], unit: UnitView) -> Verdict {
    let action: Action = action.parse().unwrap();
    let name: UnitName = "payments-api".parse().unwrap();
    evaluate(
        &Question::new(&action, &name),
        &PolicySet::of(on, UnknownUnits::Allow, 1),
        &unit,
    )
}

fn keys(verdict: &Verdict) -> Vec<&'static str> {
    verdict
        .grounds
        .iter()
        .map(utc_domain::Ground::as_str)
        .collect()
}

#[track_caller]
fn check(verdict: &Verdict, decision: Decision, code: Code, rules: &[&str]) {
    assert_eq!(
        (verdict.decision, verdict.code),
        (decision, code),
        "{}",
        verdict.reason
    );
    assert_eq!(keys(verdict), rules);
}

#[test]
fn a_read_is_allowed_whatever_is_on() {
    let tight = UnitView {
        level: ProtectionLevel::ReadOnly,
        risky: true,
        ..CALM
    };
    check(
        &answer("read:/x", &Rule::ALL, tight),
        Decision::Allow,
        Code::ReadAllowed,
        &[],
    );
}

#[test]
fn anything_that_is_not_exactly_a_read_is_a_write() {
    for action in [
        "write:/x", "READ:/x", "reads:/x", "delete", " read:/x", "read",
    ] {
        let verdict = answer(action, &[Rule::WritesRequireApproval], CALM);
        check(
            &verdict,
            Decision::RequireApproval,
            Code::ApprovalRequired,
            &["writes_require_approval"],
        );
    }
}

#[test]
fn read_only_denies_and_still_lists_every_ground() {
    let tight = UnitView {
        level: ProtectionLevel::ReadOnly,
        risky: true,
        ..CALM
    };
    check(
        &answer("write:/x", &Rule::ALL, tight),
        Decision::Deny,
        Code::ProtectionReadOnly,
        &[
            "protection_read_only",
            "read_only_for_risky",
            "writes_require_approval",
        ],
    );
}

#[test]
fn a_risky_unit_is_denied_only_while_its_rule_is_on() {
    let risky = UnitView {
        risky: true,
        ..CALM
    };
    let on = answer("write:/x", &[Rule::ReadOnlyForRisky], risky);
    check(
        &on,
        Decision::Deny,
        Code::UnitRisky,
        &["read_only_for_risky"],
    );
    check(
        &answer("write:/x", &[], risky),
        Decision::Allow,
        Code::NoRestriction,
        &[],
    );
}

#[test]
fn approval_is_asked_for_by_rule_by_level_or_by_both() {
    let held = UnitView {
        level: ProtectionLevel::RequireApproval,
        ..CALM
    };
    let both = answer("write:/x", &[Rule::WritesRequireApproval], held);
    let keys = ["writes_require_approval", "protection_require_approval"];
    check(
        &both,
        Decision::RequireApproval,
        Code::ApprovalRequired,
        &keys,
    );
    assert_eq!(
        both.reason,
        "Writes to payments-api need approval: rule writes_require_approval is on, and its protection level is require_approval."
    );
    let by_level = answer("write:/x", &[], held);
    check(
        &by_level,
        Decision::RequireApproval,
        Code::ApprovalRequired,
        &["protection_require_approval"],
    );
}

#[test]
fn a_fresh_policy_restricts_nothing() {
    check(
        &answer("write:/x", &[], CALM),
        Decision::Allow,
        Code::NoRestriction,
        &[],
    );
}

#[test]
fn a_grant_allows_what_needs_approval_and_never_lifts_a_denial() {
    let action: Action = "write:/x".parse().unwrap();
    let name: UnitName = "payments-api".parse().unwrap();
    let question = Question {
        grant: GrantUse::Valid,
        ..Question::new(&action, &name)
    };
    let policy = PolicySet::of(&[Rule::WritesRequireApproval], UnknownUnits::Allow, 1);
    let held = evaluate(&question, &policy, &CALM);
    check(
        &held,
        Decision::Allow,
        Code::Approved,
        &["writes_require_approval"],
    );
    let locked = evaluate(
        &question,
        &policy,
        &UnitView {
            level: ProtectionLevel::ReadOnly,
            ..CALM
        },
    );
    assert_eq!(
        (locked.decision, locked.code),
        (Decision::Deny, Code::ProtectionReadOnly)
    );
}

#[test]
fn a_hopeless_approval_queue_refuses_instead_of_holding() {
    let action: Action = "write:/x".parse().unwrap();
    let name: UnitName = "payments-api".parse().unwrap();
    let question = Question {
        approval_saturated: true,
        ..Question::new(&action, &name)
    };
    let policy = PolicySet::of(&[Rule::WritesRequireApproval], UnknownUnits::Allow, 1);
    let verdict = evaluate(&question, &policy, &CALM);
    check(
        &verdict,
        Decision::Deny,
        Code::ApprovalSaturated,
        &["writes_require_approval"],
    );
}

#[test]
fn an_unconfigured_unit_is_held_or_refused_where_the_installation_says_so() {
    let action: Action = "write:/x".parse().unwrap();
    let name: UnitName = "made-up".parse().unwrap();
    let stranger = UnitView {
        known: false,
        ..CALM
    };
    let ask = |mode| {
        evaluate(
            &Question::new(&action, &name),
            &PolicySet::of(&[], mode, 1),
            &stranger,
        )
    };
    check(
        &ask(UnknownUnits::Deny),
        Decision::Deny,
        Code::UnknownUnit,
        &["unknown_unit"],
    );
    check(
        &ask(UnknownUnits::Approve),
        Decision::RequireApproval,
        Code::ApprovalRequired,
        &["unknown_unit"],
    );
    check(
        &ask(UnknownUnits::Allow),
        Decision::Allow,
        Code::NoRestriction,
        &[],
    );
}

#[test]
fn observe_mode_allows_and_says_what_it_would_have_been() {
    let observed = UnitView {
        level: ProtectionLevel::ReadOnly,
        mode: Mode::Observe,
        ..CALM
    };
    let verdict = answer("write:/x", &[], observed);
    check(
        &verdict,
        Decision::Allow,
        Code::ProtectionReadOnly,
        &["protection_read_only"],
    );
    assert_eq!(verdict.would_be, Some(Decision::Deny));
    assert!(
        verdict
            .reason
            .starts_with("Observed only; enforced, the answer would be DENY.")
    );
}
