//! The body and answer of a decision.

use serde::{Deserialize, Serialize};
use utc_app::{Answer, Request};
use utoipa::ToSchema;

use super::approvals::HeldAnswer;
use super::parts::Fields;
use crate::problem::Problem;

/// *May I do this now?* Members that are not listed are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DecideBody {
    /// Who asks: 1 to 200 characters, `agent-42`, `user:alice`.
    subject: String,
    /// What for: `read:<target>` or `write:<target>`, 1 to 500 characters. Anything but `read:` is a write.
    action: String,
    /// The governed thing: 1 to 200 characters of `[a-z0-9._:/-]`.
    unit: String,
    /// The digest of the request body: `sha256:` and 64 lower-case hexadecimal digits.
    payload_hash: Option<String>,
    /// Anything about the request, at most 16 KiB and 32 levels. Kept apart from the receipt, erasable.
    #[schema(value_type = Option<Object>)]
    context: Option<serde_json::Value>,
    /// An approval that was given for exactly this request.
    approval_id: Option<String>,
    /// Why, in the caller's words, at most 1,000 characters. Kept apart from the receipt, erasable.
    reason: Option<String>,
}

impl DecideBody {
    /// Checks every member; all faults are told at once.
    pub(crate) fn into_request(self) -> Result<Request, Problem> {
        let mut fields = Fields::default();
        let subject = fields.read("/subject", &self.subject);
        let action = fields.read("/action", &self.action);
        let unit = fields.read("/unit", &self.unit);
        let payload_hash = fields.read_optional("/payload_hash", self.payload_hash.as_deref());
        let reason = fields.read_optional("/reason", self.reason.as_deref());
        let approval_id = fields.read_optional("/approval_id", self.approval_id.as_deref());
        let request = match (subject, action, unit) {
            (Some(subject), Some(action), Some(unit)) => Some(Request {
                payload_hash,
                reason,
                context: self.context,
                approval_id,
                ..Request::new(subject, action, unit)
            }),
            _ => None,
        };
        fields.finish_with(request)
    }
}

/// The answer. A denial is an answer too: the status is 200.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecideAnswer {
    /// `ALLOW`, `DENY` or `REQUIRE_APPROVAL`.
    decision: &'static str,
    /// In observe mode: what the answer would have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_be: Option<&'static str>,
    /// The id of the receipt, which was on disk before this answer.
    receipt_id: String,
    /// Why, in a sentence.
    reason: String,
    /// Why, as a stable code.
    code: &'static str,
    /// Every rule that matched, whichever decided.
    rules: Vec<&'static str>,
    /// The unit's level in force.
    protection_level: &'static str,
    /// For an `ALLOW`: act before this, or ask again.
    #[serde(skip_serializing_if = "Option::is_none")]
    act_before: Option<String>,
    /// For `REQUIRE_APPROVAL`: the request that waits for people now.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<HeldAnswer>,
    /// Whether it was answered before, under the same `Idempotency-Key`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
    /// The receipt: a compact JWS.
    receipt: String,
}

impl DecideAnswer {
    /// The same, as the answer to a repeated request.
    pub(crate) fn replayed(answer: Answer) -> Self {
        Self {
            replayed: true,
            ..answer.into()
        }
    }
}

impl From<Answer> for DecideAnswer {
    fn from(answer: Answer) -> Self {
        Self {
            decision: answer.decision.as_str(),
            would_be: answer.would_be.map(utc_domain::Decision::as_str),
            receipt_id: answer.receipt_id.to_string(),
            reason: answer.reason,
            code: answer.code.as_str(),
            rules: answer
                .grounds
                .iter()
                .map(utc_domain::Ground::as_str)
                .collect(),
            protection_level: answer.protection_level.as_str(),
            act_before: answer.act_before.map(|at| at.to_string()),
            approval: answer.approval.map(Into::into),
            replayed: false,
            receipt: answer.receipt,
        }
    }
}

/// One item of a batch's answer: the answer, or the problem document of that item alone.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum BatchItem {
    /// The answer.
    Answer(Box<DecideAnswer>),
    /// Why there is none.
    #[schema(value_type = Object)]
    Problem(serde_json::Value),
}
