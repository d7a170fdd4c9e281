//! Laws of proofs: what holds for trees of any size, and what no change survives.

use proptest::prelude::*;
use utc_attestation::log::{
    LogError, TreeHash, consistency_proof, inclusion_proof, root_at, verify_consistency,
    verify_inclusion,
};

use crate::log::model::{Store, leaf, leaves, path, proof, reading, root};

/// The tree's hash with one bit changed.
fn flip(hash: TreeHash, bit: usize) -> TreeHash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    TreeHash::new(bytes)
}

/// Two different positions up to a size, the smaller one first.
fn below(max: u64) -> impl Strategy<Value = (u64, u64)> {
    (2..=max).prop_flat_map(|size| (0..size, Just(size)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn proofs_of_larger_trees_are_those_of_the_model((small, size) in below(3000)) {
        let all = leaves(size);
        let mut store = Store::of(size);
        let place = usize::try_from(small).unwrap();
        let (included, _) = reading(&mut store, |store| inclusion_proof(small, size, store));
        prop_assert_eq!(included, Ok(path(place, &all)));
        let (consistent, _) =
            reading(&mut store, |store| consistency_proof(small + 1, size, store));
        prop_assert_eq!(consistent, Ok(proof(place + 1, &all)));
        let (before, _) = reading(&mut store, |store| root_at(small, store));
        prop_assert_eq!(before, Ok(root(&all[..place])));
    }
}

proptest! {
    #[test]
    fn an_inclusion_proof_proves_one_leaf_at_one_place_of_one_tree(
        (index, size) in below(400),
        bit in 0_usize..256,
        other in any::<prop::sample::Index>(),
        garbage in any::<[u8; 32]>(),
    ) {
        let all = leaves(size);
        let (head, proof) = (root(&all), path(usize::try_from(index).unwrap(), &all));
        let verify = |index, size, leaf, root, proof: &[TreeHash]| {
            verify_inclusion(index, size, leaf, root, proof)
        };
        prop_assert_eq!(verify(index, size, leaf(index), head, &proof), Ok(()));

        let changed_leaf = flip(leaf(index).into(), bit).into();
        prop_assert_eq!(verify(index, size, changed_leaf, head, &proof), Err(LogError::Root));
        prop_assert_eq!(verify(index, size, leaf(index), flip(head, bit), &proof), Err(LogError::Root));
        let at = other.index(proof.len());
        let mut changed = proof.clone();
        changed[at] = flip(changed[at], bit);
        prop_assert_eq!(verify(index, size, leaf(index), head, &changed), Err(LogError::Root));
        for cut in [&proof[1..], &proof[..proof.len() - 1]] {
            prop_assert_eq!(verify(index, size, leaf(index), head, cut), Err(LogError::Length));
        }
        let longer = [&proof[..], &[TreeHash::new(garbage)]].concat();
        prop_assert_eq!(verify(index, size, leaf(index), head, &longer), Err(LogError::Length));

        let elsewhere = other.index(usize::try_from(size).unwrap()) as u64;
        let moved = verify(elsewhere, size, leaf(index), head, &proof);
        prop_assert_eq!(moved.is_ok(), elsewhere == index);
    }

    #[test]
    fn a_consistency_proof_proves_one_tree_within_one_other(
        (before, new) in below(400),
        bit in 0_usize..256,
        other in any::<prop::sample::Index>(),
        garbage in any::<[u8; 32]>(),
    ) {
        let old = before.max(1);
        let all = leaves(new);
        let old_root = root(&all[..usize::try_from(old).unwrap()]);
        let (new_root, proof) = (root(&all), proof(usize::try_from(old).unwrap(), &all));
        let verify = |old_root, new_root, proof: &[TreeHash]| {
            verify_consistency(old, new, old_root, new_root, proof)
        };
        prop_assert_eq!(verify(old_root, new_root, &proof), Ok(()));
        prop_assert_eq!(verify(flip(old_root, bit), new_root, &proof), Err(LogError::Root));
        prop_assert_eq!(verify(old_root, flip(new_root, bit), &proof), Err(LogError::Root));
        let at = other.index(proof.len());
        let mut changed = proof.clone();
        changed[at] = flip(changed[at], bit);
        prop_assert_eq!(verify(old_root, new_root, &changed), Err(LogError::Root));
        prop_assert!(verify(old_root, new_root, &proof[1..]).is_err());
        prop_assert!(verify(old_root, new_root, &proof[..proof.len() - 1]).is_err());
        let longer = [&proof[..], &[TreeHash::new(garbage)]].concat();
        prop_assert_eq!(verify(old_root, new_root, &longer), Err(LogError::Length));

        let elsewhere = other.index(usize::try_from(new).unwrap()) as u64;
        let moved = verify_consistency(elsewhere, new, old_root, new_root, &proof);
        prop_assert_eq!(moved.is_ok(), elsewhere == old);
    }
}
