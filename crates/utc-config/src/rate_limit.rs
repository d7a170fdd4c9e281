//! How many requests a second are answered.

use crate::Variable;
use crate::parse::whole;
use crate::reader::{Noted, Reader};

const LARGEST: u32 = 1_000_000;

const TOKEN: Variable = Variable::new(
    "RATE_LIMIT_TOKEN_PER_SECOND",
    "0",
    "Requests a second for each token; 0 is no limit.",
    |c| c.rate_limit.token_per_second.to_string(),
);
const ANONYMOUS: Variable = Variable::new(
    "RATE_LIMIT_ANONYMOUS_PER_SECOND",
    "50",
    "Requests a second for each address without a token; 0 is no limit.",
    |c| c.rate_limit.anonymous_per_second.to_string(),
);

pub(crate) const VARIABLES: &[Variable] = &[TOKEN, ANONYMOUS];

/// How many requests a second are answered; 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// For each token.
    pub token_per_second: u32,
    /// For each address without a token.
    pub anonymous_per_second: u32,
}

impl RateLimit {
    pub(crate) fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let token_per_second = reader.read(&TOKEN, whole(0..=LARGEST));
        let anonymous_per_second = reader.read(&ANONYMOUS, whole(0..=LARGEST));
        Ok(Self {
            token_per_second: token_per_second?,
            anonymous_per_second: anonymous_per_second?,
        })
    }
}
