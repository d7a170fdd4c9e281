//! Who asks and what they may do: roles, patterns, ids.

mod id;
mod pattern;
mod role;

pub use id::{SessionId, TokenId, TokenName, UserId, UserName};
pub use pattern::{MAX_PATTERNS, Pattern, Scope};
pub use role::{Role, Roles};
