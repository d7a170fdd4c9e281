#![doc = include_str!("../README.md")]

mod claims;
mod digest;
mod json;
mod key;
mod leaf;
pub mod log;
mod request;
mod ring;
mod seal;
mod secret;
mod token;
mod verify;

pub use claims::{
    AUDIENCE, Claims, Engine, FilterClaims, ForecastClaims, KeyClaims, LinkClaims, LogBeforeClaims,
    MetaClaims, PolicyClaims, ReplayClaims, SCHEMA, SignalClaims,
};
pub use digest::{salted_digest, sha256_hex};
pub use json::{
    CanonicalError, Limits, MAX_INTEGER, Problem, StrictError, canonical, check_strict,
};
pub use key::{HmacKey, KeyError};
pub use leaf::leaf_hash;
pub use request::{BoundRequest, ForwardedRequest, request_digest};
pub use ring::KeyRing;
pub use seal::ReceiptSealer;
pub use secret::Secret;
pub use token::{ALGORITHM, MAX_ENTRY_BYTES, MAX_TOKEN_BYTES, TYPE};
pub use verify::{
    Check, CheckName, Expected, Members, Opened, Outcome, Policy, Verification, open, verify,
};
