//! Pins and risk marks on the wire.

use serde::Deserialize;
use utc_app::{PinRequest, RiskRequest};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::wire::parts::Fields;

/// A level to pin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinBody {
    /// `permissive`, `require_approval` or `read_only`.
    level: String,
    /// Why, at most 1,000 characters.
    reason: String,
    /// Until when (ISO 8601). A pin below the measured level must end within 4 hours.
    expires_at: Option<String>,
}

impl PinBody {
    pub(crate) fn into_request(self) -> Result<PinRequest, Problem> {
        let mut fields = Fields::default();
        let level = fields.read("/level", &self.level);
        let reason = fields.read("/reason", &self.reason);
        let expires_at = fields.read_optional("/expires_at", self.expires_at.as_deref());
        let request = level.zip(reason).map(|(level, reason)| PinRequest {
            level,
            reason,
            expires_at,
        });
        fields.finish_with(request)
    }
}

/// A risk mark to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RiskBody {
    /// Why, at most 1,000 characters.
    reason: String,
    /// Until when (ISO 8601).
    expires_at: Option<String>,
}

impl RiskBody {
    pub(crate) fn into_request(self) -> Result<RiskRequest, Problem> {
        let mut fields = Fields::default();
        let reason = fields.read("/reason", &self.reason);
        let expires_at = fields.read_optional("/expires_at", self.expires_at.as_deref());
        fields.finish_with(reason.map(|reason| RiskRequest { reason, expires_at }))
    }
}
