//! One test for each line of the decision order.

use utc_domain::{
    Action, ApprovalQueue, Code, Decision, GrantProblem, GrantUse, Mode, ProtectionLevel, Rule,
    SubjectShare, UnitName,
};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, Verdict, evaluate};

const CALM: UnitView = UnitView {
    level: ProtectionLevel::Permissive,
    risky: false,
    mode: Mode::Enforce,
    known: true,
};

const EXPIRED: GrantUse = GrantUse::Invalid(GrantProblem::Expired);

fn answer(action: &str, on: &[Rule], unit: UnitView) -> Verdict {
    let action: Action = action.parse().unwrap();
    let name: UnitName = "payments-api".parse().unwrap();
    evaluate(
        &Question::new(&action, &name),
        &PolicySet::of(on, UnknownUnits::Allow, 1),
        &unit,
    )
}

/// The answer to a write while rule `writes_require_approval` is on.
fn answer_with(grant: GrantUse, approval_queue: ApprovalQueue, unit: UnitView) -> Verdict {
    let action: Action = "write:/x".parse().unwrap();
    let name: UnitName = "payments-api".parse().unwrap();
    let question = Question {
        grant,
        approval_queue,
        ..Question::new(&action, &name)
    };
    let policy = PolicySet::of(&[Rule::WritesRequireApproval], UnknownUnits::Allow, 1);
    evaluate(&question, &policy, &unit)
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
fn whoever_asks_for_more_than_their_share_is_held_and_the_unit_is_not() {
    let (action, name): (Action, UnitName) =
        ("write:/x".parse().unwrap(), "payments-api".parse().unwrap());
    let policy = PolicySet::initial(UnknownUnits::Allow);
    let answer = |share| {
        let question = Question {
            share,
            ..Question::new(&action, &name)
        };
        evaluate(&question, &policy, &CALM)
    };
    let held = answer(SubjectShare::Beyond);
    check(
        &held,
        Decision::RequireApproval,
        Code::ApprovalRequired,
        &["subject_share"],
    );
    assert_eq!(
        held.reason,
        "Writes to payments-api need approval: this subject asks for more than its share of the unit."
    );
    check(
        &answer(SubjectShare::Fair),
        Decision::Allow,
        Code::NoRestriction,
        &[],
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
    let held = answer_with(GrantUse::Valid, ApprovalQueue::Open, CALM);
    check(
        &held,
        Decision::Allow,
        Code::Approved,
        &["writes_require_approval"],
    );
    assert!(held.uses_grant());
    let locked = UnitView {
        level: ProtectionLevel::ReadOnly,
        ..CALM
    };
    let locked = answer_with(GrantUse::Valid, ApprovalQueue::Open, locked);
    assert_eq!(
        (locked.decision, locked.code, locked.grant),
        (Decision::Deny, Code::ProtectionReadOnly, GrantUse::Valid)
    );
    assert!(!locked.uses_grant());
}

#[test]
fn a_grant_that_nothing_asks_for_is_not_used_up() {
    let action: Action = "write:/x".parse().unwrap();
    let name: UnitName = "payments-api".parse().unwrap();
    let policy = PolicySet::initial(UnknownUnits::Allow);
    for (presented, recorded) in [
        (GrantUse::Valid, GrantUse::Unneeded),
        (EXPIRED, EXPIRED),
        (GrantUse::None, GrantUse::None),
    ] {
        let question = Question {
            grant: presented,
            ..Question::new(&action, &name)
        };
        let verdict = evaluate(&question, &policy, &CALM);
        check(&verdict, Decision::Allow, Code::NoRestriction, &[]);
        assert_eq!(verdict.grant, recorded);
        assert!(!verdict.uses_grant());
    }
}

#[test]
fn an_approval_that_does_not_count_refuses_and_says_what_to_do() {
    let refused = answer_with(EXPIRED, ApprovalQueue::Open, CALM);
    check(
        &refused,
        Decision::Deny,
        Code::GrantInvalid,
        &["writes_require_approval"],
    );
    assert_eq!(refused.grant, EXPIRED);
    assert_eq!(
        refused.reason,
        "Writes to payments-api need approval, and the presented one does not count: \
         it has expired; ask again without approval_id."
    );
    let waiting = GrantUse::Invalid(GrantProblem::NotApproved);
    let early = answer_with(waiting, ApprovalQueue::Open, CALM);
    assert_eq!(
        early.reason,
        "Writes to payments-api need approval, and the presented one does not count: \
         it is not decided yet; wait for it, then ask again with it."
    );
}

#[test]
fn no_room_to_wait_refuses_instead_of_holding_and_says_why() {
    let saturated = |expected_wait_minutes| ApprovalQueue::Saturated {
        expected_wait_minutes,
        backlog: 12,
    };
    let (open, limit) = (3, 3);
    for (queue, says) in [
        (
            saturated(1_950.0),
            "the people who approve cannot keep up: with 12 waiting, this one would wait about 33 hours, \
             longer than it may. Ask again later.",
        ),
        (
            saturated(89.2),
            "the people who approve cannot keep up: with 12 waiting, this one would wait about 90 minutes, \
             longer than it may. Ask again later.",
        ),
        (
            ApprovalQueue::SubjectLimit { open, limit },
            "this subject has 3 waiting already, 3 at a time. Ask again when one of them is decided.",
        ),
        (
            ApprovalQueue::TokenLimit { open, limit },
            "this token has 3 waiting already, 3 at a time. Ask again when one of them is decided.",
        ),
    ] {
        let verdict = answer_with(GrantUse::None, queue, CALM);
        check(
            &verdict,
            Decision::Deny,
            Code::ApprovalSaturated,
            &["writes_require_approval"],
        );
        let expected = format!("Writes to payments-api need approval, and {says}");
        assert_eq!(verdict.reason, expected);
        let granted = answer_with(GrantUse::Valid, queue, CALM);
        assert_eq!(granted.decision, Decision::Allow);
    }
}

#[test]
fn in_observe_mode_a_grant_is_used_up_as_it_would_be() {
    let observed = UnitView {
        mode: Mode::Observe,
        ..CALM
    };
    let verdict = answer_with(GrantUse::Valid, ApprovalQueue::Open, observed);
    assert_eq!(verdict.would_be, Some(Decision::Allow));
    assert!(verdict.uses_grant());
    let verdict = answer_with(EXPIRED, ApprovalQueue::Open, observed);
    assert_eq!(
        (verdict.decision, verdict.would_be),
        (Decision::Allow, Some(Decision::Deny))
    );
    assert!(!verdict.uses_grant());
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
