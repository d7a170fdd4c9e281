//! What the page shows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use utc_app::{AppError, Console};
use utc_domain::{ApprovalId, ReceiptId, Role, Rule};

use super::DemoQuery;
use super::tamper::tampered;
use crate::access::Caller;
use crate::console::receipts::ChecksView;
use crate::sample::{Exchange, RuntimeDemo};
use crate::wire::approvals::ApprovalAnswer;

/// The page.
#[derive(Default, Serialize)]
pub(super) struct DemoView {
    runs: bool,
    /// Whether whoever looks may let signals age.
    may_advance: bool,
    units: Vec<String>,
    /// Key, description, and whether it is on.
    rules: Vec<(&'static str, &'static str, bool)>,
    exchanges: Vec<ExchangeView>,
    examined: Option<Examined>,
}

/// A request, its answer, and what it led to.
#[derive(Serialize)]
struct ExchangeView {
    shown: String,
    error: Option<String>,
    status: u16,
    decision: Option<String>,
    receipt: Option<String>,
    body: String,
    approval: Option<ApprovalAnswer>,
}

/// A receipt that was looked at, or a copy of it.
#[derive(Serialize)]
struct Examined {
    id: String,
    claims: String,
    /// What was changed in the copy.
    change: Option<String>,
    checks: ChecksView,
}

impl DemoView {
    pub(super) fn without_sample() -> Self {
        Self::default()
    }

    pub(super) fn of(
        console: &Console,
        by: &Caller,
        runtime: &RuntimeDemo,
        query: &DemoQuery,
    ) -> Result<Self, AppError> {
        let policy = console.policy();
        let rules = Rule::ALL.map(|rule| (rule.as_str(), rule.description(), policy.is_on(rule)));
        let exchanges = runtime.exchanges().into_iter();
        Ok(Self {
            runs: true,
            may_advance: by.may_everywhere(Role::Admin).is_ok(),
            units: runtime
                .sample()
                .units()
                .iter()
                .map(ToString::to_string)
                .collect(),
            rules: rules.to_vec(),
            exchanges: exchanges
                .map(|one| ExchangeView::new(console, by, one))
                .collect(),
            examined: Examined::of(console, by, query)?,
        })
    }
}

impl ExchangeView {
    fn new(console: &Console, by: &Caller, exchange: Exchange) -> Self {
        let shown = exchange.shown;
        let answered = match exchange.answered {
            Ok(answered) => answered,
            Err(why) => {
                return Self {
                    shown,
                    error: Some(why),
                    status: 0,
                    decision: None,
                    receipt: None,
                    body: String::new(),
                    approval: None,
                };
            }
        };
        // The last part of the address is the id.
        let place = answered
            .location
            .as_deref()
            .and_then(|place| place.rsplit('/').next());
        let id = place.and_then(|id| id.parse::<ApprovalId>().ok());
        let approval = id.and_then(|id| console.approval(&by.shared(), id).ok());
        Self {
            shown,
            error: None,
            status: answered.status,
            decision: answered.decision,
            receipt: answered.receipt,
            body: answered.body,
            approval: approval.map(Into::into),
        }
    }
}

impl Examined {
    fn of(console: &Console, by: &Caller, query: &DemoQuery) -> Result<Option<Self>, AppError> {
        let (id, tamper) = match (&query.verify, &query.tamper) {
            (_, Some(id)) => (id, true),
            (Some(id), None) => (id, false),
            (None, None) => return Ok(None),
        };
        let Ok(id) = id.parse::<ReceiptId>() else {
            return Ok(None);
        };
        let receipt = console.receipt(by, id)?.receipt;
        let copy = if tamper { tampered(&receipt) } else { None };
        let (jws, change) = match copy {
            Some(copy) => (copy.jws, Some(copy.change)),
            None => (receipt, None),
        };
        Ok(Some(Self {
            id: id.to_string(),
            claims: claims(&jws),
            change,
            checks: console.verify(jws.as_bytes())?.into(),
        }))
    }
}

/// The claims as text, as they stand there.
fn claims(jws: &str) -> String {
    let payload = jws.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    let claims = serde_json::from_slice::<Value>(&bytes);
    claims
        .and_then(|claims| serde_json::to_string_pretty(&claims))
        .unwrap_or_default()
}
