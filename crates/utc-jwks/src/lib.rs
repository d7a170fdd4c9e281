#![doc = include_str!("../README.md")]

mod error;
mod fetch;
mod keeper;
mod pace;

pub use error::KeysError;
pub use keeper::Keeper;
pub use pace::Pace;
