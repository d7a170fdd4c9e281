//! Passwords: which ones may be chosen, and how they are kept.

mod policy;
mod stored;

pub use policy::{Password, PasswordError};
pub use stored::{
    PasswordCheck, StoredPassword, StoredPasswordError, dummy_verify, hash_password,
    verify_password,
};
