//! What `Debug` shows.

use utc_vault::{
    ApiToken, DataKey, HashPurpose, Password, SealPurpose, StoredPassword, csrf_token, keyed_hash,
    seal,
};

use crate::fixture::{NONCE, key, keys, row};

const STORED: &str = "$argon2id$v=19$m=8192,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$lHMS9i5KyG9jybYi8UewBhhGc59T3QDy0iNs0D20E6w";

fn check(shown: &str, expected: &str) {
    assert_eq!(shown, expected);
}

#[test]
fn keys_show_their_ids() {
    let (one, two) = (key(1).id(), key(2).id());
    check(&format!("{one:?}"), &format!("DataKeyId({one})"));
    check(&format!("{:?}", key(1)), &format!("DataKey({one}, ***)"));
    check(
        &format!("{:?}", keys(1, &[2])),
        &format!("[DataKey({one}, ***), DataKey({two}, ***)]"),
    );
}

#[test]
fn sealed_values_show_key_and_length() {
    let sealed = seal(
        &keys(1, &[]),
        SealPurpose::HeldAnswer,
        &row(),
        b"held",
        NONCE,
    )
    .unwrap();
    check(
        &format!("{sealed:?}"),
        &format!("Sealed({}, 20 bytes)", key(1).id()),
    );
}

#[test]
fn hashes_show_their_key() {
    let hash = keyed_hash(&keys(1, &[]), HashPurpose::Session, b"secret");
    check(
        &format!("{hash:?}"),
        &format!("KeyedHash({}, ***)", key(1).id()),
    );
}

#[test]
fn bearers_show_kind_and_id() {
    let token = ApiToken::new([0xab; 8], &[9; 32]);
    check(&format!("{token:?}"), "Bearer(utc_abababababababab_***)");
    check(&format!("{:?}", token.id()), "BearerId(abababababababab)");
}

#[test]
fn passwords_show_at_most_their_cost() {
    let password = Password::new("correct horse battery staple", "alice").unwrap();
    check(&format!("{password:?}"), "Password(***)");
    let stored: StoredPassword = STORED.parse().unwrap();
    check(
        &format!("{stored:?}"),
        "StoredPassword(m=8192,t=3,p=1, ***)",
    );
}

#[test]
fn a_csrf_token_shows_nothing_of_the_session() {
    let session = ApiToken::new([0xab; 8], &[9; 32]).id();
    let token = csrf_token(&keys(1, &[]), session);
    assert!(!token.contains("abab"), "{token}");
}

#[test]
fn an_id_shows_nothing_of_its_key() {
    for byte in [0x11_u8, 0xaa] {
        let id = DataKey::new(&[byte; 32]).unwrap().id().to_string();
        assert!(!id.contains(&format!("{byte:02x}{byte:02x}")), "{id}");
    }
}
