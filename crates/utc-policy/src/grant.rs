//! What an approval is worth to the request that presents it.

use utc_domain::{ApprovalStatus, GrantProblem, GrantUse, RequestDigest, Timestamp};

/// An approval, as far as using it goes.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Everything that it was asked for.
    pub digest: &'a RequestDigest,
    /// From here on it cannot be used any more.
    pub expires_at: Timestamp,
}

impl Grant<'_> {
    /// What it is worth to a request with digest `asked`, at `now`.
    ///
    /// Whether it is the same request comes first: whoever asks for something else learns nothing about
    /// what became of the approval.
    pub fn presented_with(&self, asked: &RequestDigest, now: Timestamp) -> GrantUse {
        if self.digest != asked {
            return GrantUse::Invalid(GrantProblem::OtherRequest);
        }
        match self.status {
            ApprovalStatus::Approved if now < self.expires_at => GrantUse::Valid,
            ApprovalStatus::Pending if now < self.expires_at => {
                GrantUse::Invalid(GrantProblem::NotApproved)
            }
            ApprovalStatus::Approved | ApprovalStatus::Pending | ApprovalStatus::Expired => {
                GrantUse::Invalid(GrantProblem::Expired)
            }
            ApprovalStatus::Used => GrantUse::Invalid(GrantProblem::AlreadyUsed),
            ApprovalStatus::Rejected => GrantUse::Invalid(GrantProblem::Rejected),
            ApprovalStatus::Cancelled => GrantUse::Invalid(GrantProblem::Cancelled),
            ApprovalStatus::Revoked => GrantUse::Invalid(GrantProblem::Revoked),
            ApprovalStatus::Void => GrantUse::Invalid(GrantProblem::Void),
        }
    }
}
