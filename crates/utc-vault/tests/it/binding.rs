//! What a sealed value is bound to.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::select;
use utc_vault::{Aad, SealError, SealPurpose, open, seal};

use crate::fixture::{NONCE, keys};

const PURPOSE: SealPurpose = SealPurpose::HeldRequest;

/// Names that run into each other when they are only put side by side.
const NAMES: &[&str] = &["", "a", "ab", "unit", "unita"];

type Facts = Vec<(&'static str, Vec<u8>)>;

fn aad(facts: &Facts) -> Aad {
    let mut facts = facts.iter();
    let (name, value) = facts.next().unwrap();
    facts.fold(Aad::of(name, value), |aad, (name, value)| {
        aad.and(name, value)
    })
}

/// A value that is sealed with some facts opens with others exactly if they are the same.
fn opens(sealed_with: &Facts, opened_with: &Facts) -> bool {
    let ring = keys(1, &[]);
    let sealed = seal(&ring, PURPOSE, &aad(sealed_with), b"held", NONCE).unwrap();
    match open(&ring, PURPOSE, &aad(opened_with), &sealed) {
        Ok(plaintext) => *plaintext == b"held",
        Err(error) => {
            assert_eq!(error, SealError::Tampered);
            false
        }
    }
}

fn facts<'f>(list: &[(&'static str, &'f str)]) -> Facts {
    let owned = |&(name, value): &(&'static str, &'f str)| (name, value.as_bytes().to_vec());
    list.iter().map(owned).collect()
}

#[test]
fn rows_cannot_be_swapped() {
    let row = facts(&[("approval", "ap-17"), ("unit", "payments-api")]);
    assert!(opens(&row, &row));
    for other in [
        [("approval", "ap-18"), ("unit", "payments-api")],
        [("approval", "ap-17"), ("unit", "payments")],
        [("unit", "payments-api"), ("approval", "ap-17")],
        [("approval", "ap-1"), ("unit", "7payments-api")],
        [("approval", "ap-17unit"), ("", "payments-api")],
    ] {
        assert!(!opens(&row, &facts(&other)), "{other:?}");
    }
}

#[test]
fn a_fact_more_or_less_counts() {
    let one = facts(&[("approval", "ap-17")]);
    let two = facts(&[("approval", "ap-17"), ("", "")]);
    assert!(!opens(&one, &two));
    assert!(!opens(&two, &one));
}

proptest! {
    #[test]
    fn a_value_opens_with_the_same_facts_and_no_others(
        one in vec((select(NAMES), vec(any::<u8>(), 0..3)), 1..4),
        other in vec((select(NAMES), vec(any::<u8>(), 0..3)), 1..4),
    ) {
        prop_assert_eq!(opens(&one, &other), one == other);
        prop_assert_eq!(opens(&one, &one), true);
    }

    #[test]
    fn a_cut_moved_between_neighbours_counts(
        text in "[a-z]{2,20}",
        first in any::<proptest::sample::Index>(),
        second in any::<proptest::sample::Index>(),
    ) {
        let cut = |at: usize| facts(&[("x", &text[..at]), ("x", &text[at..])]);
        let (first, second) = (first.index(text.len()), second.index(text.len()));
        prop_assert_eq!(opens(&cut(first), &cut(second)), first == second);
    }
}
