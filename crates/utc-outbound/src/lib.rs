#![doc = include_str!("../README.md")]

mod address;
mod allow;
mod body;
mod client;
mod dial;
mod error;
mod patience;
mod policy;
mod request;
mod resolver;
mod response;
mod target;
mod tls;

pub use address::{AddressClass, Standing};
pub use allow::{AllowEntry, AllowEntryError};
pub use body::{Body, BoxError};
pub use client::{Outbound, Timeouts};
pub use error::{OutboundError, Phase};
pub use policy::{OutboundPolicy, Refusal};
pub use request::{Connection, Request};
pub use resolver::{Resolve, Resolving, SystemResolver};
pub use response::Response;
pub use target::{Target, TargetError};
