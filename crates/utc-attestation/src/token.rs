//! What sealing and verifying must agree on.

use utc_domain::Timestamp;

/// The one algorithm: every key of a ring is a key for it, so no token can choose another.
pub const ALGORITHM: &str = "HS256";

/// The `typ` of a receipt's header.
pub const TYPE: &str = "utc-receipt+jwt";

/// The longest entry that the log takes, in bytes.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// The longest token that is looked at, in bytes (64 KiB).
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// 2020-01-01T00:00:00Z, in seconds since the epoch.
const FIRST_SECOND: i64 = 1_577_836_800;
/// 2200-01-01T00:00:00Z, in seconds since the epoch.
const END_SECOND: i64 = 7_258_118_400;

/// Whether a receipt may carry this time: from 2020 up to, not including, 2200.
///
/// A clock outside that range is broken, and a receipt with its time would only puzzle its readers.
pub(crate) fn is_sane(at: Timestamp) -> bool {
    (FIRST_SECOND..END_SECOND).contains(&at.as_seconds())
}
