//! How long approvals live and how many may wait.

use crate::Variable;
use crate::parse::whole;
use crate::reader::{Noted, Reader};

const TTL: Variable = Variable::new(
    "APPROVAL_TTL_MINUTES",
    "1440",
    "Minutes that a request for approval waits before it expires, up to 30 days.",
    |c| c.approvals.ttl_minutes.to_string(),
);
const GRANT_TTL: Variable = Variable::new(
    "GRANT_TTL_MINUTES",
    "15",
    "Minutes that an approval can be used after it was given, up to a day.",
    |c| c.approvals.grant_ttl_minutes.to_string(),
);
const MAX_PENDING: Variable = Variable::new(
    "APPROVAL_MAX_PENDING_PER_SUBJECT",
    "3",
    "Requests of one subject that may wait at a time, 1 to 1000.",
    |c| c.approvals.max_pending_per_subject.to_string(),
);

pub(crate) const VARIABLES: &[Variable] = &[TTL, GRANT_TTL, MAX_PENDING];

/// How long approvals live and how many may wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approvals {
    /// How long a request waits, in minutes, 1 to 43,200.
    pub ttl_minutes: u32,
    /// How long an approval can be used, in minutes, 1 to 1,440.
    pub grant_ttl_minutes: u32,
    /// How many requests of one subject may wait, 1 to 1,000.
    pub max_pending_per_subject: u32,
}

impl Approvals {
    pub(crate) fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let ttl_minutes = reader.read(&TTL, whole(1..=43_200));
        let grant_ttl_minutes = reader.read(&GRANT_TTL, whole(1..=1_440));
        let max_pending_per_subject = reader.read(&MAX_PENDING, whole(1..=1_000));
        Ok(Self {
            ttl_minutes: ttl_minutes?,
            grant_ttl_minutes: grant_ttl_minutes?,
            max_pending_per_subject: max_pending_per_subject?,
        })
    }
}
