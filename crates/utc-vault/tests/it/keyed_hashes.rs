//! Keyed hashes and CSRF tokens.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use utc_vault::{BearerId, HashPurpose, KeyedHash, Match, csrf_matches, csrf_token, keyed_hash};

use crate::fixture::{key, keys};

const PURPOSE: HashPurpose = HashPurpose::ApiToken;

fn session(text: &str) -> BearerId {
    text.parse().unwrap()
}

#[test]
fn the_active_key_hashes_and_previous_ones_still_match() {
    let old = keyed_hash(&keys(1, &[]), PURPOSE, b"secret");
    let check = |active, previous: &[u8], bytes: &[u8]| {
        old.matches(&keys(active, previous), PURPOSE, bytes)
    };
    assert_eq!(old.key_id(), key(1).id());
    assert_eq!(check(1, &[], b"secret"), Match::Current);
    assert_eq!(check(2, &[3, 1], b"secret"), Match::Outdated);
    assert_eq!(check(1, &[], b"Secret"), Match::No);
    assert_eq!(check(2, &[1], b"Secret"), Match::No);
    assert_eq!(check(2, &[3], b"secret"), Match::UnknownKey);
}

#[test]
fn only_what_was_hashed_is_a_match() {
    let all = [
        Match::Current,
        Match::Outdated,
        Match::No,
        Match::UnknownKey,
    ];
    assert_eq!(all.map(Match::is_match), [true, true, false, false]);
}

#[test]
fn a_hash_matches_for_its_own_purpose_only() {
    let ring = keys(1, &[]);
    for &hashed_for in HashPurpose::ALL {
        let hash = keyed_hash(&ring, hashed_for, b"secret");
        for &compared_for in HashPurpose::ALL {
            let found = hash.matches(&ring, compared_for, b"secret");
            assert_eq!(found.is_match(), compared_for == hashed_for);
        }
    }
}

#[test]
fn a_hash_has_one_spelling() {
    let text = keyed_hash(&keys(1, &[]), PURPOSE, b"secret").to_string();
    assert_eq!(text.len(), 60);
    // A last character of B has bits behind the last byte.
    let with_last = |last: &str| format!("{}.{}{last}", "a".repeat(16), "A".repeat(42));
    assert!(with_last("A").parse::<KeyedHash>().is_ok());
    for other in [
        text.to_uppercase(),
        format!(" {text}"),
        format!("{text}\n"),
        format!("{text}="),
        text.replace('.', ":"),
        text.replacen('.', "..", 1),
        text[1..].to_owned(),
        text[..59].to_owned(),
        String::new(),
        ".".to_owned(),
        with_last("B"),
    ] {
        assert!(other.parse::<KeyedHash>().is_err(), "{other}");
    }
}

#[test]
fn a_csrf_token_belongs_to_one_session() {
    let ring = keys(1, &[]);
    let (mine, yours) = (session("0123456789abcdef"), session("0123456789abcdee"));
    let token = csrf_token(&ring, mine);
    assert!(csrf_matches(&ring, mine, &token));
    assert!(!csrf_matches(&ring, yours, &token));
    assert!(!csrf_matches(&ring, mine, ""));
    assert!(!csrf_matches(&ring, mine, &token[1..]));
    assert!(!csrf_matches(&ring, mine, &format!("{token}A")));
}

#[test]
fn a_csrf_token_outlives_a_rotation_and_no_lost_key() {
    let mine = session("0123456789abcdef");
    let token = csrf_token(&keys(1, &[]), mine);
    assert!(csrf_matches(&keys(2, &[1]), mine, &token));
    assert!(!csrf_matches(&keys(2, &[]), mine, &token));
}

#[test]
fn a_hash_of_the_session_for_another_purpose_is_no_csrf_token() {
    let ring = keys(1, &[]);
    let mine = session("0123456789abcdef");
    let bytes = 0x0123_4567_89ab_cdef_u64.to_be_bytes();
    let hash = |purpose| keyed_hash(&ring, purpose, &bytes).to_string();
    assert!(csrf_matches(&ring, mine, &hash(HashPurpose::Csrf)));
    assert!(!csrf_matches(&ring, mine, &hash(HashPurpose::Session)));
}

proptest! {
    #[test]
    fn a_stored_hash_matches_what_was_hashed_and_nothing_else(
        bytes in vec(any::<u8>(), 0..100),
        other in vec(any::<u8>(), 0..100),
        purpose in select(HashPurpose::ALL),
    ) {
        let ring = keys(1, &[]);
        let text = keyed_hash(&ring, purpose, &bytes).to_string();
        let stored: KeyedHash = text.parse().unwrap();
        prop_assert_eq!(stored.to_string(), text);
        prop_assert!(stored.matches(&ring, purpose, &bytes).is_match());
        prop_assert_eq!(stored.matches(&ring, purpose, &other).is_match(), bytes == other);
    }

    #[test]
    fn one_changed_character_is_no_match(at in 0..60_usize, to in "[0-9a-zA-Z_.-]") {
        let ring = keys(1, &[]);
        let text = keyed_hash(&ring, PURPOSE, b"secret").to_string();
        let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
        let found = changed
            .parse()
            .is_ok_and(|hash: KeyedHash| hash.matches(&ring, PURPOSE, b"secret").is_match());
        prop_assert_eq!(found, changed == text);
    }

    #[test]
    fn no_text_makes_the_reader_panic_or_has_two_spellings(text in "\\PC{0,30}|[0-9a-f]{16}\\.[A-Za-z0-9_-]{43}") {
        if let Ok(hash) = text.parse::<KeyedHash>() {
            prop_assert_eq!(hash.to_string(), text);
        }
    }
}
