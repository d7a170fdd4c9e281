//! What a person said of a unit, as it is shown.

use utc_domain::{ProtectionLevel, Timestamp};
use utc_storage::rows::marks::{PinRow, RiskMarkRow, RiskOverrideRow};

/// A pin or a risk mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkView {
    /// The pinned level; none for a risk mark.
    pub level: Option<ProtectionLevel>,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub subject: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// The receipt.
    pub receipt_id: String,
}

/// Without the level: of a pin that has ended it is another.
macro_rules! from_rows {
    ($($row:ty),*) => {$(
        impl From<$row> for MarkView {
            fn from(row: $row) -> Self {
                Self {
                    level: None,
                    reason: row.reason,
                    subject: row.subject,
                    since: Timestamp::from_micros(row.since),
                    expires_at: row.expires_at.map(Timestamp::from_micros),
                    receipt_id: row.receipt_id,
                }
            }
        }
    )*};
}

from_rows!(PinRow, RiskMarkRow, RiskOverrideRow);
