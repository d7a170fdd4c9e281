//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use utc_domain::{Clock, ReceiptId, Timestamp};
use uuid::Uuid;

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A new receipt id.
pub(crate) fn new_receipt_id() -> ReceiptId {
    ReceiptId::new(Uuid::now_v7())
}
