//! What was counted of a unit, for whoever looks at it.

use utc_domain::{Timestamp, round6};
use utc_queueing::Settings;
use utc_storage::connection::Db;
use utc_storage::rows::units::UnitRow;
use utc_storage::rows::{arrival_tallies, measured_units};

use super::demand::{capacity, demand};
use crate::AppError;
use crate::units::UnitConfig;

/// What all servers counted of a unit together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountedDemand {
    /// The capacity that is known without reports: configured, or seen when the upstream was full. None: nothing follows
    /// from what is counted.
    pub capacity_per_hour: Option<f64>,
    /// Arrivals per hour that count, each subject's up to its share; none without a capacity.
    pub arrival_rate: Option<f64>,
    /// How probable it is, by what was counted, that they are enough for `read_only`.
    pub p_overload: Option<f64>,
    /// Whether there are enough of them to tighten anything.
    pub enough: bool,
}

/// None where nothing was counted lately.
pub(crate) fn counted(
    db: &mut Db,
    row: &UnitRow,
    config: &UnitConfig,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<CountedDemand>, AppError> {
    let Some(measured) = measured_units::find(db, &row.name)? else {
        return Ok(None);
    };
    let Some(capacity) = capacity(row, config, &measured) else {
        return Ok(Some(CountedDemand {
            capacity_per_hour: None,
            arrival_rate: None,
            p_overload: None,
            enough: false,
        }));
    };
    let tallies = arrival_tallies::of_unit(db, &row.name)?;
    let demand = demand(&tallies, capacity, &measured, settings, now)?;
    let overload = settings.high() * capacity.per_hour;
    Ok(Some(CountedDemand {
        capacity_per_hour: Some(round6(capacity.per_hour)),
        arrival_rate: Some(demand.counts.rate_per_hour()),
        p_overload: demand.counts.p_at_least(overload).ok().map(round6),
        enough: demand.enough,
    }))
}
