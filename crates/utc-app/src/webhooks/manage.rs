//! Webhooks: made, listed, changed, deleted. Each change is a receipt.

use utc_domain::{
    Code, Draft, NoticeFormat, ReceiptId, ReceiptKind, Subject, WebhookId, WebhookName,
};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::outbox;
use utc_storage::rows::webhooks::{self, WebhookRow};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::secret::NewSecret;
use super::stored::{found, view};
use super::webhook::{NewWebhook, SavedWebhook, WebhookChange, WebhookView};
use crate::console::Console;
use crate::draft::change;
use crate::identity::{scope_text, scope_words};
use crate::task::Plan;
use crate::units::stored::policy_in;
use crate::{AppError, By, Ticket};

/// The most webhooks of one installation: each costs a row for every notice.
const MOST: usize = 50;

/// For so long a secret that was replaced signs beside the new one, in minutes: a receiver learns the new one meanwhile.
const OVERLAP_MINUTES: i64 = 24 * 60;

impl Console {
    /// Makes a webhook.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the name is in use, or there are 50 already.
    pub fn create_webhook(&self, actor: impl Into<By>, new: NewWebhook) -> Ticket<SavedWebhook> {
        let id = WebhookId::new(Uuid::now_v7());
        let secret = match self.secret_for(id, new.format) {
            Ok(secret) => secret,
            Err(error) => return Ticket::ready(Err(error)),
        };
        let (shown, sealed) = split(secret);
        let made = self.control_by(actor, move |tx, actor| {
            insert(tx, actor, &new, id, sealed.as_ref())
        });
        made.map(move |view| SavedWebhook {
            view,
            secret: shown,
        })
    }

    /// Every webhook, oldest first. Blocks.
    pub fn webhooks(&self) -> Result<Vec<WebhookView>, AppError> {
        let rows = self.store().read(webhooks::all)?;
        let views: Result<_, StorageError> = rows.iter().map(view).collect();
        views.map_err(Into::into)
    }

    /// One webhook. Blocks.
    pub fn webhook(&self, id: WebhookId) -> Result<WebhookView, AppError> {
        let row = self.store().read(|db| found(db, id))?;
        Ok(view(&row)?)
    }

    /// Changes a webhook.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none of this id; [`AppError::Conflict`] when the name is in use;
    /// [`AppError::Invalid`] for a new secret where nothing is signed.
    pub fn change_webhook(
        &self,
        actor: impl Into<By>,
        id: WebhookId,
        change: WebhookChange,
    ) -> Ticket<SavedWebhook> {
        let secret = change
            .new_secret
            .then(|| NewSecret::make(self.vault(), id))
            .transpose();
        let (shown, sealed) = match secret {
            Ok(secret) => split(secret),
            Err(error) => return Ticket::ready(Err(error)),
        };
        let changed = self.control_by(actor, move |tx, actor| {
            update(tx, actor, id, &change, sealed.as_ref())
        });
        changed.map(move |view| SavedWebhook {
            view,
            secret: shown,
        })
    }

    /// Deletes a webhook and everything that is kept of its deliveries.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none of this id.
    pub fn delete_webhook(&self, actor: impl Into<By>, id: WebhookId) -> Ticket<ReceiptId> {
        self.control_by(actor, move |tx, actor| {
            let row = found(tx.db(), id)?;
            outbox::remove_of(tx.db(), &row.id)?;
            webhooks::remove(tx.db(), &row.id)?;
            let reason = format!("{actor} deleted webhook `{}` ({id}).", row.name);
            let draft = draft(tx, Code::WebhookDeleted, actor, reason)?;
            Ok(Plan {
                answer: draft.id,
                drafts: vec![draft],
                publish: None,
            })
        })
    }

    fn secret_for(
        &self,
        id: WebhookId,
        format: NoticeFormat,
    ) -> Result<Option<NewSecret>, AppError> {
        match format {
            NoticeFormat::Standard => NewSecret::make(self.vault(), id).map(Some),
            NoticeFormat::Slack => Ok(None),
        }
    }
}

fn split(secret: Option<NewSecret>) -> (Option<Zeroizing<String>>, Option<String>) {
    secret.map(|secret| (secret.shown, secret.sealed)).unzip()
}

/// A draft that says what was done to a webhook. No unit's decisions change with it.
pub(super) fn draft(
    tx: &mut Tx<'_>,
    code: Code,
    actor: &Subject,
    reason: String,
) -> Result<Draft, AppError> {
    let policy = policy_in(tx)?;
    let kind = ReceiptKind::ConfigChange;
    Ok(change(kind, code, actor.clone(), reason, policy))
}

fn insert(
    tx: &mut Tx<'_>,
    actor: &Subject,
    new: &NewWebhook,
    id: WebhookId,
    sealed: Option<&String>,
) -> Result<Plan<WebhookView>, AppError> {
    refuse_taken(tx.db(), &new.name)?;
    if webhooks::all(tx.db())?.len() >= MOST {
        return Err(AppError::Conflict {
            code: "webhook_limit",
            message: format!("there are {MOST} webhooks already; delete one first"),
        });
    }
    let now = tx.now().as_micros();
    let mut row = WebhookRow {
        id: id.to_string(),
        name: new.name.to_string(),
        url: new.url.as_str().to_owned(),
        format: new.format.to_string(),
        secret: sealed.cloned(),
        events: new.events.to_string(),
        units: scope_text(&new.units),
        enabled: true,
        created_at: now,
        created_by: actor.to_string(),
        updated_at: now,
        receipt_id: String::new(),
        previous_secret: None,
        previous_until: None,
    };
    let what = words(&view(&row)?);
    let reason = format!("{actor} made webhook `{}` ({id}): {what}.", new.name);
    let draft = draft(tx, Code::WebhookCreated, actor, reason)?;
    row.receipt_id = draft.id.to_string();
    webhooks::insert(tx.db(), &row)?;
    Ok(Plan {
        answer: view(&row)?,
        drafts: vec![draft],
        publish: None,
    })
}

fn update(
    tx: &mut Tx<'_>,
    actor: &Subject,
    id: WebhookId,
    change: &WebhookChange,
    sealed: Option<&String>,
) -> Result<Plan<WebhookView>, AppError> {
    let before = found(tx.db(), id)?;
    if let Some(name) = change
        .name
        .as_ref()
        .filter(|name| name.as_str() != before.name)
    {
        refuse_taken(tx.db(), name)?;
    }
    if before.secret.is_none() && sealed.is_some() {
        let message = "nothing that goes to such a receiver is signed";
        return Err(AppError::invalid("/new_secret", message));
    }
    let mut row = merged(before, change);
    let now = tx.now().as_micros();
    if let Some(sealed) = sealed {
        row.previous_secret = row.secret.replace(sealed.clone());
        row.previous_until = Some(tx.now().plus_minutes(OVERLAP_MINUTES).as_micros());
    }
    row.updated_at = now;
    if change.enabled == Some(false) {
        let why = "the webhook was switched off";
        outbox::give_up(tx.db(), &row.id, why, now)?;
    }
    let reason = format!(
        "{actor} changed webhook `{}` ({id}): {}{}.",
        row.name,
        words(&view(&row)?),
        if sealed.is_some() {
            "; with a new secret"
        } else {
            ""
        },
    );
    let draft = draft(tx, Code::WebhookChanged, actor, reason)?;
    row.receipt_id = draft.id.to_string();
    webhooks::update(tx.db(), &row)?;
    Ok(Plan {
        answer: view(&row)?,
        drafts: vec![draft],
        publish: None,
    })
}

fn merged(before: WebhookRow, change: &WebhookChange) -> WebhookRow {
    WebhookRow {
        name: change
            .name
            .as_ref()
            .map_or(before.name, ToString::to_string),
        url: match &change.url {
            Some(url) => url.as_str().to_owned(),
            None => before.url,
        },
        events: change
            .events
            .as_ref()
            .map_or(before.events, ToString::to_string),
        units: match &change.units {
            Some(units) => scope_text(units),
            None => before.units,
        },
        enabled: change.enabled.unwrap_or(before.enabled),
        ..before
    }
}

fn refuse_taken(db: &mut Db, name: &WebhookName) -> Result<(), AppError> {
    match webhooks::by_name(db, name.as_str())? {
        None => Ok(()),
        Some(_) => Err(AppError::Conflict {
            code: "webhook_exists",
            message: format!("there is a webhook `{name}` already"),
        }),
    }
}

/// What a webhook is, for a receipt: of the URL no more than what is no secret.
fn words(view: &WebhookView) -> String {
    let units = scope_words(&view.units, "every unit");
    let events: Vec<&str> = view
        .events
        .as_slice()
        .iter()
        .map(|kind| kind.as_str())
        .collect();
    format!(
        "{} at {}; hears of {}; on {units}; {}",
        view.format,
        view.url.origin(),
        events.join(", "),
        if view.enabled { "on" } else { "off" },
    )
}
