#![doc = include_str!("../README.md")]

mod decision;
mod draft;
mod error;
mod level;
mod name;
mod number;
mod port;
mod receipt;
mod time;
mod unit;

pub use decision::{Code, Decision, Ground, GroundSet, Rule};
pub use draft::{Draft, GrantUse, KeyChange, KeyState, Meta, PolicyRef};
pub use error::DomainError;
pub use level::{LevelCause, ProtectionLevel};
pub use name::{Action, CorrelationText, PayloadHash, Reason, Subject, UnitName};
pub use number::{MAX_NUMBER, round6};
pub use port::{Clock, SealError, Sealer};
pub use receipt::{KeyId, LeafHash, Placement, ReceiptId, ReceiptKind, Sealed};
pub use time::Timestamp;
pub use unit::{Criticality, Mode};
