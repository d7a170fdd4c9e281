//! Roles and patterns: examples, and laws beside a simpler model.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use utc_domain::{MAX_PATTERNS, Pattern, Role, Roles, Scope, TokenId, TokenName, UserName};

#[track_caller]
fn check(pattern: &str, fits: &[&str], does_not: &[&str]) {
    let parsed: Pattern = pattern.parse().unwrap();
    for text in fits {
        assert!(parsed.matches(text), "{pattern} must match {text}");
    }
    for text in does_not {
        assert!(!parsed.matches(text), "{pattern} must not match {text}");
    }
}

#[test]
fn a_pattern_is_anchored_at_both_ends() {
    check("agent", &["agent"], &["agent-1", "an-agent", "Agent", ""]);
    check("a*", &["a", "ab"], &["ba", "b", ""]);
    check("*a", &["a", "ba"], &["ab"]);
}

#[test]
fn one_star_stays_within_a_part_and_two_go_across() {
    check(
        "user:*",
        &["user:alice", "user:"],
        &["user:a:b", "user:a/b", "user"],
    );
    check(
        "route:/*/items",
        &["route:/a/items"],
        &["route:/a/b/items", "route:/items"],
    );
    check("route:**", &["route:/a/b", "route:"], &["tool:x"]);
    check("**", &["", "a", "a:b/c"], &[]);
    check("**:x", &["a:b:x", ":x"], &["x", "a:xy"]);
    check(
        "a*b*c",
        &["abc", "axbbxc", "abbcc"],
        &["ab:c", "acb", "abcd"],
    );
    check("**/x*y", &["a/b/xzy", "/x/xy"], &["a/x/y", "xy"]);
}

#[test]
fn letters_outside_ascii_are_letters() {
    check("é*", &["é", "éa", "éé"], &["e", "a"]);
    check("*ü", &["ü", "müü"], &["u"]);
}

#[test]
fn a_pattern_made_to_be_slow_is_not() {
    let pattern: Pattern = "*a**a*".repeat(30).parse().unwrap();
    assert!(!pattern.matches(&"a".repeat(59)));
    assert!(pattern.matches(&"a".repeat(60)));
}

#[test]
fn a_scope_without_patterns_is_everywhere_and_one_has_a_bound() {
    assert_eq!(Scope::of(Vec::new()), Ok(Scope::All));
    assert!(Scope::All.allows("anything"));
    let some: Pattern = "a".parse().unwrap();
    let scope = Scope::of(vec![some.clone(), "b*".parse().unwrap()]).unwrap();
    assert!(scope.allows("a") && scope.allows("bb") && !scope.allows("c"));
    assert!(Scope::of(vec![some; MAX_PATTERNS + 1]).is_err());
}

#[test]
fn what_a_role_holds() {
    let held = |text: &str| -> Vec<Role> {
        let roles: Roles = text.parse().unwrap();
        Role::ALL
            .into_iter()
            .filter(|&role| roles.holds(role))
            .collect()
    };
    assert_eq!(held("viewer"), [Role::Viewer]);
    assert_eq!(held("auditor"), [Role::Viewer, Role::Auditor]);
    assert_eq!(held("operator"), [Role::Viewer, Role::Operator]);
    for alone in [Role::Decider, Role::Signal, Role::Approver] {
        assert_eq!(held(alone.as_str()), [alone]);
    }
    let all_but_approver: Vec<Role> = Role::ALL
        .into_iter()
        .filter(|&role| role != Role::Approver)
        .collect();
    assert_eq!(held("admin"), all_but_approver);
    assert_eq!(held("admin approver"), Role::ALL);
}

#[test]
fn no_roles_and_asking_together_with_approving_are_refused() {
    for text in [
        "",
        " ",
        "decider approver",
        "root",
        "viewer,auditor",
        "Viewer",
    ] {
        assert!(text.parse::<Roles>().is_err(), "{text}");
    }
}

#[test]
fn names_have_one_spelling() {
    assert_eq!(
        "ann.b@example.org"
            .parse::<UserName>()
            .unwrap()
            .subject()
            .as_str(),
        "user:ann.b@example.org"
    );
    for name in ["", "Ann", "a b", "a:b", "ä", &"a".repeat(65)] {
        assert!(name.parse::<UserName>().is_err(), "{name}");
    }
    for id in [
        "",
        "abc",
        "0123456789ABCDEF",
        "+123456789abcdef",
        "0123456789abcdef0",
        "0123456789abcdeg",
    ] {
        assert!(id.parse::<TokenId>().is_err(), "{id}");
    }
    assert_eq!(
        "00000000000000ff".parse::<TokenId>().unwrap().to_string(),
        "00000000000000ff"
    );
}

/// What a pattern means, said as simply as possible: every choice of every star is tried.
fn model(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', '*', rest @ ..] => (0..=text.len()).any(|skipped| model(rest, &text[skipped..])),
        ['*', rest @ ..] => {
            let part = text.iter().take_while(|c| !matches!(c, ':' | '/')).count();
            (0..=part).any(|skipped| model(rest, &text[skipped..]))
        }
        [wanted, rest @ ..] => text.first() == Some(wanted) && model(rest, &text[1..]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn matching_agrees_with_the_model(
        pattern in vec(select(vec!["a", "b", ":", "/", "*", "**", "é"]), 1..10),
        text in vec(select(vec!['a', 'b', ':', '/', 'é']), 0..12),
    ) {
        let pattern = pattern.concat();
        let parsed: Pattern = pattern.parse().unwrap();
        let expected = model(&pattern.chars().collect::<Vec<_>>(), &text);
        prop_assert_eq!(parsed.matches(&text.iter().collect::<String>()), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pattern_without_stars_matches_itself_alone(text in "[a-z:/]{1,20}", other in "[a-z:/]{1,20}") {
        let pattern: Pattern = text.parse().unwrap();
        prop_assert!(pattern.matches(&text));
        prop_assert_eq!(pattern.matches(&other), text == other);
    }

    #[test]
    fn roles_read_back_as_they_are_written(given in subsequence(Role::ALL.to_vec(), 1..=7)) {
        if let Ok(roles) = Roles::new(given.iter().copied()) {
            prop_assert_eq!(roles.to_string().parse::<Roles>(), Ok(roles));
            prop_assert!(given.iter().all(|&role| roles.holds(role)));
        } else {
            prop_assert!(given.contains(&Role::Decider) && given.contains(&Role::Approver));
        }
    }

    #[test]
    fn every_name_makes_a_valid_subject(user in "[a-z0-9._@-]{1,64}", token in "\\PC{1,100}") {
        let subject = user.parse::<UserName>().unwrap().subject();
        prop_assert_eq!(subject.as_str().parse(), Ok(subject));
        if let Ok(name) = token.parse::<TokenName>() {
            let subject = name.subject();
            prop_assert_eq!(subject.as_str().parse(), Ok(subject));
        }
    }
}
