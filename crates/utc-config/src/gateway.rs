//! What the gateway takes.

use crate::reader::{Noted, Reader};
use crate::{Refused, Variable};

const BODY_LIMIT: Variable = Variable::new(
    "GATEWAY_BODY_LIMIT",
    "8MiB",
    "Largest body that is held or hashed: bytes, or with `KiB` or `MiB`, up to 1024MiB.",
    |c| size_text(c.gateway.body_limit_bytes),
);

const HELD_PER_TOKEN: Variable = Variable::new(
    "GATEWAY_HELD_BYTES_PER_TOKEN",
    "32MiB",
    "What the requests that wait for people may take of the database for one token: as GATEWAY_BODY_LIMIT. More is 429.",
    |c| size_text(c.gateway.held_bytes_per_token),
);

pub(crate) const VARIABLES: &[Variable] = &[BODY_LIMIT, HELD_PER_TOKEN];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const LARGEST: u64 = 1024 * MIB;

/// What the gateway takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// The largest body that is held or hashed, in bytes, 1 to 2³⁰.
    pub body_limit_bytes: u64,
    /// What the requests of one token may take that wait for people, in bytes, 1 to 2³⁰.
    pub held_bytes_per_token: u64,
}

impl Gateway {
    pub(crate) fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let body_limit_bytes = reader.read(&BODY_LIMIT, size);
        let held_bytes_per_token = reader.read(&HELD_PER_TOKEN, size);
        Ok(Self {
            body_limit_bytes: body_limit_bytes?,
            held_bytes_per_token: held_bytes_per_token?,
        })
    }
}

fn size(text: &str) -> Result<u64, Refused> {
    let (digits, unit) = [("KiB", KIB), ("MiB", MIB)]
        .into_iter()
        .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, unit)))
        .unwrap_or((text, 1));
    let number: Option<u64> = digits.trim_end().parse().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        .filter(|bytes| (1..=LARGEST).contains(bytes))
        .ok_or_else(|| {
            Refused::new("must be bytes, or a number with `KiB` or `MiB`, from 1 to 1024MiB")
        })
}

fn size_text(bytes: u64) -> String {
    match bytes {
        bytes if bytes % MIB == 0 => format!("{}MiB", bytes / MIB),
        bytes if bytes % KIB == 0 => format!("{}KiB", bytes / KIB),
        bytes => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(size("8 MiB"), Ok(8 * MIB));
        assert_eq!(size("8MiB"), Ok(8 * MIB));
        assert_eq!(size("3KiB"), Ok(3 * KIB));
        assert_eq!(size("1000"), Ok(1000));
    }

    #[test]
    fn sizes_out_of_range_or_in_other_units_are_refused() {
        for text in [
            "",
            "0",
            "MiB",
            "-1",
            "8MB",
            "8 GiB",
            "1025MiB",
            "99999999999999999MiB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_is_printed_so_that_it_reads_back() {
        for bytes in [1, 1000, 3 * KIB, 8 * MIB, MIB + KIB] {
            assert_eq!(size(&size_text(bytes)), Ok(bytes));
        }
    }
}
