//! Receipts on the wire.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utc_app::{Filter, ReceiptPage, StoredReceipt};
use utc_attestation::Verification;
use utc_domain::{Action, Decision, ReceiptKind, Subject, Timestamp, UnitName};
use utoipa::{IntoParams, ToSchema};

use super::parts::Fields;
use crate::problem::Problem;

/// A stored receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptView {
    /// Its id.
    id: String,
    /// Its position in the log, from 0.
    seq: u64,
    /// Its exact bytes: a compact JWS.
    receipt: String,
    /// Its claims.
    #[schema(value_type = Object)]
    payload: serde_json::Value,
}

impl From<StoredReceipt> for ReceiptView {
    fn from(stored: StoredReceipt) -> Self {
        let payload = payload(&stored.receipt).unwrap_or_default();
        Self {
            id: stored.id,
            seq: stored.seq,
            receipt: stored.receipt,
            payload,
        }
    }
}

/// The claims inside a compact JWS that was stored by us.
fn payload(jws: &str) -> Option<serde_json::Value> {
    let claims = URL_SAFE_NO_PAD.decode(jws.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// A page of receipts, newest first. It may hold fewer than asked for and still have a next one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptList {
    /// The receipts.
    items: Vec<ReceiptView>,
    /// Ask again with this `cursor`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<ReceiptPage> for ReceiptList {
    fn from(page: ReceiptPage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next.map(|seq| cursor(&seq.to_string())),
        }
    }
}

/// An opaque cursor.
pub(crate) fn cursor(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Reads a cursor that [`cursor`] made.
pub(crate) fn read_cursor<T: std::str::FromStr>(
    fields: &mut Fields,
    text: Option<&str>,
) -> Option<T> {
    let text = text?;
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let value = bytes.and_then(|text| text.parse().ok());
    if value.is_none() {
        fields.error("/cursor", "must be a `next_cursor` of an earlier answer");
    }
    value
}

/// What to search receipts for. All given conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceiptQuery {
    /// Exactly this subject.
    pub(crate) subject: Option<String>,
    /// Exactly this unit.
    pub(crate) unit: Option<String>,
    /// Exactly this action.
    pub(crate) action: Option<String>,
    /// `ALLOW`, `DENY` or `REQUIRE_APPROVAL`.
    pub(crate) decision: Option<String>,
    /// The kind of receipt: `decision`, `policy_change`, …
    pub(crate) kind: Option<String>,
    /// At this time or later (ISO 8601).
    pub(crate) from: Option<String>,
    /// Before this time (ISO 8601).
    pub(crate) to: Option<String>,
    /// Where to go on.
    pub(crate) cursor: Option<String>,
    /// How many, 1 to 200; 50 when absent.
    pub(crate) limit: Option<String>,
}

impl ReceiptQuery {
    pub(crate) fn into_filter(self) -> Result<(Filter, usize), Problem> {
        let mut fields = Fields::default();
        let subject: Option<Subject> = fields.read_optional("/subject", self.subject.as_deref());
        let unit: Option<UnitName> = fields.read_optional("/unit", self.unit.as_deref());
        let action: Option<Action> = fields.read_optional("/action", self.action.as_deref());
        let decision: Option<Decision> =
            fields.read_optional("/decision", self.decision.as_deref());
        let kind: Option<ReceiptKind> = fields.read_optional("/kind", self.kind.as_deref());
        let from: Option<Timestamp> = fields.read_optional("/from", self.from.as_deref());
        let to: Option<Timestamp> = fields.read_optional("/to", self.to.as_deref());
        let before = read_cursor(&mut fields, self.cursor.as_deref());
        let limit = read_limit(&mut fields, self.limit.as_deref());
        fields.finish()?;
        let filter = Filter {
            subject: subject.map(|value| value.to_string()),
            action: action.map(|value| value.to_string()),
            unit: unit.map(|value| value.to_string()),
            decision: decision.map(|value| value.to_string()),
            kind: kind.map(|value| value.to_string()),
            from: from.map(Timestamp::as_micros),
            to: to.map(Timestamp::as_micros),
            before,
        };
        Ok((filter, limit))
    }
}

/// How many to answer with: 1 to 200, 50 when absent.
pub(crate) fn read_limit(fields: &mut Fields, text: Option<&str>) -> usize {
    let Some(text) = text else { return 50 };
    if let Ok(limit @ 1..=200) = text.parse() {
        limit
    } else {
        fields.error("/limit", "must be a number from 1 to 200");
        50
    }
}

/// What to verify: a token, or the id of a stored receipt.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct VerifyBody {
    /// A compact JWS.
    pub(crate) receipt: Option<String>,
    /// The id of a stored receipt.
    pub(crate) receipt_id: Option<String>,
}

/// What verifying found. Nonsense is not an error: it is not valid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerifyAnswer {
    /// Whether every check that could be made holds.
    valid: bool,
    /// Every check, in order.
    checks: Vec<CheckView>,
    /// The claims, when the signature holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    payload: Option<serde_json::Value>,
}

/// One check.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// Its name.
    name: &'static str,
    /// `ok`, `failed` or `not_checked`.
    outcome: &'static str,
    /// Why.
    detail: String,
}

impl From<Verification> for VerifyAnswer {
    fn from(verification: Verification) -> Self {
        Self {
            valid: verification.valid(),
            payload: verification.payload,
            checks: verification
                .checks
                .into_iter()
                .map(|check| CheckView {
                    name: check.name.as_str(),
                    outcome: check.outcome.as_str(),
                    detail: check.detail,
                })
                .collect(),
        }
    }
}
