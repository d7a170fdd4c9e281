//! Frontiers, roots and proofs, by example and against the model.

use utc_attestation::log::{
    Frontier, LogError, MAX_SIZE, ReadError, TreeHash, consistency_proof, inclusion_proof, root_at,
    verify_consistency, verify_inclusion,
};

use crate::log::model::{Store, leaf, leaves, path, proof, reading, root};

fn frontier(size: u64) -> Frontier {
    let mut frontier = Frontier::empty();
    for leaf in leaves(size) {
        frontier.push(leaf);
    }
    frontier
}

#[test]
fn a_hash_is_written_in_base64_and_read_in_that_spelling_only() {
    let text = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert_eq!(TreeHash::EMPTY.to_string(), text);
    assert_eq!(text.parse(), Ok(TreeHash::EMPTY));
    let url_safe = text.replace('+', "-").replace('/', "_");
    // The same bytes with bits behind the last one, which a lenient reader would drop.
    let stray = text.replace("FU=", "FV=");
    let short = &text[4..];
    let others = [
        &url_safe,
        &stray,
        short,
        &text[..43],
        "",
        &format!("{text}\n"),
    ];
    for other in others {
        assert!(other.parse::<TreeHash>().is_err(), "{other}");
    }
}

#[test]
fn the_root_of_every_small_tree_is_that_of_the_model() {
    let all = leaves(600);
    let mut frontier = Frontier::empty();
    let mut store = Store::default();
    for (size, leaf) in (0..).zip(&all) {
        let expected = root(&all[..usize::try_from(size).unwrap()]);
        assert_eq!((frontier.size(), frontier.root()), (size, expected));
        let (read, _) = reading(&mut store, |store| root_at(size, store));
        assert_eq!(read, Ok(expected), "{size}");
        frontier.push(*leaf);
        store.push(*leaf);
    }
}

#[test]
fn a_stored_frontier_goes_on_as_if_it_had_never_been_stored() {
    for size in 0..140 {
        let whole = frontier(size);
        let mut stored = Frontier::from_bytes(size, &whole.to_bytes()).unwrap();
        assert_eq!(stored, whole);
        stored.push(leaf(size));
        assert_eq!(stored, frontier(size + 1));
    }
}

#[test]
fn appending_never_asks_for_room() {
    let mut frontier = Frontier::from_parts(0, Vec::new()).unwrap();
    let room = frontier.nodes().as_ptr();
    for leaf in leaves(300) {
        frontier.push(leaf);
    }
    assert_eq!(frontier.nodes().as_ptr(), room);
}

#[test]
fn a_frontier_has_a_node_for_each_bit_of_its_size() {
    let nodes = vec![TreeHash::EMPTY; 2];
    let refused = Frontier::from_parts(4, nodes.clone());
    let expected = LogError::Nodes {
        size: 4,
        expected: 1,
        actual: 2,
    };
    assert_eq!(refused, Err(expected));
    assert!(Frontier::from_parts(5, nodes).is_ok());
    assert_eq!(
        Frontier::from_bytes(1, &[0; 33]),
        Err(LogError::Bytes { actual: 33 })
    );
    let size = MAX_SIZE + 1;
    let refused = Frontier::from_parts(size, vec![TreeHash::EMPTY]);
    assert_eq!(refused, Err(LogError::Size { size }));
}

#[test]
fn every_inclusion_proof_of_small_trees_is_that_of_the_model() {
    let all = leaves(130);
    let mut store = Store::of(130);
    for size in 1..=all.len() {
        let expected_root = root(&all[..size]);
        for index in 0..size {
            let (at, of) = (index as u64, size as u64);
            let (found, _) = reading(&mut store, |store| inclusion_proof(at, of, store));
            let expected = path(index, &all[..size]);
            assert_eq!(found, Ok(expected.clone()), "{index} of {size}");
            let verified = verify_inclusion(at, of, all[index], expected_root, &expected);
            assert_eq!(verified, Ok(()), "{index} of {size}");
        }
    }
}

#[test]
fn every_consistency_proof_of_small_trees_is_that_of_the_model() {
    let all = leaves(130);
    let mut store = Store::of(130);
    for new in 1..=all.len() {
        let new_root = root(&all[..new]);
        for old in 1..=new {
            let (from, to) = (old as u64, new as u64);
            let (found, _) = reading(&mut store, |store| consistency_proof(from, to, store));
            let expected = proof(old, &all[..new]);
            assert_eq!(found, Ok(expected.clone()), "{old} to {new}");
            let old_root = root(&all[..old]);
            let verified = verify_consistency(from, to, old_root, new_root, &expected);
            assert_eq!(verified, Ok(()), "{old} to {new}");
        }
    }
}

#[test]
fn what_a_tree_does_not_have_is_not_proven() {
    let mut store = Store::of(3);
    let outside = LogError::Index { index: 3, size: 3 };
    assert_eq!(
        inclusion_proof(3, 3, &mut store),
        Err(ReadError::Log(outside.clone()))
    );
    let verified = verify_inclusion(3, 3, leaf(3), TreeHash::EMPTY, &[]);
    assert_eq!(verified, Err(outside));
    for (old, new) in [(0, 3), (0, 0), (3, 2)] {
        let refused = LogError::Sizes { old, new };
        assert_eq!(
            consistency_proof(old, new, &mut store),
            Err(ReadError::Log(refused.clone()))
        );
        let verified = verify_consistency(old, new, TreeHash::EMPTY, TreeHash::EMPTY, &[]);
        assert_eq!(verified, Err(refused));
    }
    let size = u64::MAX;
    assert_eq!(
        root_at(size, &mut store),
        Err(ReadError::Log(LogError::Size { size }))
    );
    assert!(store.read.is_empty());
}

#[test]
fn the_longest_climb_that_positions_allow_comes_to_an_end() {
    let proof = vec![TreeHash::EMPTY; 70];
    for index in [0, 1 << 63, u64::MAX - 1] {
        let verified = verify_inclusion(index, u64::MAX, leaf(0), TreeHash::EMPTY, &proof);
        assert_eq!(verified, Err(LogError::Length), "{index}");
    }
    for old in [1, 1 << 63, u64::MAX - 1, u64::MAX] {
        let verified = verify_consistency(old, u64::MAX, TreeHash::EMPTY, TreeHash::EMPTY, &proof);
        assert_eq!(verified, Err(LogError::Length), "{old}");
    }
}
