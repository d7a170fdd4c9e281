//! What the pages show.

use serde::Serialize;
use utc_app::{AppError, Console, WebhookView};
use utc_domain::{NoticeKind, WebhookId};

use crate::console::{Entries, FormErrors};
use crate::wire::deliveries::{DeliveryList, TestAnswer};
use crate::wire::identity::rights::pattern_texts;
use crate::wire::webhooks::WebhookAnswer;

/// How many deliveries are listed.
const DELIVERIES: usize = 20;

/// One of them in the list of all.
#[derive(Serialize)]
pub(crate) struct WebhookRow {
    path: String,
    webhook: WebhookAnswer,
}

/// A webhook, or the form of a new one.
#[derive(Serialize)]
pub(super) struct WebhookPageView {
    /// None for a new one.
    webhook: Option<WebhookAnswer>,
    /// Where the form goes.
    path: String,
    fields: WebhookFields,
    deliveries: Option<DeliveryList>,
    /// What the receiver did when it was tried out just now.
    tried: Option<TestAnswer>,
    errors: FormErrors,
}

/// The fields as texts, in the form.
#[derive(Serialize)]
pub(super) struct WebhookFields {
    name: String,
    url: String,
    format: String,
    units: String,
    events: Vec<EventChoice>,
}

#[derive(Serialize)]
struct EventChoice {
    name: &'static str,
    about: &'static str,
    chosen: bool,
}

impl WebhookFields {
    /// For a new one: it hears of everything.
    pub(super) fn new() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            format: "standard".to_owned(),
            units: String::new(),
            events: events(|_| true),
        }
    }

    pub(super) fn of(view: &WebhookView) -> Self {
        Self {
            name: view.name.to_string(),
            url: view.url.as_str().to_owned(),
            format: view.format.as_str().to_owned(),
            units: pattern_texts(&view.units).join(" "),
            events: events(|kind| view.events.as_slice().contains(&kind)),
        }
    }

    pub(super) fn entered(form: &Entries) -> Self {
        Self {
            name: form.text("name"),
            url: form.text("url"),
            format: form.text("format"),
            units: form.text("units"),
            events: events(|kind| form.all("events").any(|name| name == kind.as_str())),
        }
    }
}

fn events(chosen: impl Fn(NoticeKind) -> bool) -> Vec<EventChoice> {
    let choice = |kind: NoticeKind| EventChoice {
        name: kind.as_str(),
        about: about(kind),
        chosen: chosen(kind),
    };
    NoticeKind::ALL.into_iter().map(choice).collect()
}

fn about(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::ApprovalRequested => "a write waits for people",
        NoticeKind::ApprovalApproved => "enough people approved",
        NoticeKind::ApprovalRejected => "somebody rejected",
        NoticeKind::ApprovalCancelled => "whoever asked took it back",
        NoticeKind::ApprovalRevoked => "an approval was taken back",
        NoticeKind::ApprovalVoided => "what it was asked for has changed",
        NoticeKind::ApprovalExpired => "nobody decided in time",
        NoticeKind::LevelChanged => "a unit’s level changed",
        NoticeKind::RuleChanged => "a rule was turned on or off",
        NoticeKind::PinBelowMeasured => "a level was pinned below what the load asks for",
        NoticeKind::UnitLoosened => "a unit’s configuration holds less back",
        NoticeKind::UnitRisky => "signals made a unit risky",
        NoticeKind::UnitNotRisky => "a unit is not risky by signals any more",
    }
}

impl WebhookPageView {
    pub(super) fn new(fields: WebhookFields, errors: FormErrors) -> Self {
        Self {
            webhook: None,
            path: "/access/webhooks/new".to_owned(),
            fields,
            deliveries: None,
            tried: None,
            errors,
        }
    }

    pub(super) fn of(console: &Console, id: WebhookId) -> Result<Self, AppError> {
        let view = console.webhook(id)?;
        let deliveries = console.deliveries(id, None, None, DELIVERIES)?;
        Ok(Self {
            path: format!("/access/webhooks/{id}"),
            deliveries: Some(deliveries.into()),
            fields: WebhookFields::of(&view),
            webhook: Some(view.into()),
            tried: None,
            errors: FormErrors::default(),
        })
    }

    /// The same with what somebody entered, and what is wrong with it.
    pub(super) fn entered(self, fields: WebhookFields, errors: FormErrors) -> Self {
        Self {
            fields,
            errors,
            ..self
        }
    }

    /// The same with what the receiver just did.
    pub(super) fn tried(self, tried: TestAnswer) -> Self {
        Self {
            tried: Some(tried),
            ..self
        }
    }
}

impl WebhookRow {
    /// All of them, oldest first.
    pub(crate) fn all(console: &Console) -> Result<Vec<Self>, AppError> {
        let rows = console.webhooks()?.into_iter().map(|view| Self {
            path: format!("/access/webhooks/{}", view.id),
            webhook: view.into(),
        });
        Ok(rows.collect())
    }
}
