//! What a unit's numbers mean for whoever waits.

use utc_domain::round6;

use crate::formulas::{self, FormulaError};

/// A unit's queue in numbers that a person can use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueOutlook {
    /// The mean wait before service in minutes; `None` when more arrives than can be served.
    pub wait_minutes: Option<f64>,
    /// The work that waits in an hour's time, if arrivals go on like this.
    pub backlog_in_an_hour: f64,
    /// Minutes until what waits now is done; `None` when it grows instead.
    pub drain_minutes: Option<f64>,
}

/// A unit as it was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Arrivals per hour, 0 to 10⁹.
    pub arrival_rate: f64,
    /// What all servers together serve per hour, 10⁻³ to 10⁹.
    pub service_rate: f64,
    /// How many servers that are, 1 to 10⁴.
    pub servers: u32,
    /// The squared coefficient of variation of the times between arrivals; 1 when unknown.
    pub arrival_scv: f64,
    /// That of service times; 1 when unknown.
    pub service_scv: f64,
    /// How much waits now, 0 and up.
    pub backlog: f64,
}

impl QueueOutlook {
    /// By Pollaczek and Khinchine for one server and random arrivals, where that is exact; by Allen and Cunneen
    /// otherwise; and as a fluid for what piles up.
    ///
    /// # Errors
    /// [`FormulaError`] when a number is out of its range.
    pub fn of(measured: &Measured) -> Result<Self, FormulaError> {
        let Measured {
            arrival_rate: lambda,
            service_rate: mu,
            backlog,
            ..
        } = *measured;
        let minutes = |hours: f64| round6(hours * 60.0);
        let drain = formulas::drain_hours(backlog, lambda, mu);
        Ok(Self {
            wait_minutes: unless_unstable(measured.wait_hours())?.map(minutes),
            backlog_in_an_hour: round6(formulas::fluid_backlog(backlog, lambda, mu, 1.0)?),
            drain_minutes: unless_unstable(drain)?.map(minutes),
        })
    }
}

impl Measured {
    #[expect(
        clippy::float_cmp,
        reason = "an unknown variability is exactly 1, and so is that of random arrivals"
    )]
    fn wait_hours(&self) -> Result<f64, FormulaError> {
        if self.servers == 1 && self.arrival_scv == 1.0 {
            return formulas::mg1_wait_hours(
                self.arrival_rate,
                self.service_rate,
                self.service_scv,
            );
        }
        let each = self.service_rate / f64::from(self.servers.max(1));
        formulas::ggc_wait_hours(
            self.arrival_rate,
            each,
            self.servers,
            self.arrival_scv,
            self.service_scv,
        )
    }
}

fn unless_unstable(answer: Result<f64, FormulaError>) -> Result<Option<f64>, FormulaError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(FormulaError::Unstable { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
