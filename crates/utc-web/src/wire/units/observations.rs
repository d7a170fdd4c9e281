//! Observations of units' queues on the wire.

use serde::{Deserialize, Serialize};
use utc_app::Report;
use utc_domain::Timestamp;
use utoipa::ToSchema;

use super::UnitAnswer;
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// One observation of a unit's queue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObservationBody {
    /// Arrivals per hour, 0 to 10⁹.
    arrival_rate: f64,
    /// Service capacity per hour, 0.001 to 10⁹.
    service_rate: f64,
    /// When it was measured (ISO 8601); now when absent. Not older than the newest one, at most 5 minutes ahead.
    at: Option<String>,
}

/// One observation, or several in the order of their times: all are taken or none.
///
/// Describes the body; it is read by [`reports`], which can say where it is wrong.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum ObservationsBody {
    /// Several, at most 1,000.
    Many(Vec<ObservationBody>),
    /// One.
    One(ObservationBody),
}

/// The most observations in one request.
const MAX_OBSERVATIONS: usize = 1_000;

/// Reads one observation or several.
pub(crate) fn reports(value: serde_json::Value) -> Result<Vec<Report>, Problem> {
    let many = value.is_array();
    let bodies: Vec<ObservationBody> = if many {
        crate::body::from_value(value)?
    } else {
        vec![crate::body::from_value(value)?]
    };
    if bodies.is_empty() || bodies.len() > MAX_OBSERVATIONS {
        return Err(Problem::field(
            "",
            format!("must have 1 to {MAX_OBSERVATIONS} observations"),
        ));
    }
    let mut fields = Fields::default();
    let mut reports = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.iter().enumerate() {
        let pointer = if many {
            format!("/{index}/at")
        } else {
            "/at".to_owned()
        };
        let at: Option<Timestamp> = fields.read_optional(&pointer, body.at.as_deref());
        reports.push(Report {
            arrival_rate: body.arrival_rate,
            service_rate: body.service_rate,
            at,
        });
    }
    fields.finish()?;
    Ok(reports)
}

/// What observations led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObservedAnswer {
    /// The receipts of the level changes, oldest first.
    pub(crate) receipts: Vec<String>,
    #[serde(flatten)]
    pub(crate) unit: UnitAnswer,
}
