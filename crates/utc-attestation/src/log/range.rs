//! Which parts of a tree a proof consists of.

use std::ops::Range;

/// The leaves below each node of the inclusion proof of RFC 6962, section 2.1.1, from the leaf upwards.
/// `index` lies below `size`.
pub(crate) fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = split(&tree);
        if index < middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The leaves below each node of the consistency proof of RFC 6962, section 2.1.2, in its order.
/// `old` is at least 1 and at most `new`.
pub(crate) fn consistency(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut tree = 0..new;
    while tree.end > old {
        let middle = split(&tree);
        if old <= middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    // A subtree that begins at the first leaf is the old tree itself, whose root the verifier knows.
    if tree.start > 0 {
        ranges.push(tree);
    }
    ranges.reverse();
    ranges
}

/// Where a tree of two or more leaves falls into two: behind the largest power of two of them that is
/// smaller than their number.
fn split(tree: &Range<u64>) -> u64 {
    let last = tree.end - tree.start - 1;
    tree.start + (1 << last.ilog2())
}
