//! Numbers, hashes and bytes from nowhere. What reads text is tried beside its own tests.

use proptest::prelude::*;
use utc_attestation::log::{
    Frontier, HashReader, LogError, ReadError, TileId, TreeHash, consistency_proof,
    inclusion_proof, root_at, tile_from_bytes, tile_to_bytes, tile_width, verify_consistency,
    verify_inclusion,
};

use crate::log::model::leaf;

/// Sizes and positions: small ones, any, and those around powers of two.
fn number() -> impl Strategy<Value = u64> {
    let around = (0_u32..64, 0_u64..3);
    prop_oneof![
        0_u64..600,
        any::<u64>(),
        around.prop_map(|(bit, offset)| (1_u64 << bit).wrapping_add(offset).wrapping_sub(1)),
    ]
}

fn hash() -> impl Strategy<Value = TreeHash> {
    any::<[u8; 32]>().prop_map(TreeHash::new)
}

/// Gives as many hashes as it was asked for, or that and some.
struct Anything {
    more: usize,
}

impl HashReader for Anything {
    type Error = ();

    fn tile(&mut self, _: TileId, width: u16) -> Result<Vec<TreeHash>, ()> {
        Ok(vec![TreeHash::EMPTY; usize::from(width) + self.more])
    }
}

fn check_refused<T: std::fmt::Debug>(read: &Result<T, ReadError<()>>) -> Result<(), TestCaseError> {
    let width = matches!(read, Err(ReadError::Width { .. } | ReadError::Log(_)));
    prop_assert!(width, "{:?}", read);
    Ok(())
}

proptest! {
    #[test]
    fn no_numbers_and_hashes_are_proven_by_chance(
        one in number(),
        other in number(),
        (old_root, root) in (hash(), hash()),
        proof in prop::collection::vec(hash(), 0..70),
    ) {
        prop_assert!(verify_inclusion(one, other, leaf(one), root, &proof).is_err());
        prop_assert!(verify_consistency(one, other, old_root, root, &proof).is_err());
    }

    #[test]
    fn a_proof_never_has_more_hashes_than_a_number_has_bits(one in number(), other in number()) {
        let mut reader = Anything { more: 0 };
        if let Ok(proof) = inclusion_proof(one, other, &mut reader) {
            prop_assert!(proof.len() <= 63);
        }
        if let Ok(proof) = consistency_proof(one, other, &mut reader) {
            prop_assert!(proof.len() <= 64);
        }
    }

    #[test]
    fn a_reader_that_gives_too_much_is_refused(one in number(), other in 2_u64..) {
        let mut reader = Anything { more: 1 };
        check_refused(&root_at(other, &mut reader))?;
        check_refused(&inclusion_proof(one, other, &mut reader))?;
    }

    #[test]
    fn any_tile_of_any_tree_has_a_width(level in any::<u8>(), index in number(), size in number()) {
        let width = u64::from(tile_width(TileId { level, index }, size));
        prop_assert!(width <= 256 && width <= size);
    }

    #[test]
    fn any_bytes_are_a_row_of_hashes_or_not(
        size in number(),
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            prop::collection::vec(any::<[u8; 32]>(), 0..9).prop_map(|hashes| hashes.concat()),
        ],
    ) {
        let tile = tile_from_bytes(&bytes);
        prop_assert_eq!(tile.is_ok(), bytes.len().is_multiple_of(32));
        if let Ok(hashes) = &tile {
            prop_assert_eq!(&tile_to_bytes(hashes), &bytes);
        }
        match Frontier::from_bytes(size, &bytes) {
            Ok(frontier) => prop_assert_eq!((frontier.size(), frontier.to_bytes()), (size, bytes)),
            Err(LogError::Bytes { actual }) => prop_assert_eq!(actual, bytes.len()),
            Err(error) => {
                let other = matches!(error, LogError::Nodes { .. } | LogError::Size { .. });
                prop_assert!(other, "{}", error);
            }
        }
    }
}
