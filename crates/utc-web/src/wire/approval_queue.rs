//! The people who approve as queues, on the wire.

use serde::{Deserialize, Serialize};
use utc_app::{ApprovalFigures, QueueFigures};
use utc_domain::UnitName;
use utoipa::{IntoParams, ToSchema};

use super::parts::Fields;
use crate::problem::Problem;

/// The longest wait that is asked about, in minutes: 30 days.
const LONGEST_SLA: u32 = 43_200;

/// How fast people are, and what waits for them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueList {
    /// How fast one person votes.
    rate: RateAnswer,
    /// The wait that `p_wait_longer_than_sla` is about, in minutes.
    sla_minutes: u32,
    /// The queues.
    items: Vec<QueueAnswer>,
}

/// How fast one person votes while something waits: learned, for the whole installation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RateAnswer {
    /// Votes per hour.
    votes_per_hour: f64,
    /// What was assumed before anything was known, `HUMAN_APPROVAL_RATE_PER_HOUR`.
    assumed_votes_per_hour: f64,
    /// The votes that it was learned from.
    votes: u64,
    /// The hours in which something waited, summed over the people who could vote on it.
    exposure_hours: f64,
}

/// The people who vote on the same units.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueAnswer {
    /// The units, of those on which something was asked for lately.
    units: Vec<String>,
    /// How many people there are; figures take nobody for one person.
    approvers: u32,
    /// How many requests wait for at least one of them.
    backlog: u64,
    /// λ, the votes asked for per hour.
    lambda_est: f64,
    /// c·μ, the votes per hour that these people manage.
    mu_est: f64,
    /// ρ = λ/(c·μ). From 1 on the queue grows.
    rho: f64,
    /// How probable it is that nobody votes on a request for longer than `sla_minutes`, 0 to 1.
    p_wait_longer_than_sla: f64,
    /// How long a request that comes now probably waits for one vote, in minutes.
    expected_wait_minutes: f64,
    /// The share of requests that expire before somebody votes on them, 0 to 1, if it goes on like this.
    p_expires: f64,
}

impl From<ApprovalFigures> for QueueList {
    fn from(figures: ApprovalFigures) -> Self {
        Self {
            rate: RateAnswer {
                votes_per_hour: figures.rate_per_hour,
                assumed_votes_per_hour: figures.prior_rate_per_hour,
                votes: figures.votes,
                exposure_hours: figures.exposure_hours,
            },
            sla_minutes: figures.sla_minutes,
            items: figures.queues.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<QueueFigures> for QueueAnswer {
    fn from(figures: QueueFigures) -> Self {
        Self {
            units: figures.units.iter().map(ToString::to_string).collect(),
            approvers: figures.people,
            backlog: figures.backlog,
            lambda_est: figures.arrival_rate,
            mu_est: figures.capacity,
            rho: figures.utilisation,
            p_wait_longer_than_sla: figures.p_wait_longer,
            expected_wait_minutes: figures.expected_wait_minutes,
            p_expires: figures.p_expires,
        }
    }
}

/// Which queues, and what counts as a long wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueQuery {
    /// The queue of this unit alone, also where nothing waits.
    unit: Option<String>,
    /// A long wait, 1 to 43,200 minutes; when absent the time that a request may wait, `APPROVAL_TTL_MINUTES`.
    sla_minutes: Option<String>,
}

impl QueueQuery {
    /// The unit, and a long wait in minutes.
    pub(crate) fn wanted(self) -> Result<(Option<UnitName>, Option<u32>), Problem> {
        let mut fields = Fields::default();
        let unit: Option<UnitName> = fields.read_optional("/unit", self.unit.as_deref());
        let minutes = self.sla_minutes.as_deref().map(str::parse);
        let sla = match minutes {
            Some(Ok(minutes)) if (1..=LONGEST_SLA).contains(&minutes) => Some(minutes),
            Some(Ok(_) | Err(_)) => {
                let message = format!("must be a number of minutes from 1 to {LONGEST_SLA}");
                fields.error("/sla_minutes", message);
                None
            }
            None => None,
        };
        fields.finish()?;
        Ok((unit, sla))
    }
}
