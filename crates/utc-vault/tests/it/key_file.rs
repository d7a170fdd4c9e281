//! The text of a key file.

use proptest::collection::{btree_set, vec};
use proptest::prelude::{any, prop_assert_eq, proptest};
use utc_vault::{DataKey, DataKeys, KeyError, KeyFileError};

use crate::fixture::key;

/// Keys of 32 bytes that are all 1, and all 2.
const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

fn ids(ring: &DataKeys) -> Vec<String> {
    ring.iter().map(|key| key.id().to_string()).collect()
}

fn check_read(text: &str, expected: &[u8]) {
    let expected: Vec<String> = expected.iter().map(|&b| key(b).id().to_string()).collect();
    assert_eq!(ids(&DataKeys::parse(text).unwrap()), expected, "{text:?}");
}

fn check_refused(text: &str, expected: &KeyFileError) {
    assert_eq!(&DataKeys::parse(text).unwrap_err(), expected, "{text:?}");
}

#[test]
fn the_first_key_is_active() {
    check_read(ONE, &[1]);
    check_read(&format!("{ONE}\n{TWO}\n"), &[1, 2]);
    check_read(&format!("{TWO}\n{ONE}\n"), &[2, 1]);
}

#[test]
fn comments_blank_lines_and_white_space_do_not_count() {
    check_read(
        &format!("# active\n\n  {ONE}\t\r\n \n  # before\r\n{TWO}"),
        &[1, 2],
    );
}

#[test]
fn a_file_without_keys_is_refused() {
    for text in ["", "\n\n", "# nothing yet\n"] {
        check_refused(text, &KeyFileError::Empty);
    }
}

#[test]
fn a_line_of_another_length_is_named() {
    let length = |line, actual| KeyFileError::Length {
        line,
        expected: 43,
        actual,
    };
    check_refused(&format!("{ONE}="), &length(1, 44));
    check_refused(&format!("# comment\n\n{}", &ONE[1..]), &length(3, 42));
    check_refused(&format!("{ONE}\n{ONE}{TWO}"), &length(2, 86));
    check_refused(&format!("{ONE} # active"), &length(1, 52));
}

#[test]
fn a_line_that_is_no_base64url_is_named() {
    let encoding = KeyFileError::Encoding { line: 2 };
    let with_end = |end: &str| format!("{ONE}\n{}{end}", &TWO[..42]);
    // Standard alphabet, padding, a letter outside ASCII, and bits behind the last byte.
    for end in ["+", "/", "=", "é", "J"] {
        check_refused(&with_end(end), &encoding);
    }
    check_read(&with_end("I"), &[1, 2]);
}

#[test]
fn a_key_on_two_lines_is_named() {
    check_refused(
        &format!("{ONE}\n{TWO}\n# again\n{ONE}"),
        &KeyFileError::Key {
            line: 4,
            source: KeyError::Duplicate { id: key(1).id() },
        },
    );
}

#[test]
fn errors_show_nothing_of_the_line() {
    for text in [format!("{ONE}x"), format!("{}+", &ONE[..42])] {
        let error = DataKeys::parse(&text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("AQE"), "{shown}");
        assert!(shown.starts_with("line 1 of the key file"), "{shown}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(bytes in btree_set(any::<[u8; 32]>(), 1..6)) {
        let mut all = bytes.iter().map(|bytes| DataKey::new(bytes).unwrap());
        let ring = DataKeys::new(all.next().unwrap(), all.collect()).unwrap();
        let read = DataKeys::parse(&ring.render()).unwrap();
        prop_assert_eq!(ids(&read), ids(&ring));
        prop_assert_eq!(read.render(), ring.render());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in vec("(\\PC|[A-Za-z0-9_-]{43}|#|\n|\r){0,4}", 0..5)) {
        let _ = DataKeys::parse(&text.join("\n"));
    }
}
