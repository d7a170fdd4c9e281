#![doc = include_str!("../README.md")]

mod aad;
mod bearer;
mod csrf;
mod data_key;
mod encode;
mod key_file;
mod keyed_hash;
mod password;
mod purpose;
mod ring;
mod seal;
mod sealed;

pub use aad::Aad;
pub use bearer::{
    Api, ApiToken, Bearer, BearerError, BearerId, BearerKind, Login, LoginLink, Session,
    SessionSecret, Setup, SetupLink,
};
pub use csrf::{csrf_matches, csrf_token};
pub use data_key::{DataKey, DataKeyId, KeyError};
pub use key_file::KeyFileError;
pub use keyed_hash::{KeyedHash, KeyedHashError, Match, keyed_hash};
pub use password::{
    Password, PasswordCheck, PasswordError, StoredPassword, StoredPasswordError, dummy_verify,
    hash_password, verify_password,
};
pub use purpose::{HashPurpose, SealPurpose};
pub use ring::DataKeys;
pub use seal::{SealError, open, reseal, seal};
pub use sealed::{Sealed, SealedError};
