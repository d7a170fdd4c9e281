//! What every answer to a decided request says about the decision.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LOCATION};
use serde::Serialize;
use utc_domain::{Decision, ReceiptId};

use crate::port::Waiting;

const DECISION: HeaderName = HeaderName::from_static("utc-decision");
const RECEIPT: HeaderName = HeaderName::from_static("utc-receipt");
const WOULD_BE: HeaderName = HeaderName::from_static("utc-would-be");

/// A decision: as members of a problem document, and as headers of any answer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Decided {
    decision: &'static str,
    receipt_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_be: Option<&'static str>,
    #[serde(flatten)]
    approval: Option<Approval>,
}

/// What a request waits for.
#[derive(Debug, Clone, Serialize)]
struct Approval {
    #[serde(rename = "approval_id")]
    id: String,
    status_url: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_wait_minutes: Option<f64>,
}

impl Decided {
    pub(crate) fn new(decision: Decision, receipt: ReceiptId) -> Self {
        Self {
            decision: decision.as_str(),
            receipt_id: receipt.to_string(),
            would_be: None,
            approval: None,
        }
    }

    /// The same in observe mode, with what would have been decided.
    pub(crate) fn would_be(self, decision: Option<Decision>) -> Self {
        Self {
            would_be: decision.map(Decision::as_str),
            ..self
        }
    }

    /// The same of a request that waits; `console` is where the console is found.
    pub(crate) fn waiting(self, approval: &Waiting, console: &str) -> Self {
        Self {
            approval: Some(Approval {
                id: approval.id.to_string(),
                status_url: format!("{console}/api/v1/approvals/{}", approval.id),
                expires_at: approval.expires_at.to_string(),
                expected_wait_minutes: approval.expected_wait_minutes,
            }),
            ..self
        }
    }

    /// Says it in the head of an answer.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(DECISION, HeaderValue::from_static(self.decision));
        if let Ok(receipt) = HeaderValue::from_str(&self.receipt_id) {
            headers.insert(RECEIPT, receipt);
        }
        if let Some(would_be) = self.would_be {
            headers.insert(WOULD_BE, HeaderValue::from_static(would_be));
        }
        let place = self.approval.as_ref().map(|approval| &approval.status_url);
        if let Some(Ok(place)) = place.map(|place| HeaderValue::from_str(place)) {
            headers.insert(LOCATION, place);
        }
    }
}
