//! Searching receipts: the form as it was sent, and what it found.

use serde::{Deserialize, Serialize};
use utc_app::{ReceiptPage, StoredReceipt};
use utc_attestation::Claims;
use utc_domain::{Decision, ReceiptKind};
use utoipa::IntoParams;

use super::detail::claims;
use crate::console::FormErrors;
use crate::console::link::with_query;
use crate::wire::receipts::{ReceiptQuery, cursor};

/// How many receipts one page shows.
const SHOWN: &str = "50";

/// What somebody searches for. Fields that were left empty count as absent.
#[derive(Debug, Clone, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct SearchForm {
    /// Exactly this subject.
    subject: String,
    /// Exactly this unit.
    unit: String,
    /// Exactly this action.
    action: String,
    /// `ALLOW`, `DENY` or `REQUIRE_APPROVAL`.
    decision: String,
    /// The kind of receipt.
    kind: String,
    /// At this time or later, in UTC.
    from: String,
    /// Before this time, in UTC.
    to: String,
    /// Where to go on.
    cursor: String,
}

impl SearchForm {
    pub(super) fn to_query(&self) -> ReceiptQuery {
        ReceiptQuery {
            subject: said(&self.subject),
            unit: said(&self.unit),
            action: said(&self.action),
            decision: said(&self.decision),
            kind: said(&self.kind),
            from: said(&self.from).map(moment),
            to: said(&self.to).map(moment),
            cursor: said(&self.cursor),
            limit: Some(SHOWN.to_owned()),
        }
    }

    fn is_any(&self) -> bool {
        self.parts().any(|(_, value)| !value.is_empty())
    }

    /// The conditions by name, without the place in the list.
    fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("subject", self.subject.as_str()),
            ("unit", &self.unit),
            ("action", &self.action),
            ("decision", &self.decision),
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
        ]
        .into_iter()
    }

    /// The address of the same search, from a place on.
    fn address(&self, cursor: Option<&str>) -> String {
        let conditions = self.parts().chain(cursor.map(|cursor| ("cursor", cursor)));
        let said = conditions.filter(|(_, value)| !value.is_empty());
        with_query("/receipts", said)
    }
}

fn said(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A browser sends `2026-11-29T06:13`, to the minute or the second, and without a zone.
fn moment(text: String) -> String {
    if text.ends_with('Z') {
        return text;
    }
    match text.len() {
        16 => format!("{text}:00Z"),
        19.. if !text.contains('+') => format!("{text}Z"),
        _ => text,
    }
}

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct SearchView {
    form: SearchForm,
    errors: FormErrors,
    decisions: [&'static str; 3],
    kinds: Vec<&'static str>,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    searched: bool,
}

#[derive(Serialize)]
struct Row {
    id: String,
    at: String,
    kind: String,
    decision: Option<String>,
    subject: String,
    action: Option<String>,
    unit: Option<String>,
    reason: String,
}

impl SearchView {
    pub(super) fn new(form: SearchForm, found: ReceiptPage) -> Self {
        let next = found.next.map(|seq| cursor(&seq.to_string()));
        Self {
            rows: found.items.into_iter().map(Row::from).collect(),
            next: next.map(|next| form.address(Some(&next))),
            first: (!form.cursor.is_empty()).then(|| form.address(None)),
            ..Self::wrong(form, FormErrors::default())
        }
    }

    pub(super) fn wrong(form: SearchForm, errors: FormErrors) -> Self {
        Self {
            errors,
            decisions: Decision::ALL.map(Decision::as_str),
            kinds: ReceiptKind::ALL
                .into_iter()
                .map(ReceiptKind::as_str)
                .collect(),
            rows: Vec::new(),
            next: None,
            first: None,
            searched: form.is_any(),
            form,
        }
    }
}

impl From<StoredReceipt> for Row {
    fn from(stored: StoredReceipt) -> Self {
        let at = stored.ts.to_string();
        match claims(&stored.receipt) {
            Some(claims) => Self::new(stored.id, at, claims),
            // It can be looked at, and verifying says what is wrong with it.
            None => Self {
                id: stored.id,
                at,
                kind: "unreadable".to_owned(),
                decision: None,
                subject: String::new(),
                action: None,
                unit: stored.unit,
                reason: String::new(),
            },
        }
    }
}

impl Row {
    fn new(id: String, at: String, claims: Claims) -> Self {
        Self {
            id,
            at,
            kind: claims.kind,
            decision: claims.decision,
            subject: claims.sub,
            action: claims.action,
            unit: claims.unit,
            reason: claims.reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_browser_are_read_as_utc() {
        for (sent, read) in [
            ("2026-11-29T06:13", "2026-11-29T06:13:00Z"),
            ("2026-11-29T06:13:20", "2026-11-29T06:13:20Z"),
            ("2026-11-29T06:13:20Z", "2026-11-29T06:13:20Z"),
            ("2026-11-29T06:13:20+01:00", "2026-11-29T06:13:20+01:00"),
        ] {
            assert_eq!(moment(sent.to_owned()), read);
        }
    }

    #[test]
    fn the_next_page_is_of_the_same_search() {
        let form = SearchForm {
            unit: "route:/a&b".to_owned(),
            cursor: "old".to_owned(),
            ..SearchForm::default()
        };
        assert_eq!(
            form.address(Some("new")),
            "/receipts?unit=route%3A%2Fa%26b&cursor=new"
        );
        assert_eq!(form.address(None), "/receipts?unit=route%3A%2Fa%26b");
    }
}
