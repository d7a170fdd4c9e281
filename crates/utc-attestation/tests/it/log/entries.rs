//! Bundles of entries.

use proptest::prelude::*;
use utc_attestation::log::{LogError, read_entries, write_entries};

fn bundle(entries: &[Vec<u8>]) -> Result<Vec<u8>, LogError> {
    write_entries(entries.iter().map(Vec::as_slice))
}

#[test]
fn each_entry_stands_behind_its_length() {
    let entries = [b"ab".to_vec(), Vec::new(), vec![7; 256]];
    let expected = [&[0, 2, b'a', b'b', 0, 0, 1, 0][..], &[7; 256]];
    assert_eq!(bundle(&entries), Ok(expected.concat()));
    assert_eq!(bundle(&[]), Ok(Vec::new()));
}

#[test]
fn an_entry_has_at_most_what_two_bytes_can_count() {
    assert!(bundle(&[vec![0; 65_535]]).is_ok());
    let refused = bundle(&[vec![0; 65_536]]);
    assert_eq!(refused, Err(LogError::Entry { actual: 65_536 }));
}

proptest! {
    #[test]
    fn entries_come_back_and_cut_bundles_do_not(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..9),
    ) {
        let whole = bundle(&entries).unwrap();
        let expected: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(read_entries(&whole), Ok(expected));
        let last = whole.len() - 2 - entries.last().unwrap().len();
        for cut in last + 1..whole.len() {
            prop_assert_eq!(read_entries(&whole[..cut]), Err(LogError::Bundle));
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(entries) = read_entries(&bytes) {
            prop_assert_eq!(write_entries(entries), Ok(bytes));
        }
    }
}
