//! Laws that hold for every input.

use proptest::prelude::*;
use utc_domain::{Action, Decision, GrantUse, Ground, Mode, ProtectionLevel, Rule, UnitName};
use utc_policy::{PolicySet, Question, UnitView, UnknownUnits, Verdict, evaluate};

#[derive(Debug, Clone)]
struct World {
    action: Action,
    rules: [bool; 2],
    unknown: UnknownUnits,
    unit: UnitView,
    granted: bool,
    saturated: bool,
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
            grant: if self.granted {
                GrantUse::Valid
            } else {
                GrantUse::None
            },
            approval_saturated: self.saturated,
        };
        evaluate(&question, &PolicySet::of(&on, self.unknown, 1), &self.unit)
    }

    /// The answer that would bind if it were enforced.
    fn enforced(&self) -> Decision {
        let verdict = self.answer();
        verdict.would_be.unwrap_or(verdict.decision)
    }
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
    (
        action,
        any::<[bool; 2]>(),
        unknown,
        level,
        mode,
        any::<[bool; 4]>(),
    )
        .prop_map(
            |(action, rules, unknown, level, mode, [risky, known, granted, saturated])| World {
                action: action.parse().unwrap(),
                rules,
                unknown,
                unit: UnitView {
                    level,
                    risky,
                    mode,
                    known,
                },
                granted,
                saturated,
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
    fn a_grant_never_lifts_a_denial_that_is_not_about_the_queue(world in worlds()) {
        let mut granted = world.clone();
        granted.granted = true;
        let mut plain = world;
        plain.granted = false;
        plain.saturated = false;
        if plain.enforced() == Decision::Deny {
            prop_assert_eq!(granted.enforced(), Decision::Deny);
        }
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
