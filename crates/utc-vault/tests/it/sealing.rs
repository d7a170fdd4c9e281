//! Sealing, opening, the stored form, and moving to another key.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use utc_vault::{Aad, SealError, SealPurpose, Sealed, SealedError, open, reseal, seal};

use crate::fixture::{NONCE, OTHER_NONCE, key, keys, row};

const PURPOSE: SealPurpose = SealPurpose::HeldRequest;

fn sealed_under(byte: u8) -> Sealed {
    seal(&keys(byte, &[]), PURPOSE, &row(), b"held", NONCE).unwrap()
}

#[test]
fn a_previous_key_opens_and_the_active_one_seals() {
    let ring = keys(2, &[1]);
    let old = sealed_under(1);
    assert_eq!(*open(&ring, PURPOSE, &row(), &old).unwrap(), b"held");
    let new = seal(&ring, PURPOSE, &row(), b"held", NONCE).unwrap();
    assert_eq!(new.key_id(), key(2).id());
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let sealed = sealed_under(1);
    let expected = SealError::UnknownKey { id: key(1).id() };
    let opened = open(&keys(2, &[3]), PURPOSE, &row(), &sealed);
    assert_eq!(opened.unwrap_err(), expected);
    let moved = reseal(&keys(2, &[3]), PURPOSE, &row(), &sealed, OTHER_NONCE);
    assert_eq!(moved.unwrap_err(), expected);
}

#[test]
fn a_value_opens_for_its_own_purpose_only() {
    let ring = keys(1, &[]);
    for &sealed_for in SealPurpose::ALL {
        let sealed = seal(&ring, sealed_for, &row(), b"held", NONCE).unwrap();
        for &opened_for in SealPurpose::ALL {
            let opened = open(&ring, opened_for, &row(), &sealed);
            assert_eq!(opened.is_ok(), opened_for == sealed_for);
        }
    }
}

#[test]
fn resealing_moves_to_the_active_key_once() {
    let ring = keys(2, &[1]);
    let moved = reseal(&ring, PURPOSE, &row(), &sealed_under(1), OTHER_NONCE).unwrap();
    let moved = moved.unwrap();
    assert_eq!(moved.key_id(), key(2).id());
    assert_eq!(
        *open(&keys(2, &[]), PURPOSE, &row(), &moved).unwrap(),
        b"held"
    );
    let again = reseal(&ring, PURPOSE, &row(), &moved, NONCE).unwrap();
    assert_eq!(again, None);
}

#[test]
fn resealing_refuses_what_does_not_open() {
    let elsewhere = Aad::of("approval", "ap-18");
    let moved = reseal(
        &keys(2, &[1]),
        PURPOSE,
        &elsewhere,
        &sealed_under(1),
        OTHER_NONCE,
    );
    assert_eq!(moved.unwrap_err(), SealError::Tampered);
}

#[test]
fn the_stored_form_is_49_bytes_longer() {
    for length in [0, 1, 1_000] {
        let plaintext = vec![7; length];
        let sealed = seal(&keys(1, &[]), PURPOSE, &row(), &plaintext, NONCE).unwrap();
        assert_eq!(sealed.to_bytes().len(), length + 49);
    }
}

#[test]
fn fewer_bytes_than_an_empty_value_has_are_no_sealed_value() {
    let sealed = seal(&keys(1, &[]), PURPOSE, &row(), b"", NONCE).unwrap();
    let bytes = sealed.to_bytes();
    assert_eq!(Sealed::from_bytes(&bytes), Ok(sealed));
    for actual in 0..49 {
        let expected = SealedError::TooShort { min: 49, actual };
        assert_eq!(Sealed::from_bytes(&bytes[..actual]), Err(expected));
    }
}

#[test]
fn another_version_is_named() {
    let mut bytes = sealed_under(1).to_bytes();
    for found in [0, 2, 255] {
        bytes[0] = found;
        let error = Sealed::from_bytes(&bytes).unwrap_err();
        assert_eq!(error, SealedError::Version { found });
    }
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(
        plaintext in vec(any::<u8>(), 0..300),
        nonce: [u8; 24],
        key: [u8; 32],
        purpose in select(SealPurpose::ALL),
        value in vec(any::<u8>(), 0..40),
    ) {
        let active = utc_vault::DataKey::new(&key).unwrap();
        let ring = utc_vault::DataKeys::new(active, Vec::new()).unwrap();
        let aad = Aad::of("row", value);
        let bytes = seal(&ring, purpose, &aad, &plaintext, nonce).unwrap().to_bytes();
        let sealed = Sealed::from_bytes(&bytes).unwrap();
        prop_assert_eq!(sealed.to_bytes(), bytes);
        prop_assert_eq!(&*open(&ring, purpose, &aad, &sealed).unwrap(), &plaintext);
    }

    #[test]
    fn one_flipped_bit_anywhere_is_noticed(
        plaintext in vec(any::<u8>(), 0..60),
        bit in any::<proptest::sample::Index>(),
    ) {
        let ring = keys(1, &[2]);
        let mut bytes = seal(&ring, PURPOSE, &row(), &plaintext, NONCE).unwrap().to_bytes();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let opened = Sealed::from_bytes(&bytes)
            .ok()
            .and_then(|sealed| open(&ring, PURPOSE, &row(), &sealed).ok());
        prop_assert_eq!(opened, None);
    }

    #[test]
    fn a_key_id_swapped_for_another_known_one_is_noticed(plaintext in vec(any::<u8>(), 0..60)) {
        let ring = keys(1, &[2]);
        let mut bytes = seal(&ring, PURPOSE, &row(), &plaintext, NONCE).unwrap().to_bytes();
        let other = sealed_under(2).to_bytes();
        bytes[1..9].copy_from_slice(&other[1..9]);
        let sealed = Sealed::from_bytes(&bytes).unwrap();
        prop_assert_eq!(open(&ring, PURPOSE, &row(), &sealed), Err(SealError::Tampered));
    }

    #[test]
    fn no_bytes_make_the_reader_panic_or_open(mut bytes in vec(any::<u8>(), 0..120)) {
        let genuine = sealed_under(1).to_bytes();
        for (to, from) in bytes.iter_mut().zip(&genuine[..9]) {
            *to = *from;
        }
        if let Ok(sealed) = Sealed::from_bytes(&bytes) {
            prop_assert!(open(&keys(1, &[]), PURPOSE, &row(), &sealed).is_err());
        }
    }
}
