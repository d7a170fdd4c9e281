//! Data keys, their ids, and rings of them.

use std::collections::BTreeSet;

use proptest::prelude::{any, prop_assert_eq, prop_assert_ne, proptest};
use utc_vault::{DataKey, DataKeyId, HashPurpose, KeyError, SealPurpose};

use crate::fixture::{key, keys};

fn ids(ring: &utc_vault::DataKeys) -> Vec<DataKeyId> {
    ring.iter().map(DataKey::id).collect()
}

#[test]
fn the_active_key_comes_first_and_every_key_is_found() {
    let ring = keys(1, &[2, 3]);
    let expected = [key(1).id(), key(2).id(), key(3).id()];
    assert_eq!(ring.active().id(), expected[0]);
    assert_eq!(ids(&ring), expected);
    for id in expected {
        assert_eq!(ring.find(id).map(DataKey::id), Some(id));
    }
    assert!(ring.find(key(4).id()).is_none());
}

#[test]
fn a_rotation_makes_the_active_key_the_first_previous_one() {
    let ring = keys(1, &[2]).rotated(key(3)).unwrap();
    assert_eq!(ids(&ring), [key(3).id(), key(1).id(), key(2).id()]);
}

#[test]
fn one_key_in_two_places_is_an_error() {
    let duplicate = |byte| KeyError::Duplicate { id: key(byte).id() };
    let ring = |previous: &[u8]| {
        let previous = previous.iter().map(|&byte| key(byte)).collect();
        utc_vault::DataKeys::new(key(1), previous).map(drop)
    };
    assert_eq!(ring(&[1]), Err(duplicate(1)));
    assert_eq!(ring(&[2, 2]), Err(duplicate(2)));
    for again in [1, 2] {
        let rotated = keys(1, &[2]).rotated(key(again)).map(drop);
        assert_eq!(rotated, Err(duplicate(again)));
    }
}

#[test]
fn no_two_purposes_share_a_label() {
    let seal = SealPurpose::ALL.iter().map(|purpose| purpose.label());
    let hash = HashPurpose::ALL.iter().map(|purpose| purpose.label());
    let labels: Vec<&str> = seal.chain(hash).chain(["utc-data-key-id"]).collect();
    let distinct: BTreeSet<&str> = labels.iter().copied().collect();
    assert_eq!(distinct.len(), labels.len());
}

proptest! {
    #[test]
    fn an_id_is_16_lower_case_digits_and_depends_on_every_bit(
        bytes: [u8; 32],
        bit in 0..256_usize,
    ) {
        let id = DataKey::new(&bytes).unwrap().id();
        let text = id.to_string();
        let lower_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        prop_assert_eq!(text.len(), 16);
        prop_assert_eq!(text.chars().find(|&c| !lower_hex(c)), None);
        let mut other = bytes;
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(DataKey::new(&other).unwrap().id(), id);
    }

    #[test]
    fn a_key_gives_the_same_id_each_time(bytes in any::<[u8; 32]>()) {
        prop_assert_eq!(DataKey::new(&bytes).unwrap().id(), DataKey::new(&bytes).unwrap().id());
    }
}
