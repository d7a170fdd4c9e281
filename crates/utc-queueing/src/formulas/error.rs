//! Why a formula has no answer, and the checks that say so.

use crate::observation::{ARRIVAL_RATES, SERVICE_RATES};

use super::erlang::MAX_SERVERS;

/// Why a formula has no answer.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormulaError {
    /// The arrival rate is not a number in the range.
    #[error("the arrival rate must be a number from 0 to 1000000000 per hour, is `{value}`")]
    ArrivalRate {
        /// What was given.
        value: f64,
    },
    /// The service rate is not a number in the range.
    #[error("the service rate must be a number from 0.001 to 1000000000 per hour, is `{value}`")]
    ServiceRate {
        /// What was given.
        value: f64,
    },
    /// The offered load is negative or not a finite number.
    #[error("the offered load must be a finite number from 0, is `{value}`")]
    OfferedLoad {
        /// What was given.
        value: f64,
    },
    /// There are no servers, or more than the formulas take.
    #[error("there must be 1 to 10000 servers, there are `{value}`")]
    Servers {
        /// What was given.
        value: u32,
    },
    /// A time or a count of work is negative or not a finite number.
    #[error("`{name}` must be a finite number from 0, is `{value}`")]
    Amount {
        /// Which one.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// The share of waits that a percentile is to cover is not from 0 to below 1.
    #[error("the share must be from 0 to below 1, is `{value}`")]
    Share {
        /// What was given.
        value: f64,
    },
    /// The largest utilisation that staffing may plan for is not above 0 and at most 1.
    #[error("the largest utilisation must be above 0 and at most 1, is `{value}`")]
    Utilisation {
        /// What was given.
        value: f64,
    },
    /// Work arrives at least as fast as it can be served: the line grows without end.
    #[error("utilisation is `{rho}`; from 1 on the line grows without end")]
    Unstable {
        /// The utilisation.
        rho: f64,
    },
    /// Not even the largest number of servers reaches the target.
    #[error("10000 servers do not reach the target")]
    TooManyServers,
}

pub(crate) fn arrival_rate(value: f64) -> Result<f64, FormulaError> {
    if ARRIVAL_RATES.contains(&value) {
        Ok(value + 0.0)
    } else {
        Err(FormulaError::ArrivalRate { value })
    }
}

pub(crate) fn service_rate(value: f64) -> Result<f64, FormulaError> {
    if SERVICE_RATES.contains(&value) {
        Ok(value)
    } else {
        Err(FormulaError::ServiceRate { value })
    }
}

pub(super) fn offered_load(value: f64) -> Result<f64, FormulaError> {
    if value.is_finite() && value >= 0.0 {
        Ok(value + 0.0)
    } else {
        Err(FormulaError::OfferedLoad { value })
    }
}

pub(super) fn servers(value: u32) -> Result<u32, FormulaError> {
    if (1..=MAX_SERVERS).contains(&value) {
        Ok(value)
    } else {
        Err(FormulaError::Servers { value })
    }
}

pub(crate) fn amount(name: &'static str, value: f64) -> Result<f64, FormulaError> {
    if value.is_finite() && value >= 0.0 {
        Ok(value + 0.0)
    } else {
        Err(FormulaError::Amount { name, value })
    }
}

pub(super) fn share(value: f64) -> Result<f64, FormulaError> {
    if (0.0..1.0).contains(&value) {
        Ok(value)
    } else {
        Err(FormulaError::Share { value })
    }
}

pub(super) fn largest_utilisation(value: f64) -> Result<f64, FormulaError> {
    if value > 0.0 && value <= 1.0 {
        Ok(value)
    } else {
        Err(FormulaError::Utilisation { value })
    }
}

/// Passes a utilisation below 1 on.
pub(super) fn stable(rho: f64) -> Result<f64, FormulaError> {
    if rho < 1.0 {
        Ok(rho)
    } else {
        Err(FormulaError::Unstable { rho })
    }
}
