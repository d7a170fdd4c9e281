//! When trust signals are scored.

use crate::Variable;
use crate::parse::{flag, whole};
use crate::reader::{Noted, Reader};

const ENABLED: Variable = Variable::new(
    "TDX_ENABLED",
    "true",
    "Whether trust signals are scored.",
    |c| c.tdx.enabled.to_string(),
);
const INTERVAL: Variable = Variable::new(
    "TDX_INTERVAL_HOURS",
    "1",
    "Hours between two scorings, 1 to 168.",
    |c| c.tdx.interval_hours.to_string(),
);
const AUTO_FLIP: Variable = Variable::new(
    "TDX_AUTO_FLIP",
    "true",
    "Whether the scorer may switch the rule `read_only_for_risky`.",
    |c| c.tdx.auto_flip.to_string(),
);

pub(crate) const VARIABLES: &[Variable] = &[ENABLED, INTERVAL, AUTO_FLIP];

/// When trust signals are scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tdx {
    /// Whether they are scored at all.
    pub enabled: bool,
    /// The hours between two scorings, 1 to 168.
    pub interval_hours: u32,
    /// Whether the scorer may switch the rule for risky units.
    pub auto_flip: bool,
}

impl Tdx {
    pub(crate) fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let enabled = reader.read(&ENABLED, flag);
        let interval_hours = reader.read(&INTERVAL, whole(1..=168));
        let auto_flip = reader.read(&AUTO_FLIP, flag);
        Ok(Self {
            enabled: enabled?,
            interval_hours: interval_hours?,
            auto_flip: auto_flip?,
        })
    }
}
