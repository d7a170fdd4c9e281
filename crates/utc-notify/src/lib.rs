#![doc = include_str!("../README.md")]

mod courier;
mod schedule;
mod sender;
mod signature;
mod verdict;

pub use courier::Courier;
pub use schedule::{LONGEST_JITTER, delay};
pub use sender::{Observer, Sender, start};
pub use signature::{KeyError, signature};
pub use verdict::{Report, settled};
