//! A unit's load on the wire: what was counted and measured, and what it means for who waits.

use serde::Serialize;
use utc_app::{ArrivalCounts, CountedDemand, Measured, QueueEstimate, UnitOutlook};
use utoipa::ToSchema;

/// Operations asked for and not denied, by clock hour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArrivalsAnswer {
    /// In this clock hour so far.
    this_hour: u64,
    /// In the clock hour before.
    previous_hour: u64,
}

/// What the gateway measured of a unit in the last hour, or since its first request where that is less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasuredAnswer {
    /// Requests sent to the upstream, per hour.
    arrivals_per_hour: f64,
    /// How many requests waited for their answer's first byte at a time, in the mean.
    concurrency: f64,
    /// How many wait for it now.
    under_way: u32,
    /// From a request's last byte to its answer's first, in milliseconds: the mean; null when none was answered.
    service_ms_mean: Option<f64>,
    /// How many were answered.
    completed: u64,
    /// How many minutes this is about, 1 to 60.
    window_minutes: u32,
    /// The squared coefficient of variation of the times between requests: 1 where they come at random; null while there are
    /// too few.
    arrival_scv: Option<f64>,
    /// That of service times.
    service_scv: Option<f64>,
    /// How far these numbers are from Little's law, 0 to 1: much says that requests went without an answer, or that the hour
    /// was not steady.
    littles_law_gap: Option<f64>,
}

impl From<ArrivalCounts> for ArrivalsAnswer {
    fn from(counts: ArrivalCounts) -> Self {
        Self {
            this_hour: counts.this_hour,
            previous_hour: counts.previous_hour,
        }
    }
}

impl From<Measured> for MeasuredAnswer {
    fn from(measured: Measured) -> Self {
        Self {
            arrivals_per_hour: measured.arrivals_per_hour,
            concurrency: measured.concurrency,
            under_way: measured.under_way,
            service_ms_mean: measured.service_ms_mean,
            completed: measured.completed,
            window_minutes: measured.window_minutes,
            arrival_scv: measured.arrival_scv,
            service_scv: measured.service_scv,
            littles_law_gap: measured.littles_law_gap(),
        }
    }
}

/// The M/M/c view of a unit's queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueAnswer {
    /// The probability that an arrival waits.
    p_wait: f64,
    /// The mean wait before service, in minutes.
    mean_wait_minutes: f64,
    /// The wait that 95 of 100 do not exceed, in minutes.
    p95_wait_minutes: f64,
    /// The probability of waiting longer than five minutes.
    p_wait_over_5_minutes: f64,
    /// How many servers of the present speed would keep the mean wait at or below one minute.
    servers_for_one_minute: Option<u32>,
}

impl From<QueueEstimate> for QueueAnswer {
    fn from(estimate: QueueEstimate) -> Self {
        Self {
            p_wait: estimate.p_wait,
            mean_wait_minutes: estimate.mean_wait_minutes,
            p95_wait_minutes: estimate.p95_wait_minutes,
            p_wait_over_5_minutes: estimate.p_wait_over_5_minutes,
            servers_for_one_minute: estimate.servers_for_one_minute,
        }
    }
}

/// What becomes of who waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutlookAnswer {
    /// The mean wait before service, in minutes; null when more arrives than can be served.
    wait_minutes: Option<f64>,
    /// How many wait now, beyond those that are served.
    backlog: f64,
    /// How many will wait in an hour if arrivals go on like this.
    backlog_in_an_hour: f64,
    /// Minutes until those who wait now are served; null when they become more instead.
    drain_minutes: Option<f64>,
    /// The squared coefficient of variation of the times between arrivals that this rests on; 1 where none was measured.
    arrival_scv: f64,
    /// That of service times.
    service_scv: f64,
}

impl From<UnitOutlook> for OutlookAnswer {
    fn from(outlook: UnitOutlook) -> Self {
        Self {
            wait_minutes: outlook.queue.wait_minutes,
            backlog: outlook.backlog,
            backlog_in_an_hour: outlook.queue.backlog_in_an_hour,
            drain_minutes: outlook.queue.drain_minutes,
            arrival_scv: outlook.arrival_scv,
            service_scv: outlook.service_scv,
        }
    }
}

/// What all servers counted of a unit together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountedAnswer {
    /// The capacity that is known without reports: configured, or seen when the upstream was full. Null: nothing follows
    /// from what is counted.
    capacity_per_hour: Option<f64>,
    /// Arrivals per hour that count, each subject's up to its share; null without a capacity.
    arrivals_per_hour: Option<f64>,
    /// How probable it is that they are enough for `read_only`, 0 to 1; null without a capacity.
    p_overload: Option<f64>,
    /// Whether there are enough of them, ten, to tighten anything.
    enough: bool,
}

impl From<CountedDemand> for CountedAnswer {
    fn from(counted: CountedDemand) -> Self {
        Self {
            capacity_per_hour: counted.capacity_per_hour,
            arrivals_per_hour: counted.arrival_rate,
            p_overload: counted.p_overload,
            enough: counted.enough,
        }
    }
}
