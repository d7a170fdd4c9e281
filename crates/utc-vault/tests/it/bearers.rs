//! Tokens, sessions and links, by example.

use utc_vault::{
    Api, ApiToken, Bearer, BearerError, BearerId, BearerKind, Login, Match, Session, SessionSecret,
    Setup,
};

use crate::fixture::keys;

const ID: [u8; 8] = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77];
const SECRET: [u8; 32] = [9; 32];

fn token() -> ApiToken {
    ApiToken::new(ID, &SECRET)
}

fn check_refused(text: &str, expected: &BearerError) {
    assert_eq!(&ApiToken::parse(text).unwrap_err(), expected, "{text:?}");
}

/// Texts of this kind have this length, are read again, and are of no other kind.
fn check_kind<K: BearerKind>(expected_length: usize) {
    let text = Bearer::<K>::new(ID, &SECRET).render();
    assert_eq!(text.len(), expected_length);
    assert!(text.starts_with(&format!("{}0011223344556677_", K::PREFIX)));
    let read = [
        Bearer::<Api>::parse(&text).map(|bearer| bearer.render()),
        Bearer::<Session>::parse(&text).map(|bearer| bearer.render()),
        Bearer::<Setup>::parse(&text).map(|bearer| bearer.render()),
        Bearer::<Login>::parse(&text).map(|bearer| bearer.render()),
    ];
    assert_eq!(read.iter().flatten().collect::<Vec<_>>(), [&text]);
    assert_eq!(*text.parse::<Bearer<K>>().unwrap().render(), *text);
}

#[test]
fn each_kind_has_its_form() {
    check_kind::<Api>(69);
    check_kind::<Session>(76);
    check_kind::<Setup>(74);
    check_kind::<Login>(74);
}

#[test]
fn the_id_is_public_and_has_one_spelling() {
    let id = token().id();
    assert_eq!(id.to_string(), "0011223344556677");
    assert_eq!("0011223344556677".parse::<BearerId>(), Ok(id));
    for other in ["", "11223344556677", "00112233445566AA", "+011223344556677"] {
        assert_eq!(other.parse::<BearerId>(), Err(BearerError::Form));
    }
}

#[test]
fn another_beginning_is_another_kind() {
    let expected = "utc_";
    let session = SessionSecret::new(ID, &SECRET).render();
    let upper = token().render().to_uppercase();
    for text in ["", "utc", "Bearer utc_", " utc_", &session, &upper] {
        check_refused(text, &BearerError::Prefix { expected });
    }
}

#[test]
fn a_text_of_another_length_was_cut_or_glued() {
    let text = token().render();
    let length = |actual| BearerError::Length {
        expected: 69,
        actual,
    };
    check_refused("utc_", &length(4));
    check_refused(&text[..68], &length(68));
    check_refused(&format!("{}\n", text.as_str()), &length(70));
    check_refused(&format!("{}{}", text.as_str(), text.as_str()), &length(138));
    check_refused(&format!("utc_{}", "é".repeat(70)), &length(74));
    check_refused(
        &format!("utc_{}", "x".repeat(1 << 20)),
        &length(4 + (1 << 20)),
    );
}

#[test]
fn characters_that_cannot_stand_there_are_refused() {
    let text = token().render();
    let with = |at: usize, to: &str| format!("{}{to}{}", &text[..at], &text[at + 1..]);
    for other in [
        with(4, "A"),
        with(4, "g"),
        with(4, "+"),
        with(20, "-"),
        with(20, " "),
        with(21, "+"),
        with(21, "="),
        with(68, "="),
        with(68, "é"),
        with(19, "é"),
    ] {
        check_refused(&other, &BearerError::Form);
    }
}

#[test]
fn a_mistyped_character_is_told_from_a_revoked_token() {
    let text = token().render();
    let with = |at: usize, to: &str| format!("{}{to}{}", &text[..at], &text[at + 1..]);
    // In the id, in the secret, in the checksum.
    for other in [with(5, "9"), with(30, "x"), with(67, "-")] {
        assert_ne!(other, text.as_str());
        check_refused(&other, &BearerError::Checksum);
    }
}

#[test]
fn halves_of_two_tokens_make_no_token() {
    let other = ApiToken::new([1; 8], &[2; 32]).render();
    let glued = format!("{}{}", &token().render()[..20], &other[20..]);
    check_refused(&glued, &BearerError::Checksum);
}

#[test]
fn a_token_matches_its_stored_hash() {
    let (before, after) = (keys(1, &[]), keys(2, &[1]));
    let stored = token().hash(&before);
    assert_eq!(token().matches(&before, &stored), Match::Current);
    assert_eq!(token().matches(&after, &stored), Match::Outdated);
    assert_eq!(token().matches(&keys(2, &[]), &stored), Match::UnknownKey);
}

#[test]
fn a_hash_is_of_the_id_and_the_kind_too() {
    let ring = keys(1, &[]);
    let stored = token().hash(&ring);
    let other_id = ApiToken::new([0; 8], &SECRET);
    let other_secret = ApiToken::new(ID, &[8; 32]);
    let other_kind = SessionSecret::new(ID, &SECRET);
    assert_eq!(other_id.matches(&ring, &stored), Match::No);
    assert_eq!(other_secret.matches(&ring, &stored), Match::No);
    assert_eq!(other_kind.matches(&ring, &stored), Match::No);
}
