//! How load is measured and when the protection level follows it.

use std::fmt;
use std::str::FromStr;

use crate::parse::{fraction, positive, whole, word};
use crate::print::optional;
use crate::reader::{Noted, Reader};
use crate::{Refused, Variable};

const ALPHA: Variable = Variable::new(
    "QUEUE_ALPHA",
    "0.3",
    "Weight of the newest observation in the smoothed rates, above 0 and below 1.",
    |c| c.queueing.alpha.to_string(),
);
const LOW: Variable = Variable::new(
    "QUEUE_THRESHOLD_LOW",
    "0.6",
    "Utilisation from which writes need approval; below the next one.",
    |c| c.queueing.low.to_string(),
);
const HIGH: Variable = Variable::new(
    "QUEUE_THRESHOLD_HIGH",
    "0.9",
    "Utilisation from which writes are refused.",
    |c| c.queueing.high.to_string(),
);
const CONTROLLER: Variable = Variable::new(
    "QUEUE_CONTROLLER",
    "predictive",
    "What turns load into a level: `predictive`, which looks ahead too, or `classic`. A unit may have its own.",
    |c| c.queueing.controller.to_string(),
);
const RELAX_BELOW: Variable = Variable::new(
    "QUEUE_RELAX_BELOW",
    "0.5",
    "Utilisation below which a level may relax under the classic controller; at most `QUEUE_THRESHOLD_LOW`.",
    |c| c.queueing.relax_below.to_string(),
);
const RELAX_READ_ONLY_BELOW: Variable = Variable::new(
    "QUEUE_RELAX_READ_ONLY_BELOW",
    "",
    "Utilisation below which `read_only` may relax. Without a value `QUEUE_RELAX_BELOW` (classic) or `QUEUE_THRESHOLD_HIGH` less 0.1 (predictive).",
    |c| optional(c.queueing.relax_read_only_below.as_ref()),
);
const WINDOW: Variable = Variable::new(
    "AUTO_RELAX_WINDOW_MIN",
    "60",
    "Minutes that utilisation must stay below before a level relaxes; 0 relaxes at each observation.",
    |c| c.queueing.relax_window_minutes.to_string(),
);
const TICK: Variable = Variable::new(
    "QUEUE_TICK_SECONDS",
    "60",
    "Seconds between two measurements, 1 to 3600.",
    |c| c.queueing.tick_seconds.to_string(),
);
const HUMAN_RATE: Variable = Variable::new(
    "HUMAN_APPROVAL_RATE_PER_HOUR",
    "0.4",
    "Approvals that one person is first assumed to manage in an hour.",
    |c| c.queueing.human_approval_rate_per_hour.to_string(),
);

pub(crate) const VARIABLES: &[Variable] = &[
    ALPHA,
    LOW,
    HIGH,
    CONTROLLER,
    RELAX_BELOW,
    RELAX_READ_ONLY_BELOW,
    WINDOW,
    TICK,
    HUMAN_RATE,
];

/// What turns load into a protection level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// Two thresholds and a window.
    Classic,
    /// The same thresholds, and forecasts that must earn their right to act.
    Predictive,
}

impl FromStr for Controller {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let known = [("classic", Self::Classic), ("predictive", Self::Predictive)];
        word(text, &known)
    }
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classic => f.write_str("classic"),
            Self::Predictive => f.write_str("predictive"),
        }
    }
}

/// How load is measured and when the protection level follows it.
///
/// Invariant: `0 < alpha < 1`, `0 < relax_below <= low < high`, `0 < relax_read_only_below < high`.
#[derive(Debug, Clone, PartialEq)]
pub struct Queueing {
    /// The weight of the newest observation.
    pub alpha: f64,
    /// The utilisation from which writes need approval.
    pub low: f64,
    /// The utilisation from which writes are refused.
    pub high: f64,
    /// The utilisation below which a level may relax.
    pub relax_below: f64,
    /// The utilisation below which `read_only` may relax; each controller has its own where there is none.
    pub relax_read_only_below: Option<f64>,
    /// How long utilisation must stay below, in minutes; 0 relaxes at each observation.
    pub relax_window_minutes: u32,
    /// The seconds between two measurements, 1 to 3600.
    pub tick_seconds: u32,
    /// What turns load into a level.
    pub controller: Controller,
    /// The approvals an hour that one person is first assumed to manage.
    pub human_approval_rate_per_hour: f64,
}

impl Queueing {
    pub(crate) fn from_env(reader: &mut Reader<'_>) -> Result<Self, Noted> {
        let alpha = reader.read(&ALPHA, fraction);
        let low = reader.read(&LOW, positive);
        let high = reader.read(&HIGH, positive);
        let controller = reader.read(&CONTROLLER, str::parse);
        let relax_below = reader.read(&RELAX_BELOW, positive);
        let relax_read_only_below = reader.optional(&RELAX_READ_ONLY_BELOW, positive);
        let relax_window_minutes = reader.read(&WINDOW, whole(0..=10_080));
        let tick_seconds = reader.read(&TICK, whole(1..=3_600));
        let human_approval_rate_per_hour = reader.read(&HUMAN_RATE, positive);
        let queueing = Self {
            alpha: alpha?,
            low: low?,
            high: high?,
            relax_below: relax_below?,
            relax_read_only_below: relax_read_only_below?,
            relax_window_minutes: relax_window_minutes?,
            tick_seconds: tick_seconds?,
            controller: controller?,
            human_approval_rate_per_hour: human_approval_rate_per_hour?,
        };
        queueing.check_order(reader)?;
        Ok(queueing)
    }

    fn check_order(&self, reader: &mut Reader<'_>) -> Result<(), Noted> {
        let mut outcome = Ok(());
        let mut require = |holds: bool, variable: &Variable, value: f64, why: String| {
            if !holds {
                outcome = Err(reader.refuse(variable, &value.to_string(), Refused::new(why)));
            }
        };
        let Self { low, high, .. } = *self;
        let below_high = format!("must be below `QUEUE_THRESHOLD_HIGH`, which is `{high}`");
        let up_to_low = format!("must be at most `QUEUE_THRESHOLD_LOW`, which is `{low}`");
        require(low < high, &LOW, low, below_high.clone());
        require(
            self.relax_below <= low,
            &RELAX_BELOW,
            self.relax_below,
            up_to_low,
        );
        if let Some(read_only) = self.relax_read_only_below {
            let variable = &RELAX_READ_ONLY_BELOW;
            require(read_only < high, variable, read_only, below_high);
        }
        outcome
    }
}
