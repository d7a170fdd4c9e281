//! Numbers that go into receipts.

/// The largest magnitude that a number in a receipt may have.
pub const MAX_NUMBER: f64 = 1e9;

/// Rounds half-even to six decimals and limits to ±[`MAX_NUMBER`].
///
/// Every number that goes into a claim is rounded with this **before** it is compared with a
/// threshold, so that whoever recomputes a decision from its receipt compares the same values.
/// Scaling uses `libm`, whose result is the same on every machine. `NaN` becomes 0, infinities the limit.
///
/// ```
/// assert_eq!(utc_domain::round6(0.000_000_5), 0.0);
/// assert_eq!(utc_domain::round6(0.000_001_5), 0.000_002);
/// assert_eq!(utc_domain::round6(f64::INFINITY), 1e9);
/// ```
pub fn round6(value: f64) -> f64 {
    if value.is_nan() {
        return 0.0;
    }
    let limited = value.clamp(-MAX_NUMBER, MAX_NUMBER);
    let rounded = libm::rint(limited * 1e6) / 1e6;
    // No negative zero: it would be written as `-0` and compared as equal to `0`.
    rounded + 0.0
}
