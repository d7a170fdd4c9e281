//! Whether a forecast may act.

use std::fmt;
use std::str::FromStr;

use super::words::UnknownWord;

/// A warning weighs this much less after each later one: about the latest hundred count.
const MEMORY: f64 = 1.0 - 1.0 / 100.0;
/// Fewer warnings than this say nothing about a forecast.
const EVIDENCE: f64 = 5.0;

/// How many of a forecast's warnings came true, the latest counting most.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Precision {
    pub(super) hits: f64,
    pub(super) warnings: f64,
}

impl Precision {
    /// From 0 to 1: the mean of a Beta posterior with prior ½, ½ (H. Jeffreys 1946), so ½ before any warning.
    pub fn value(&self) -> f64 {
        utc_domain::round6((self.hits + 0.5) / (self.warnings + 1.0))
    }

    /// How many warnings count, decayed.
    pub fn warnings(&self) -> f64 {
        self.warnings
    }

    /// With one more warning, and whether it came true.
    #[must_use]
    pub(super) fn after(self, came_true: bool) -> Self {
        Self {
            hits: self.hits * MEMORY + f64::from(u8::from(came_true)),
            warnings: self.warnings * MEMORY + 1.0,
        }
    }
}

/// What decides whether a forecast may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gate {
    /// Its precision, and at least five warnings: a forecast starts closed.
    #[default]
    Earned,
    /// A person opened it.
    Opened,
    /// A person closed it.
    Closed,
}

impl Gate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Earned, Self::Opened, Self::Closed];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Earned => "automatic",
            Self::Opened => "open",
            Self::Closed => "closed",
        }
    }

    /// Whether a forecast of this precision may act, when `needed` (0 to 1) is asked of it.
    pub fn is_open(self, precision: Precision, needed: f64) -> bool {
        match self {
            Self::Earned => precision.warnings >= EVIDENCE && precision.value() >= needed,
            Self::Opened => true,
            Self::Closed => false,
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Gate {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|gate| gate.as_str() == text);
        found.ok_or(UnknownWord {
            expected: "`automatic`, `open`, `closed`",
        })
    }
}
