//! The risk of a unit on the wire.

use serde::{Deserialize, Serialize};
use utc_app::MarkView;
use utc_app::signals::{EventSaid, OverrideRequest, RiskPoint, SourceSaid, UnitRisk};
use utoipa::ToSchema;

use super::event::EventAnswer;
use crate::problem::Problem;
use crate::wire::parts::Fields;

/// The risk that trust signals say of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RiskAnswer {
    /// From 0 to 100.
    score: f64,
    /// From 0 to 1, whatever the criticality.
    risk: f64,
    /// Since when the scorer has found it risky; absent when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    flagged_since: Option<String>,
    /// The receipt of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    flag_receipt_id: Option<String>,
    /// Each source that says anything.
    sources: Vec<SourceShareAnswer>,
    /// The ten events that say most, most first.
    evidence: Vec<EvidenceAnswer>,
    /// Those of them that are still kept.
    events: Vec<EventAnswer>,
    /// Events of the last 24 hours that match.
    matched_count: u64,
    /// `rising`, `stable` or `falling`.
    trend: String,
    /// The moment that it was scored for; absent when no signal ever spoke of the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    scored_at: Option<String>,
    /// A person's word that the scorer's flag does not count for a while.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    overridden: Option<OverrideAnswer>,
    /// What the scorer said before, newest first, at most 200.
    history: Vec<RiskPointAnswer>,
}

/// How much a source says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceShareAnswer {
    /// Who.
    source: String,
    /// `appeared`, `registered` or `authoritative`.
    standing: String,
    /// How much, from 0 to the cap of its standing.
    share: f64,
}

/// How much an event says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceAnswer {
    /// The event.
    event: String,
    /// Who said it.
    source: String,
    /// How much, above 0 and at most 1.
    weight: f64,
}

/// An override.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverrideAnswer {
    /// Why.
    reason: String,
    /// Who said so.
    subject: String,
    /// Since when.
    since: String,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// The receipt.
    receipt_id: String,
}

/// What the scorer said at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RiskPointAnswer {
    /// When.
    at: String,
    /// From 0 to 100.
    score: f64,
    /// Whether it found the unit risky.
    flagged: bool,
    /// Events of the 24 hours before that matched.
    matched_count: u64,
    /// `rising`, `stable` or `falling`.
    trend: String,
}

impl RiskAnswer {
    /// With what the scorer said before. A unit that no signal ever spoke of has a risk of nothing.
    pub(crate) fn new(risk: Option<UnitRisk>, history: Vec<RiskPoint>) -> Self {
        let history = history.into_iter().map(RiskPointAnswer::from).collect();
        let Some(risk) = risk else {
            return Self::nothing(history);
        };
        let sources = risk.evidence.sources.into_iter();
        let evidence = risk.evidence.events.into_iter();
        Self {
            score: risk.score,
            risk: risk.risk,
            flagged_since: risk.flagged_since.map(|at| at.to_string()),
            flag_receipt_id: risk.flag_receipt_id,
            sources: sources.map(SourceShareAnswer::from).collect(),
            evidence: evidence.map(EvidenceAnswer::from).collect(),
            events: risk.events.into_iter().map(EventAnswer::from).collect(),
            matched_count: risk.matched_count,
            trend: risk.trend,
            scored_at: Some(risk.scored_at.to_string()),
            overridden: risk.overridden.map(OverrideAnswer::from),
            history,
        }
    }

    fn nothing(history: Vec<RiskPointAnswer>) -> Self {
        Self {
            score: 0.0,
            risk: 0.0,
            flagged_since: None,
            flag_receipt_id: None,
            sources: Vec::new(),
            evidence: Vec::new(),
            events: Vec::new(),
            matched_count: 0,
            trend: "stable".to_owned(),
            scored_at: None,
            overridden: None,
            history,
        }
    }
}

impl From<SourceSaid> for SourceShareAnswer {
    fn from(said: SourceSaid) -> Self {
        Self {
            source: said.source,
            standing: said.standing,
            share: said.share,
        }
    }
}

impl From<EventSaid> for EvidenceAnswer {
    fn from(said: EventSaid) -> Self {
        Self {
            event: said.hash,
            source: said.source,
            weight: said.weight,
        }
    }
}

impl From<MarkView> for OverrideAnswer {
    fn from(mark: MarkView) -> Self {
        Self {
            reason: mark.reason,
            subject: mark.subject,
            since: mark.since.to_string(),
            expires_at: mark.expires_at.map(|at| at.to_string()),
            receipt_id: mark.receipt_id,
        }
    }
}

impl From<RiskPoint> for RiskPointAnswer {
    fn from(point: RiskPoint) -> Self {
        Self {
            at: point.at.to_string(),
            score: point.score,
            flagged: point.flagged,
            matched_count: point.matched_count,
            trend: point.trend,
        }
    }
}

/// That the scorer's flag does not count for a while.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideBody {
    /// Why, at most 1,000 characters.
    reason: String,
    /// Until when (ISO 8601): within 24 hours.
    expires_at: String,
}

impl OverrideBody {
    pub(crate) fn into_request(self) -> Result<OverrideRequest, Problem> {
        let mut fields = Fields::default();
        let reason = fields.read("/reason", &self.reason);
        let expires_at = fields.read("/expires_at", &self.expires_at);
        let (reason, expires_at) = fields.finish_with(reason.zip(expires_at))?;
        Ok(OverrideRequest { reason, expires_at })
    }
}
