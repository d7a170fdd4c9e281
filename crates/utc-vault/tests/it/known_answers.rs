//! Answers that other implementations gave: of HKDF, HMAC, ChaCha20-Poly1305 and Argon2id, put together
//! as the documentation says.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use utc_vault::{
    ApiToken, DataKey, DataKeys, HashPurpose, LoginLink, PasswordCheck, SealPurpose, SessionSecret,
    SetupLink, StoredPassword, csrf_token, keyed_hash, seal, verify_password,
};

use crate::fixture::row;

/// The key of the bytes 0, 1, … 31, as its line of a key file.
const KEY_LINE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const KEY_ID: &str = "9413e6459e170940";
const BEARER_ID: [u8; 8] = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77];

fn counting<const N: usize>(first: u8) -> [u8; N] {
    let mut next = first;
    std::array::from_fn(|_| {
        let byte = next;
        next += 1;
        byte
    })
}

fn ring() -> DataKeys {
    DataKeys::new(DataKey::new(&counting(0)).unwrap(), Vec::new()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
        .collect()
}

#[test]
fn the_cipher_is_that_of_the_draft() {
    // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    let text = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
                for the future, sunscreen would be it.";
    let aad = [
        0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
    ];
    let cipher = XChaCha20Poly1305::new(&counting::<32>(0x80).into());
    let payload = Payload {
        msg: text.as_bytes(),
        aad: &aad,
    };
    let sealed = cipher
        .encrypt(&counting::<24>(0x40).into(), payload)
        .unwrap();
    assert_eq!(
        hex(&sealed),
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
         731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
         2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
         21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780a\
         cf49"
    );
}

#[test]
fn the_key_id_is_derived_as_documented() {
    assert_eq!(ring().active().id().to_string(), KEY_ID);
    let parsed = DataKeys::parse(KEY_LINE).unwrap();
    assert_eq!(parsed.active().id().to_string(), KEY_ID);
}

#[test]
fn values_are_sealed_as_documented() {
    let check = |purpose, expected: &str| {
        let sealed = seal(&ring(), purpose, &row(), b"a held request", counting(0x40)).unwrap();
        let header = format!("01{KEY_ID}404142434445464748494a4b4c4d4e4f5051525354555657");
        assert_eq!(hex(&sealed.to_bytes()), format!("{header}{expected}"));
    };
    check(
        SealPurpose::HeldRequest,
        "73072e2f69760e35005ff7824ce7cc8425c2669923f1db8802e83cb99e1b",
    );
    check(
        SealPurpose::HeldAnswer,
        "da52fa656d5b0d7e538f91ec397591d8bb292803c12b6319e0917120cda1",
    );
    check(
        SealPurpose::SourceSecret,
        "73574ab00e4fff81e4ea7e5eb79f503cd0297fe411a1c1bc7a19080fc993",
    );
    check(
        SealPurpose::WebhookSecret,
        "867e6bd0dac48a9f02b06c34c49a947f793510c29e35dd58e1f2f7ea252d",
    );
}

#[test]
fn hashes_are_computed_as_documented() {
    let check = |purpose, expected: &str| {
        let hash = keyed_hash(&ring(), purpose, b"message").to_string();
        assert_eq!(hash, format!("{KEY_ID}.{expected}"));
    };
    check(
        HashPurpose::ApiToken,
        "vkBRL9Oi21B0seLgUOGz4g-CDxgnGM8PkEn2TAlElNo",
    );
    check(
        HashPurpose::Session,
        "5z5LkMBGTyDT_XJMtnlINWkiypnoasnbzVLdvCs-Ss8",
    );
    check(
        HashPurpose::SetupLink,
        "gwxkG_U0wCA-b2Tl0ulJow6wIotns4k6CC4sPkF6KCg",
    );
    check(
        HashPurpose::LoginLink,
        "N_cVapYnUZVO-GyJ3sOUt7GnKKMvndqkZrsVJc9N4hs",
    );
    check(
        HashPurpose::Csrf,
        "L43kq6ZIga1PsB5m_TFVx4mRb6jgbfJ_iDM-7R2Pj8A",
    );
}

#[test]
fn bearers_are_written_as_documented() {
    let secret = counting(100);
    let common = "0011223344556677_ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1-f4CBgo";
    let check = |text: &str, prefix: &str, end: &str| {
        assert_eq!(text, format!("{prefix}_{common}{end}"));
    };
    let token = ApiToken::new(BEARER_ID, &secret);
    check(&token.render(), "utc", "NmU_CD");
    let session = SessionSecret::new(BEARER_ID, &secret);
    check(&session.render(), "utcsession", "MKhy8z");
    check(
        &SetupLink::new(BEARER_ID, &secret).render(),
        "utcsetup",
        "OblEEE",
    );
    check(
        &LoginLink::new(BEARER_ID, &secret).render(),
        "utclogin",
        "NqZGHJ",
    );
    // What is hashed is the text.
    assert_eq!(
        token.hash(&ring()).to_string(),
        keyed_hash(&ring(), HashPurpose::ApiToken, token.render().as_bytes()).to_string()
    );
    let expected = format!("{KEY_ID}.e2-cI2tNXokApxvj-WF_2je_l38gAsgpCBZK0XRAemg");
    assert_eq!(csrf_token(&ring(), session.id()), expected);
}

#[test]
fn passwords_hashed_elsewhere_are_right() {
    let check = |password: &str, hash: &str| {
        let text = format!("$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw${hash}");
        let stored: StoredPassword = text.parse().unwrap();
        assert_eq!(verify_password(password, &stored), Ok(PasswordCheck::Right));
    };
    check(
        "correct horse battery staple",
        "gYJZtjEAJqjg26xdLmknq8/bB7MiWPrE9hsYuA+SkIU",
    );
    check(
        "café café café",
        "YVjkFEOjGwTVkA0jMEdDJqeQp6G7v7gWY0MYj9MwzjM",
    );
}
