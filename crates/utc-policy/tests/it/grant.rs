//! What a presented approval is worth.

use proptest::prelude::*;
use utc_domain::{ApprovalStatus, GrantUse, RequestDigest, Timestamp};
use utc_policy::Grant;

const EXPIRY: i64 = 1_000_000;

fn worth(status: ApprovalStatus, other: bool, now: i64) -> GrantUse {
    let digest = RequestDigest::from_sha256(&[1; 32]);
    let asked = RequestDigest::from_sha256(&[1 + u8::from(other); 32]);
    let grant = Grant {
        status,
        digest: &digest,
        expires_at: Timestamp::from_micros(EXPIRY),
    };
    grant.presented_with(&asked, Timestamp::from_micros(now))
}

#[track_caller]
fn check(status: ApprovalStatus, in_time: &str, too_late: &str) {
    assert_eq!(worth(status, false, EXPIRY - 1).as_str(), in_time);
    assert_eq!(worth(status, false, EXPIRY).as_str(), too_late);
}

#[test]
fn only_what_is_approved_and_in_time_counts() {
    check(ApprovalStatus::Approved, "valid", "expired");
    check(ApprovalStatus::Pending, "not_approved", "expired");
    check(ApprovalStatus::Used, "already_used", "already_used");
    check(ApprovalStatus::Rejected, "rejected", "rejected");
    check(ApprovalStatus::Expired, "expired", "expired");
    check(ApprovalStatus::Cancelled, "cancelled", "cancelled");
    check(ApprovalStatus::Revoked, "revoked", "revoked");
    check(ApprovalStatus::Void, "void", "void");
}

proptest! {
    #[test]
    fn another_request_learns_nothing(status in prop::sample::select(ApprovalStatus::ALL.to_vec()), now in 0_i64..2 * EXPIRY) {
        prop_assert_eq!(worth(status, true, now).as_str(), "other_request");
    }
}
