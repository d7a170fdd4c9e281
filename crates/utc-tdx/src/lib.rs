#![doc = include_str!("../README.md")]

pub mod fuzz;
pub mod receive;
pub mod score;
pub mod ssf;

mod adapter;
mod bounded;
mod delivery;
mod draft;
mod entity;
mod event;
mod hash;
mod json;
mod key;
mod matching;
mod members;
mod refusal;
mod secret;
mod severity;
mod source;
mod text;
mod topic;

pub use adapter::{Adapter, Proof};
pub use bounded::{Confidence, RangeError, Trust};
pub use delivery::{Delivery, MAX_BODY_BYTES};
pub use entity::Entity;
pub use event::{Event, MAX_ENTITIES, MAX_EVENTS, Meaning};
pub use hash::ContentHash;
pub use json::MAX_DEPTH;
pub use key::{DedupeKey, Novelty, novelty};
pub use matching::{Directory, Reach};
pub use refusal::{QuarantineReason, Refusal, SignatureProblem};
pub use secret::{HmacSecret, SecretError};
pub use severity::Severity;
pub use source::{Rating, SourceName, Speaker, Standing};
pub use text::{Link, Summary};
pub use topic::Topic;
