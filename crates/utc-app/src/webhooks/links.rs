//! Where people look at what a notice tells of: the console's pages, whose paths stay whatever they show.

use utc_domain::{ApprovalId, ReceiptId};

/// Makes links to this installation's pages; none where nobody has said how people reach it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links(Option<String>);

impl Links {
    /// Below `public_url`: scheme, host and port, without a slash at the end.
    pub(crate) fn below(public_url: Option<&str>) -> Self {
        Self(public_url.map(str::to_owned))
    }

    pub(super) fn approval(&self, id: ApprovalId) -> Option<String> {
        let base = self.0.as_ref()?;
        Some(format!("{base}/approvals/{id}"))
    }

    pub(super) fn receipt(&self, id: ReceiptId) -> Option<String> {
        let base = self.0.as_ref()?;
        Some(format!("{base}/receipts/{id}"))
    }

    /// The installation itself.
    pub(super) fn home(&self) -> Option<String> {
        self.0.clone()
    }
}
