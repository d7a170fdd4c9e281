//! What is handed to whoever sends, and what they say became of it.

use std::time::Duration;

use utc_domain::{
    Code, DeliveryState, NoticeFormat, NoticeId, Subject, Timestamp, WebhookId, WebhookUrl,
};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::outbox::{self, OutboxRow};
use utc_storage::rows::webhooks::{self, WebhookRow};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::manage::draft;
use super::secret::opened;
use super::{body, stored};
use crate::console::Console;
use crate::draft::system_subject;
use crate::options::after;
use crate::task::Plan;
use crate::units::stored::parse;
use crate::{AppError, Ticket};

/// How many notices to one webhook are on their way at a time, so that a receiver that is slow or gone holds up itself only.
const AT_ONCE: i64 = 4;

/// The longest error text that is kept, in characters.
const LONGEST_ERROR: usize = 500;

/// One notice to send.
pub struct Parcel {
    /// Goes out with each attempt, so that a receiver knows what it has seen.
    pub id: NoticeId,
    /// Whom it goes to.
    pub webhook: WebhookId,
    /// Where that is.
    pub url: WebhookUrl,
    /// What signs it, the newest first: a secret that was replaced does so for a while. Empty where nothing is signed.
    pub secrets: Vec<Zeroizing<Vec<u8>>>,
    /// What is sent, byte for byte.
    pub body: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The receiver took it.
    Delivered,
    /// It did not, and is to be asked again.
    Again {
        /// What went wrong.
        error: String,
        /// In how long.
        after: Duration,
    },
    /// It did not, and is not asked again.
    Dead {
        /// What went wrong.
        error: String,
    },
    /// It says that it is gone for good: the webhook is switched off.
    Gone {
        /// What it said.
        error: String,
    },
}

impl Console {
    /// Whether there is anything to send. Blocks.
    pub fn notices_are_due(&self) -> Result<bool, AppError> {
        let now = self.clock().now().as_micros();
        self.store().read(|db| {
            // The usual case first: nothing waits at all.
            let any = outbox::any_due(db, now)?;
            Ok(any && !due(db, now)?.is_empty())
        })
    }

    /// Takes what is due, for `owner` alone until `lease` is over: who has not settled it by then is thought dead, and it is
    /// sent again under the same id. Blocks.
    pub fn take_notices(&self, owner: &str, lease: Duration) -> Result<Vec<Parcel>, AppError> {
        let name = owner.to_owned();
        let taken = self.control(move |tx| Ok(Plan::silent(take(tx, &name, lease)?)));
        let mut parcels = Vec::new();
        for (webhook, row) in taken.wait()? {
            match self.parcel(&webhook, &row) {
                Ok(parcel) => parcels.push(parcel),
                Err(error) => self.unreadable(owner, &row, &error)?,
            }
        }
        Ok(parcels)
    }

    /// Writes down what became of an attempt of `owner`. Nothing happens when somebody else has taken it meanwhile, unless
    /// it arrived: that is so whoever sent it.
    pub fn settle_notice(&self, owner: &str, id: NoticeId, settled: Settled) -> Ticket<()> {
        let owner = owner.to_owned();
        self.control(move |tx| settle(tx, &owner, id, &settled))
    }

    /// A call that only tells whether such calls arrive. Nothing of it is kept. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such webhook.
    pub fn test_parcel(&self, id: WebhookId) -> Result<Parcel, AppError> {
        let webhook = self.store().read(|db| stored::found(db, id))?;
        let format: NoticeFormat = parse("webhooks.format", &webhook.format)?;
        let body = body::test(format, self.cache().links(), self.clock().now());
        Ok(Parcel {
            id: NoticeId::new(Uuid::now_v7()),
            webhook: id,
            url: parse("webhooks.url", &webhook.url)?,
            secrets: self.secrets_of(&webhook)?,
            body: body.map_err(|error| AppError::Internal(Box::new(error)))?,
            attempt: 1,
        })
    }

    fn parcel(&self, webhook: &WebhookRow, row: &OutboxRow) -> Result<Parcel, AppError> {
        Ok(Parcel {
            id: stored::notice_id(row)?,
            webhook: stored::id(webhook)?,
            url: parse("webhooks.url", &webhook.url)?,
            secrets: self.secrets_of(webhook)?,
            body: row.body.clone(),
            attempt: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        })
    }

    fn secrets_of(&self, webhook: &WebhookRow) -> Result<Vec<Zeroizing<Vec<u8>>>, AppError> {
        let id = stored::id(webhook)?;
        let now = self.clock().now().as_micros();
        let overlaps = webhook.previous_until.is_some_and(|until| now < until);
        let previous = webhook.previous_secret.as_ref().filter(|_| overlaps);
        let sealed = webhook.secret.iter().chain(previous);
        sealed
            .map(|sealed| opened(self.vault(), id, sealed))
            .collect()
    }

    /// What cannot be made ready (the data key is lost) is given up at once and does not hold the others up.
    fn unreadable(&self, owner: &str, row: &OutboxRow, error: &AppError) -> Result<(), AppError> {
        tracing::error!(delivery = row.id, webhook = row.webhook_id, %error, "a notice cannot be made ready");
        let error = "the webhook's secret cannot be read: give it a new one".to_owned();
        let id = stored::notice_id(row)?;
        self.settle_notice(owner, id, Settled::Dead { error })
            .wait()
    }
}

fn take(
    tx: &mut Tx<'_>,
    owner: &str,
    lease: Duration,
) -> Result<Vec<(WebhookRow, OutboxRow)>, AppError> {
    let now = tx.now();
    let mut taken = due(tx.db(), now.as_micros())?;
    for (_, row) in &mut taken {
        row.attempts = row.attempts.saturating_add(1);
        row.lease_owner = Some(owner.to_owned());
        row.lease_until = Some(after(now, lease).as_micros());
        outbox::update(tx.db(), row)?;
    }
    Ok(taken)
}

/// What may be sent now: of each webhook as many as there is room for beside those that are on their way.
fn due(db: &mut Db, now: i64) -> Result<Vec<(WebhookRow, OutboxRow)>, AppError> {
    let mut found = Vec::new();
    for webhook in webhooks::enabled(db)? {
        let room = AT_ONCE - outbox::count_leased(db, &webhook.id, now)?;
        let rows = outbox::due(db, &webhook.id, now, room.max(0))?;
        found.extend(rows.into_iter().map(|row| (webhook.clone(), row)));
    }
    Ok(found)
}

fn settle(
    tx: &mut Tx<'_>,
    owner: &str,
    id: NoticeId,
    settled: &Settled,
) -> Result<Plan<()>, AppError> {
    let Some(row) = outbox::find(tx.db(), &id.to_string())? else {
        return Ok(Plan::silent(()));
    };
    let own = row.lease_owner.as_deref() == Some(owner);
    let waits = row.state == DeliveryState::Pending.as_str();
    if !waits || !(own || *settled == Settled::Delivered) {
        return Ok(Plan::silent(()));
    }
    let row = ended(row, settled, tx.now());
    outbox::update(tx.db(), &row)?;
    match settled {
        Settled::Gone { .. } => switch_off(tx, &row.webhook_id),
        Settled::Delivered | Settled::Again { .. } | Settled::Dead { .. } => Ok(Plan::silent(())),
    }
}

/// The row after an attempt.
fn ended(row: OutboxRow, settled: &Settled, now: Timestamp) -> OutboxRow {
    let (state, error, next_at) = match settled {
        Settled::Delivered => (DeliveryState::Delivered, None, None),
        Settled::Again { error, after: span } => {
            (DeliveryState::Pending, Some(error), Some(after(now, *span)))
        }
        Settled::Dead { error } | Settled::Gone { error } => {
            (DeliveryState::Dead, Some(error), None)
        }
    };
    OutboxRow {
        state: state.to_string(),
        next_at: next_at.map(Timestamp::as_micros),
        ended_at: next_at.is_none().then_some(now.as_micros()),
        last_error: error.map(|text| text.chars().take(LONGEST_ERROR).collect()),
        lease_owner: None,
        lease_until: None,
        ..row
    }
}

fn switch_off(tx: &mut Tx<'_>, webhook: &str) -> Result<Plan<()>, AppError> {
    let Some(mut row) = enabled(tx.db(), webhook)? else {
        return Ok(Plan::silent(()));
    };
    let now = tx.now().as_micros();
    outbox::give_up(tx.db(), webhook, "the receiver is gone", now)?;
    let reason = format!(
        "Webhook `{}` ({webhook}) is off: its receiver said that it is gone.",
        row.name
    );
    let actor: Subject = system_subject("system:webhooks");
    let draft = draft(tx, Code::WebhookGone, &actor, reason)?;
    row.enabled = false;
    row.updated_at = now;
    row.receipt_id = draft.id.to_string();
    webhooks::update(tx.db(), &row)?;
    Ok(Plan {
        answer: (),
        drafts: vec![draft],
        publish: None,
    })
}

fn enabled(db: &mut Db, webhook: &str) -> Result<Option<WebhookRow>, AppError> {
    let row = webhooks::find(db, webhook)?;
    Ok(row.filter(|row| row.enabled))
}
