//! How passwords are kept and compared.

use utc_vault::{
    Password, PasswordCheck, StoredPassword, StoredPasswordError, dummy_verify, hash_password,
    verify_password,
};

const GOOD: &str = "correct horse battery staple";
const SALT: [u8; 16] = [7; 16];

/// With more passes and less memory than today; like the next two, made by another implementation.
const OUTDATED: &str = "$argon2id$v=19$m=8192,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$lHMS9i5KyG9jybYi8UewBhhGc59T3QDy0iNs0D20E6w";

/// With today's cost, but a shorter salt.
const SHORT_SALT: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgc$Txb3Bs6uhCpVPmTaTm8+J3GRJ9rN32QChHbjfodWMMs";

/// With today's cost, but a shorter hash.
const SHORT_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$kR1KtUbQOkm51miqXxYZzQ";

fn stored(text: &str) -> StoredPassword {
    hash_password(&Password::new(text, "alice").unwrap(), SALT).unwrap()
}

fn check_refused(text: &str, expected: &StoredPasswordError) {
    let error = text.parse::<StoredPassword>().unwrap_err();
    assert_eq!(&error, expected, "{text}");
}

#[test]
fn the_right_password_is_right_and_others_are_wrong() {
    let stored = stored(GOOD);
    assert_eq!(verify_password(GOOD, &stored), Ok(PasswordCheck::Right));
    for other in [
        "",
        "Correct horse battery staple",
        "correct horse battery staple ",
    ] {
        assert_eq!(verify_password(other, &stored), Ok(PasswordCheck::Wrong));
    }
    let long = GOOD.repeat(100);
    assert_eq!(verify_password(&long, &stored), Ok(PasswordCheck::Wrong));
}

#[test]
fn accents_may_come_apart_or_in_one() {
    let stored = stored("café café café");
    assert_eq!(
        verify_password("cafe\u{301} café cafe\u{301}", &stored),
        Ok(PasswordCheck::Right)
    );
    assert_eq!(
        verify_password("cafe cafe cafe", &stored),
        Ok(PasswordCheck::Wrong)
    );
}

#[test]
fn the_stored_text_names_its_cost_and_is_read_again() {
    let text = stored(GOOD).to_string();
    assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"));
    assert_eq!(text.len(), 97);
    let read: StoredPassword = text.parse().unwrap();
    assert_eq!(read.to_string(), text);
    assert_eq!(verify_password(GOOD, &read), Ok(PasswordCheck::Right));
}

#[test]
fn each_salt_gives_another_hash() {
    let password = Password::new(GOOD, "alice").unwrap();
    let hashed = |salt| hash_password(&password, salt).unwrap().to_string();
    assert_eq!(hashed([1; 16]), hashed([1; 16]));
    let tail = |text: String| text.rsplit('$').next().unwrap().to_owned();
    assert_ne!(tail(hashed([1; 16])), tail(hashed([2; 16])));
}

#[test]
fn a_hash_with_other_parameters_is_right_but_outdated() {
    for text in [OUTDATED, SHORT_SALT, SHORT_HASH] {
        let old: StoredPassword = text.parse().unwrap();
        assert_eq!(
            verify_password(GOOD, &old),
            Ok(PasswordCheck::RightButOutdated)
        );
        assert_eq!(verify_password("another", &old), Ok(PasswordCheck::Wrong));
    }
}

#[test]
fn nobodys_password_is_always_wrong() {
    let long = GOOD.repeat(100);
    for presented in [GOOD, "", "\0", &long] {
        assert_eq!(dummy_verify(presented), Ok(PasswordCheck::Wrong));
    }
}

#[test]
fn other_algorithms_and_forms_are_refused() {
    for text in [
        "",
        "$",
        "correct horse",
        &OUTDATED[1..],
        &OUTDATED.replace("argon2id", "argon2i"),
        &OUTDATED.replace("argon2id", "scrypt"),
        &OUTDATED.replace("v=19", "v=16"),
        &OUTDATED.replace("$v=19", ""),
        &OUTDATED.replace("p=1", "p=1,x=1"),
        &OUTDATED.replace("p=1", "p=1,keyid=AAAA"),
        &OUTDATED.replace("p=1", "p=1,data=AAAA"),
        &OUTDATED.replace("t=3", "t=0"),
        &OUTDATED.replace("m=8192", "m=99999999999"),
        OUTDATED.rsplit_once('$').unwrap().0,
        &format!("{OUTDATED}$"),
        &format!("{OUTDATED}{}", "A".repeat(200)),
    ] {
        check_refused(text, &StoredPasswordError::Form);
    }
}

#[test]
fn a_doctored_row_cannot_ask_for_more_than_allowed() {
    for (from, to) in [("m=8192", "m=262145"), ("t=3", "t=17"), ("p=1", "p=17")] {
        check_refused(&OUTDATED.replace(from, to), &StoredPasswordError::Cost);
    }
    let most = OUTDATED.replace("m=8192,t=3,p=1", "m=262144,t=16,p=16");
    assert!(most.parse::<StoredPassword>().is_ok());
}
