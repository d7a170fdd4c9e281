//! Checking receipts that come from anywhere.

mod check;
mod header;
mod open;
mod payload;
mod report;

use crate::{KeyRing, MAX_TOKEN_BYTES, TYPE};

pub use check::{Check, CheckName, Outcome, Verification};
pub use open::{Members, Opened, Policy, open};

use report::Report;

/// What a receipt of this installation must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The exact `iss`.
    pub issuer: String,
}

/// The policy for receipts: exactly the header that the sealer writes.
const RECEIPT: Policy = Policy {
    max_bytes: MAX_TOKEN_BYTES,
    typ: Some(TYPE),
    members: Members::AlgKidTyp,
};

/// Checks a token with every check of [`CheckName::TOKEN`], in that order, and reports all of them.
///
/// The first check that fails ends the checking; the rest are reported as not checked. Claims are
/// parsed only after the tag was found right. No bytes make this function panic.
pub fn verify(token: &[u8], ring: &KeyRing, expected: &Expected) -> Verification {
    let mut report = Report::default();
    let opened = open::run(token, &RECEIPT, |kid| ring.key(kid?), &mut report);
    let read = opened
        .payload
        .and_then(|bytes| payload::check(&bytes, expected, &mut report));
    let (payload, claims) = read.map_or((None, None), |read| (Some(read.payload), read.claims));
    Verification {
        checks: report.finish(&CheckName::TOKEN),
        claims,
        payload,
        kid: opened.kid.and_then(|kid| kid.parse().ok()),
    }
}
