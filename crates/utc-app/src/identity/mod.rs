//! People, tokens, sessions: who asks, and what they may do.

mod approvers;
mod authenticate;
mod bearer;
mod by;
mod change;
mod last_use;
mod password;
mod principal;
mod recheck;
mod renew;
mod requester;
mod sessions;
mod setup;
mod state;
mod stored;
mod suspend;
mod tokens;
mod users;

pub(crate) use approvers::Approvers;
pub(crate) use bearer::{Vault, random};
pub use by::By;
pub(crate) use change::scope_words;
pub(crate) use last_use::{Seen, flush};
pub(crate) use principal::{Place, WatchPlace};
pub use principal::{Principal, Who};
pub use renew::OutdatedHashes;
pub(crate) use renew::Renewals;
pub(crate) use requester::{Actor, Requester};
pub use sessions::{SessionView, SignedIn, StartedSession};
pub(crate) use setup::SetupSecret;
pub use setup::SignInLink;
pub(crate) use state::Identities;
pub(crate) use stored::{read_scope, scope_text};
pub(crate) use suspend::suspend_all;
pub use tokens::{CreatedToken, NewToken, Standing, TokenRevoked, TokenView};
pub use users::{NewUser, UserChange, UserChanged, UserView};
