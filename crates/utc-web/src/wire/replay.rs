//! Replays on the wire: what is asked for, and how a run stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utc_app::replay::{
    Alternative, ReplayMode, ReplayRequest, Replayed, SIMULATED_MOST, Simulated, Simulation,
};
use utc_app::{WorkId, WorkView};
use utc_domain::Rule;
use utoipa::ToSchema;

use super::parts::Fields;
use super::replay_result::ReplayResult;
use super::work::Ended;
use crate::problem::Problem;

/// Which recorded decisions to compute again, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// `faithful`: by what they were judged by, word for word. `counterfactual`: by other rules or thresholds.
    mode: String,
    /// Decisions of this time or later (ISO 8601); from the first when absent.
    from: Option<String>,
    /// Decisions before this time (ISO 8601); up to the newest when absent.
    to: Option<String>,
    /// Only decisions about this unit.
    unit: Option<String>,
    /// Only with `counterfactual`: rules by key that are on or off throughout; the others are as they were.
    rules: Option<BTreeMap<String, bool>>,
    /// Only with `counterfactual`: other thresholds, for every unit.
    thresholds: Option<ThresholdsBody>,
}

/// The utilisations from which a level is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThresholdsBody {
    /// From here on writes need approval; above 0.
    low: f64,
    /// From here on they are refused; above `low`, at most 1000.
    high: f64,
}

impl ReplayBody {
    pub(crate) fn into_request(self) -> Result<ReplayRequest, Problem> {
        let mut fields = Fields::default();
        let from = fields.read_optional("/from", self.from.as_deref());
        let to = fields.read_optional("/to", self.to.as_deref());
        let unit = fields.read_optional("/unit", self.unit.as_deref());
        let given = self.rules.is_some() || self.thresholds.is_some();
        let rules = read_rules(&mut fields, self.rules.unwrap_or_default());
        match self.mode.as_str() {
            "faithful" if given => fields.error(
                "/mode",
                "must be `counterfactual` where `rules` or `thresholds` are given",
            ),
            "faithful" | "counterfactual" => {}
            _ => fields.error("/mode", "must be one of `faithful`, `counterfactual`"),
        }
        fields.finish()?;
        let mode = if self.mode == "faithful" {
            ReplayMode::Faithful
        } else {
            let thresholds = self.thresholds.map(|both| (both.low, both.high));
            ReplayMode::Counterfactual(Alternative::new(rules, thresholds)?)
        };
        Ok(ReplayRequest {
            from,
            to,
            unit,
            mode,
        })
    }
}

/// Rules to try on recent decisions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulateBody {
    /// Rules by key that would be on or off throughout; the others are as they were.
    rules: BTreeMap<String, bool>,
    /// Decisions of this time or later (ISO 8601); of the last 24 hours before `to` when absent.
    from: Option<String>,
    /// Decisions before this time (ISO 8601); up to the newest when absent.
    to: Option<String>,
    /// Only decisions about this unit.
    unit: Option<String>,
}

impl SimulateBody {
    pub(crate) fn into_simulation(self) -> Result<Simulation, Problem> {
        let mut fields = Fields::default();
        let from = fields.read_optional("/from", self.from.as_deref());
        let to = fields.read_optional("/to", self.to.as_deref());
        let unit = fields.read_optional("/unit", self.unit.as_deref());
        let rules = read_rules(&mut fields, self.rules);
        fields.finish()?;
        Ok(Simulation {
            alternative: Alternative::new(rules, None)?,
            from,
            to,
            unit,
            limit: SIMULATED_MOST,
        })
    }
}

fn read_rules(fields: &mut Fields, given: BTreeMap<String, bool>) -> BTreeMap<Rule, bool> {
    let read = given.into_iter().filter_map(|(key, on)| {
        let pointer = format!("/rules/{}", key.replace('~', "~0").replace('/', "~1"));
        fields.read(&pointer, &key).map(|rule| (rule, on))
    });
    read.collect()
}

/// What a change of rules would have done to recent decisions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulateAnswer {
    /// Whether the window held more decisions than one simulation judges; these are the newest ones.
    cut: bool,
    #[serde(flatten)]
    result: ReplayResult,
}

impl From<&Simulated> for SimulateAnswer {
    fn from(simulated: &Simulated) -> Self {
        Self {
            cut: simulated.cut,
            result: ReplayResult::from(&simulated.report),
        }
    }
}

/// A replay has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayStarted {
    /// Its id.
    id: String,
    /// Where to ask how it stands.
    status_url: String,
}

impl ReplayStarted {
    pub(crate) fn new(id: WorkId) -> Self {
        Self {
            id: id.to_string(),
            status_url: format!("/api/v1/replay/{id}"),
        }
    }

    pub(crate) fn status_url(&self) -> &str {
        &self.status_url
    }
}

/// How a replay stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayView {
    /// Its id.
    id: String,
    /// `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// Who began it.
    started_by: String,
    /// When.
    started_at: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    /// How far it is.
    progress: ProgressView,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The receipt of the run, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<String>,
    /// What was found, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ReplayResult>,
}

/// How far a replay is, in positions of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressView {
    /// How many were gone through.
    done: u64,
    /// Of how many; 0 until that is known.
    total: u64,
}

impl From<WorkView<Replayed>> for ReplayView {
    fn from(view: WorkView<Replayed>) -> Self {
        let Ended { error, done } = Ended::of(&view, |replayed| {
            let result = ReplayResult::from(&replayed.report);
            (replayed.receipt_id.to_string(), result)
        });
        let (receipt_id, result) = done.unzip();
        Self {
            id: view.id.to_string(),
            state: view.state.as_str(),
            started_by: view.started_by.to_string(),
            started_at: view.started_at.to_string(),
            ended_at: view.ended_at.map(|at| at.to_string()),
            progress: ProgressView {
                done: view.done,
                total: view.total,
            },
            error,
            receipt_id,
            result,
        }
    }
}
