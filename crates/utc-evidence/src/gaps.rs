//! Positions that are missing between the first and the last.

use crate::counter::Capped;

/// How many gaps are listed.
const LISTED: usize = 100;

/// The gaps in a row of positions, which have to come in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gaps {
    next: Option<u64>,
    listed: Capped<[u64; 2]>,
    missing: u64,
}

impl Gaps {
    pub(crate) fn new() -> Self {
        Self {
            next: None,
            listed: Capped::new(LISTED),
            missing: 0,
        }
    }

    /// Takes the next position; `false` if it is not larger than the one before.
    pub(crate) fn add(&mut self, seq: u64) -> bool {
        let expected = self.next.unwrap_or(seq);
        if seq < expected {
            return false;
        }
        if seq > expected {
            self.listed.push(|| [expected, seq - 1]);
            self.missing += seq - expected;
        }
        self.next = Some(seq.saturating_add(1));
        true
    }

    /// The first gaps, each by its first and last missing position.
    pub(crate) fn listed(&self) -> &[[u64; 2]] {
        self.listed.rows()
    }

    /// How many positions are missing.
    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }
}
