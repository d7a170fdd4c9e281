//! A unit as a person looks at it: everything that is known of it, at one moment.

use utc_domain::{Timestamp, UnitName};
use utc_queueing::Settings;

use super::observe::settings;
use super::{UnitHistory, UnitScorecard, UnitView, WritesNow};
use crate::AppError;
use crate::console::Console;

/// How many measurements and level changes are shown.
const SHOWN: i64 = 500;

/// A unit as a person looks at it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitDetail {
    /// What is known of it.
    pub view: UnitView,
    /// What a write to it meets now.
    pub writes: WritesNow,
    /// Where its levels change.
    pub settings: Settings,
    /// The newest of what it went through.
    pub history: UnitHistory,
    /// How right its forecasts were.
    pub scorecard: UnitScorecard,
}

impl Console {
    /// Everything about one unit, by its name or an alias. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub fn unit_detail(&self, name: &UnitName) -> Result<UnitDetail, AppError> {
        let view = self.unit(name)?;
        let history = self.unit_history(&view.name, Timestamp::MAX.as_micros(), SHOWN)?;
        let scorecard = self.scorecard(&view.name)?;
        let settings = settings(&self.options().queueing, &view.config)?;
        let writes = self.writes_now(&view, &self.rules()?)?;
        Ok(UnitDetail {
            view,
            writes,
            settings,
            history,
            scorecard,
        })
    }
}
