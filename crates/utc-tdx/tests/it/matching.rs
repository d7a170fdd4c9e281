//! Which units an event is about.

use utc_domain::UnitName;
use utc_tdx::{Directory, Entity, Reach};

fn unit(name: &str) -> UnitName {
    name.parse().unwrap()
}

fn directory() -> Directory {
    let mut all = Directory::new();
    all.add(
        &unit("pay"),
        &[unit("payments")],
        [("team", "money"), ("tier", "1")],
    );
    all.add(&unit("ledger"), &[], [("team", "money")]);
    all.add(&unit("shop"), &[unit("ledger")], [("team", "web")]);
    all
}

#[track_caller]
fn check(entities: &[&str], reach: &Reach, expected: &[&str]) {
    let entities: Vec<Entity> = entities.iter().map(|one| one.parse().unwrap()).collect();
    let found = directory().matches(&entities, reach);
    let found: Vec<_> = found.iter().map(UnitName::as_str).collect();
    assert_eq!(found, expected);
}

fn within(patterns: &[&str]) -> Reach {
    Reach::Within(patterns.iter().map(|one| one.parse().unwrap()).collect())
}

#[test]
fn a_unit_is_found_by_name_and_by_alias_once() {
    check(&["pay"], &Reach::Anywhere, &["pay"]);
    check(&["payments", "pay"], &Reach::Anywhere, &["pay"]);
    check(&["pay", "shop"], &Reach::Anywhere, &["pay", "shop"]);
}

#[test]
fn what_is_not_exactly_its_name_finds_nothing() {
    check(
        &["PAY", "pay ", "pa", "team", "money", "**"],
        &Reach::Anywhere,
        &[],
    );
    check(&[], &Reach::Anywhere, &[]);
}

#[test]
fn a_name_wins_over_the_alias_of_another() {
    check(&["ledger"], &Reach::Anywhere, &["ledger"]);
    let mut other_order = Directory::new();
    other_order.add(&unit("shop"), &[unit("ledger")], []);
    other_order.add(&unit("ledger"), &[], []);
    let found = other_order.matches(&["ledger".parse().unwrap()], &Reach::Anywhere);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [unit("ledger")]);
}

#[test]
fn labels_count_only_for_a_source_that_was_given_patterns() {
    check(&["team=money"], &Reach::Anywhere, &[]);
    check(&["team=money"], &within(&["**"]), &["ledger", "pay"]);
    check(&["team=money"], &within(&["p*"]), &["pay"]);
    check(&["team=other", "team=", "=money"], &within(&["**"]), &[]);
}

#[test]
fn a_source_reaches_no_further_than_its_patterns() {
    check(&["pay", "shop", "payments"], &within(&["s*"]), &["shop"]);
    check(&["pay"], &within(&[]), &[]);
}

#[test]
fn a_unit_that_is_taken_out_leaves_nothing_behind_and_others_as_they_are() {
    let mut all = directory();
    all.remove(&unit("pay"));
    let found = |all: &Directory, text: &str| {
        let units = all.matches(&[text.parse().unwrap()], &within(&["**"]));
        units.into_iter().collect::<Vec<_>>()
    };
    for text in ["pay", "payments", "tier=1"] {
        assert_eq!(found(&all, text), [], "{text}");
    }
    assert_eq!(found(&all, "team=money"), [unit("ledger")]);
    all.add(&unit("pay"), &[unit("money")], [("team", "web")]);
    assert_eq!(found(&all, "money"), [unit("pay")]);
    assert_eq!(found(&all, "team=web"), [unit("pay"), unit("shop")]);
    all.remove(&unit("nobody"));
}
