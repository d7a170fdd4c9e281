//! Laws that hold for every input.

use proptest::prelude::*;
use utc_domain::{
    Action, ApprovalQueue, Code, Decision, GrantUse, Ground, Mode, ProtectionLevel, Rule,
    SubjectShare, UnitName,
};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, Verdict, evaluate};

#[derive(Debug, Clone)]
struct World {
    action: Action,
    rules: [bool; 2],
    unknown: UnknownUnits,
    unit: UnitView,
    grant: GrantUse,
    queue: ApprovalQueue,
    share: SubjectShare,
}

impl World {
    fn answer(&self) -> Verdict {
        let name: UnitName = "unit".parse().unwrap();
        let on: Vec<Rule> = Rule::ALL
            .into_iter()
            .zip(self.rules)
            .filter(|(_, on)| *on)
            .map(|(rule, _)| rule)
            .collect();
        let question = Question {
            action: &self.action,
            unit: &name,
            grant: self.grant,
            approval_queue: self.queue,
            share: self.share,
        };
        evaluate(&question, &PolicySet::of(&on, self.unknown, 1), &self.unit)
    }

    /// The answer that would bind if it were enforced.
    fn enforced(&self) -> Decision {
        let verdict = self.answer();
        verdict.would_be.unwrap_or(verdict.decision)
    }
}

/// How little a grant is worth: 0 lets a write through, 1 leaves it to people, 2 is refused.
fn worth(grant: GrantUse) -> u8 {
    match grant {
        GrantUse::Valid | GrantUse::Unneeded => 0,
        GrantUse::None => 1,
        GrantUse::Invalid(_) => 2,
    }
}

fn grants() -> impl Strategy<Value = GrantUse> {
    prop::sample::select(GrantUse::ALL.to_vec())
}

fn queues() -> impl Strategy<Value = ApprovalQueue> {
    let full = (0_u8..3, 0.0..1e6, 0_u32..1_000, 1_u32..1_000).prop_map(
        |(which, expected_wait_minutes, open, limit)| match which {
            0 => ApprovalQueue::Saturated {
                expected_wait_minutes,
                backlog: u64::from(open),
            },
            1 => ApprovalQueue::SubjectLimit { open, limit },
            _ => ApprovalQueue::TokenLimit { open, limit },
        },
    );
    prop_oneof![Just(ApprovalQueue::Open), full]
}

fn worlds() -> impl Strategy<Value = World> {
    let action = prop_oneof!["read:[a-z]{1,5}", "write:[a-z]{1,5}", "[a-z]{1,8}"];
    let level = prop::sample::select(ProtectionLevel::ALL.to_vec());
    let unknown = prop::sample::select(vec![
        UnknownUnits::Allow,
        UnknownUnits::Approve,
        UnknownUnits::Deny,
    ]);
    let mode = prop::sample::select(vec![Mode::Enforce, Mode::Observe]);
    let unit =
        (level, any::<[bool; 2]>(), mode).prop_map(|(level, [risky, known], mode)| UnitView {
            level,
            risky,
            mode,
            known,
        });
    (
        action,
        any::<[bool; 2]>(),
        unknown,
        unit,
        grants(),
        queues(),
        prop::sample::select(vec![SubjectShare::Fair, SubjectShare::Beyond]),
    )
        .prop_map(
            |(action, rules, unknown, unit, grant, queue, share)| World {
                action: action.parse().unwrap(),
                rules,
                unknown,
                unit,
                grant,
                queue,
                share,
            },
        )
}

proptest! {
    #[test]
    fn raising_the_level_never_loosens(world in worlds(), other in prop::sample::select(ProtectionLevel::ALL.to_vec())) {
        let mut raised = world.clone();
        raised.unit.level = world.unit.level.max(other);
        prop_assert!(raised.enforced() >= world.enforced());
    }

    #[test]
    fn turning_a_rule_on_never_loosens(world in worlds(), which in 0_usize..2) {
        let mut tighter = world.clone();
        tighter.rules[which] = true;
        prop_assert!(tighter.enforced() >= world.enforced());
    }

    #[test]
    fn marking_a_unit_risky_never_loosens(world in worlds()) {
        let mut risky = world.clone();
        risky.unit.risky = true;
        prop_assert!(risky.enforced() >= world.enforced());
    }

    #[test]
    fn a_stranger_is_never_treated_better_than_a_configured_unit(world in worlds()) {
        let mut stranger = world.clone();
        stranger.unit.known = false;
        prop_assert!(stranger.enforced() >= world.enforced());
    }

    #[test]
    fn asking_for_more_than_the_share_never_loosens(world in worlds()) {
        let mut fair = world.clone();
        fair.share = SubjectShare::Fair;
        let mut beyond = world;
        beyond.share = SubjectShare::Beyond;
        prop_assert!(beyond.enforced() >= fair.enforced());
    }

    #[test]
    fn a_full_queue_never_loosens(world in worlds(), queue in queues()) {
        let mut open = world.clone();
        open.queue = ApprovalQueue::Open;
        let mut full = world;
        full.queue = queue;
        prop_assert!(full.enforced() >= open.enforced());
    }

    #[test]
    fn a_worse_grant_never_loosens(world in worlds(), one in grants(), other in grants()) {
        let (better, worse) = if worth(one) <= worth(other) { (one, other) } else { (other, one) };
        let answer_to = |grant| {
            let mut world = world.clone();
            world.grant = grant;
            world.enforced()
        };
        prop_assert!(answer_to(worse) >= answer_to(better));
    }

    #[test]
    fn a_grant_never_lifts_a_denial_that_is_not_about_the_queue(world in worlds(), grant in grants()) {
        let mut granted = world.clone();
        granted.grant = grant;
        let mut plain = world;
        plain.grant = GrantUse::None;
        plain.queue = ApprovalQueue::Open;
        if plain.enforced() == Decision::Deny {
            prop_assert_eq!(granted.enforced(), Decision::Deny);
        }
    }

    #[test]
    fn a_grant_is_used_up_exactly_where_it_made_the_difference(world in worlds()) {
        let verdict = world.answer();
        let mut without = world.clone();
        without.grant = GrantUse::None;
        let lifted = world.enforced() < without.enforced();
        prop_assert_eq!(verdict.uses_grant(), lifted);
        prop_assert_eq!(verdict.uses_grant(), verdict.code == Code::Approved);
        prop_assert!(!verdict.uses_grant() || verdict.grant == GrantUse::Valid);
    }

    #[test]
    fn the_recorded_grant_leads_to_the_same_verdict_again(world in worlds()) {
        let verdict = world.answer();
        let mut replayed = world;
        replayed.grant = verdict.grant;
        prop_assert_eq!(replayed.answer(), verdict);
    }

    #[test]
    fn every_matching_ground_is_listed_whichever_decided(world in worlds()) {
        let verdict = world.answer();
        let write = world.action.is_write();
        let expect = |ground: Ground| write && match ground {
            Ground::ProtectionReadOnly => world.unit.level == ProtectionLevel::ReadOnly,
            Ground::ReadOnlyForRisky => world.rules[1] && world.unit.risky,
            Ground::UnknownUnit => world.unknown != UnknownUnits::Allow && !world.unit.known,
            Ground::WritesRequireApproval => world.rules[0],
            Ground::ProtectionRequireApproval => world.unit.level == ProtectionLevel::RequireApproval,
            Ground::SubjectShare => world.share == SubjectShare::Beyond,
        };
        for ground in Ground::ALL {
            prop_assert_eq!(verdict.grounds.contains(ground), expect(ground));
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_verdict_and_a_full_sentence(world in worlds()) {
        let verdict = world.answer();
        prop_assert_eq!(&verdict, &world.answer());
        prop_assert!(verdict.reason.ends_with('.') && verdict.reason.len() > 10);
        prop_assert_eq!(verdict.would_be.is_some(), world.unit.mode == Mode::Observe);
    }
}
