//! Points in time.

use std::fmt;
use std::str::FromStr;

use ::time::format_description::well_known::Rfc3339;
use ::time::{Duration, OffsetDateTime};

use crate::DomainError;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, between the years 1970 and 9999.
///
/// Written as ISO 8601 in UTC with six decimals, `2026-01-31T12:00:00.000000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// From microseconds since the epoch, limited to the range of the type.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(0, Self::MAX.0))
    }

    /// Microseconds since the epoch.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub fn as_seconds(self) -> i64 {
        self.0 / MICROS_PER_SECOND
    }

    /// The clock hour it lies in, counted from the epoch.
    pub fn hour(self) -> i64 {
        self.0 / (3_600 * MICROS_PER_SECOND)
    }

    /// This much later (or earlier, when negative), limited to the range of the type.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This many seconds later (or earlier, when negative).
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// This many minutes later (or earlier, when negative).
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_seconds(minutes.saturating_mul(60))
    }

    /// Microseconds from `earlier` to here; negative when `earlier` is later.
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::UNIX_EPOCH + Duration::microseconds(self.0);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            at.year(),
            u8::from(at.month()),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.microsecond()
        )
    }
}

impl FromStr for Timestamp {
    type Err = DomainError;

    /// Reads RFC 3339; digits past the microsecond are dropped.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        const EXPECTED: &str =
            "an ISO 8601 time with zone between 1970 and 9999, such as 2026-01-31T12:00:00Z";
        let form = DomainError::Form { expected: EXPECTED };
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| form.clone())?;
        let micros =
            i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).map_err(|_| form.clone())?;
        if (0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(form)
        }
    }
}
