//! Which passwords may be chosen.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use utc_vault::{Password, PasswordError};

const GOOD: &str = "correct horse battery staple";

fn check(text: &str, user: &str, expected: &Result<(), PasswordError>) {
    assert_eq!(&Password::new(text, user).map(drop), expected, "{text:?}");
}

#[test]
fn a_password_has_12_to_256_characters() {
    let too_short = |actual| Err(PasswordError::TooShort { min: 12, actual });
    check("", "alice", &too_short(0));
    check(&"x".repeat(11), "alice", &too_short(11));
    check(&"x".repeat(12), "alice", &Ok(()));
    check(&"x".repeat(256), "alice", &Ok(()));
    let too_long = Err(PasswordError::TooLong { max: 256 });
    check(&"x".repeat(257), "alice", &too_long);
    check(&"x".repeat(1 << 20), "alice", &too_long);
}

#[test]
fn characters_are_counted_in_normal_form_and_not_bytes() {
    let actual = 11;
    let too_short = Err(PasswordError::TooShort { min: 12, actual });
    // An e and an accent of its own are one character, as is the é.
    check(&"e\u{301}".repeat(11), "alice", &too_short);
    check(&"é".repeat(11), "alice", &too_short);
    check(&"e\u{301}".repeat(256), "alice", &Ok(()));
    check(&"😀".repeat(256), "alice", &Ok(()));
}

#[test]
fn control_characters_are_refused_and_spaces_are_not() {
    check(GOOD, "alice", &Ok(()));
    for control in ["\n", "\t", "\0", "\u{7f}", "\u{85}"] {
        check(
            &format!("{GOOD}{control}"),
            "alice",
            &Err(PasswordError::Control),
        );
    }
}

#[test]
fn the_users_own_name_does_not_count() {
    let own_name = Err(PasswordError::OwnName { min: 12 });
    for text in [
        "alicealicealice",
        "ALICE-alice-Alice",
        "alice12345678901",
        "my name is Alice",
    ] {
        check(text, "Alice", &own_name);
        check(text, "bob", &Ok(()));
    }
    check("alice and the white rabbit", "alice", &Ok(()));
    // The name with an accent of its own is the same name.
    check("rené rené rené rené", "rene\u{301}", &own_name);
    check(GOOD, "", &Ok(()));
}

#[test]
fn refusals_tell_a_person_what_to_change() {
    let error = Password::new("alicealicealice", "alice").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a password must have at least 12 characters besides the user's own name"
    );
    let error = Password::new("short", "alice").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a password must have at least 12 characters, this one has 5"
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(text in "\\PC{0,300}|.{0,20}", user in "\\PC{0,20}") {
        let _ = Password::new(&text, &user);
    }

    #[test]
    fn a_password_in_whatever_normal_form_is_judged_alike(base in "[a-zäöüéñ]{8,16}") {
        let apart: String = unicode_normalization::UnicodeNormalization::nfd(base.as_str()).collect();
        let judged = |text: &str| Password::new(text, "bob").map(drop);
        prop_assert_eq!(judged(&apart), judged(&base));
    }

    #[test]
    fn a_name_repeated_is_never_a_password(user in "[a-zA-Z]{1,20}", times in 1..13_usize) {
        prop_assert!(Password::new(&user.repeat(times), &user).is_err());
    }
}
