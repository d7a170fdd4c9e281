//! Sources: registered, changed, listed. Each change is a receipt.

use std::sync::Arc;

use utc_domain::{ReceiptId, Subject, Timestamp};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::risks;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::{SourceName, Standing};

use super::described::{described, receipt};
use super::rematch::reaches_others;
use super::secret;
use super::source::{SourceConfig, SourceSignature, SourceView};
use super::stored::{found, lines, view};
use crate::console::Console;
use crate::identity::scope_text;
use crate::task::Plan;
use crate::{AppError, By, Ticket};

/// For so long a secret that was replaced verifies beside the new one, in minutes.
const OVERLAP_MINUTES: i64 = 24 * 60;

/// The most audiences of one source.
const MAX_AUDIENCE: usize = 10;

/// A source was registered or changed.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedSource {
    /// As it is now.
    pub view: SourceView,
    /// The receipt.
    pub receipt_id: ReceiptId,
    /// Whether nobody had registered it before.
    pub created: bool,
}

impl Console {
    /// Registers a source, or changes one.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a secret or keys that do not go with how it proves itself.
    pub fn configure_source(
        &self,
        actor: impl Into<By>,
        name: SourceName,
        config: SourceConfig,
    ) -> Ticket<SavedSource> {
        if let Err(error) = check(&config) {
            return Ticket::ready(Err(error));
        }
        let vault = Arc::clone(self.vault());
        let given = config.secret.as_ref();
        let given = given.map(|text| secret::sealed(&vault, &name, config.signature, text));
        let sealed = match given.transpose() {
            Ok(sealed) => sealed,
            Err(error) => return Ticket::ready(Err(error)),
        };
        let wake = Arc::clone(self.wake());
        self.control_by(actor, move |tx, actor| {
            let mut plan = save(tx, actor, &name, &config, sealed.as_ref())?;
            let wake = Arc::clone(&wake);
            plan.publish = Some(Box::new(move |_| wake.due()));
            Ok(plan)
        })
    }

    /// Every source, by name. Blocks.
    pub fn sources(&self) -> Result<Vec<SourceView>, AppError> {
        let now = self.clock().now();
        let rows = self.store().read(sources::all)?;
        let views: Result<_, StorageError> = rows.iter().map(|row| view(row, now)).collect();
        views.map_err(Into::into)
    }

    /// One source. Blocks.
    pub fn source(&self, name: &SourceName) -> Result<SourceView, AppError> {
        let row = self.store().read(|db| found(db, name))?;
        Ok(view(&row, self.clock().now())?)
    }
}

/// That everything is there that its kind of proof needs, and nothing else.
fn check(config: &SourceConfig) -> Result<(), AppError> {
    let ssf = config.signature == SourceSignature::Ssf;
    let only_ssf = "is for sources with the signature `ssf`, and needed there";
    for (pointer, given) in [
        ("/jwks", config.jwks.is_some()),
        ("/issuer", config.issuer.is_some()),
        ("/audience", !config.audience.is_empty()),
    ] {
        if given != ssf {
            return Err(AppError::invalid(pointer, only_ssf));
        }
    }
    if config.stream_id.is_some() && !ssf {
        return Err(AppError::invalid(
            "/stream_id",
            "is for the signature `ssf`",
        ));
    }
    if config.audience.len() > MAX_AUDIENCE {
        let message = format!("must have at most {MAX_AUDIENCE} items");
        return Err(AppError::invalid("/audience", message));
    }
    if config.standing == Standing::Appeared {
        return Err(AppError::invalid(
            "",
            "a source is registered, or authoritative",
        ));
    }
    Ok(())
}

fn save(
    tx: &mut Tx<'_>,
    actor: &Subject,
    name: &SourceName,
    config: &SourceConfig,
    sealed: Option<&String>,
) -> Result<Plan<SavedSource>, AppError> {
    let before = sources::find(tx.db(), name.as_str())?;
    let now = tx.now();
    let mut row = merged(before.as_ref(), name, config, now, actor);
    set_secret(&mut row, before.as_ref(), sealed, now)?;
    let verb = match &before {
        Some(before) if before.receipt_id.is_some() => "changed",
        Some(_) | None => "registered",
    };
    let what = described(before.as_ref(), &row, config, sealed.is_some());
    let draft = receipt(tx, actor, verb, name, &what)?;
    row.receipt_id = Some(draft.id.to_string());
    match &before {
        Some(_) => sources::update(tx.db(), &row)?,
        None => sources::insert(tx.db(), &row)?,
    }
    if before.is_some_and(|before| before.units != row.units) {
        reaches_others(tx, name.as_str())?;
    }
    // Whatever it said counts otherwise from now on.
    risks::revise(tx.db())?;
    risks::put_all_due(tx.db(), now.as_micros())?;
    Ok(Plan {
        answer: SavedSource {
            view: view(&row, now)?,
            receipt_id: draft.id,
            created: verb == "registered",
        },
        drafts: vec![draft],
        publish: None,
    })
}

/// A source that never said anything.
pub(super) fn new_row(name: &SourceName, now: Timestamp) -> SourceRow {
    SourceRow {
        name: name.to_string(),
        standing: Standing::Appeared.to_string(),
        trust: utc_tdx::Rating::APPEARED.trust.get(),
        signature: SourceSignature::Token.to_string(),
        secret: None,
        previous_secret: None,
        previous_until: None,
        jwks: None,
        issuer: None,
        audience: None,
        stream_id: None,
        stream_status: None,
        stream_reason: None,
        expected_states: None,
        verified_at: None,
        units: None,
        created_at: now.as_micros(),
        updated_at: now.as_micros(),
        updated_by: "system:tdx".to_owned(),
        receipt_id: None,
        last_seen_at: None,
        events: 0,
        repeats: 0,
        quota_day: 0,
        quota_used: 0,
    }
}

fn merged(
    before: Option<&SourceRow>,
    name: &SourceName,
    config: &SourceConfig,
    now: Timestamp,
    actor: &Subject,
) -> SourceRow {
    let base = before.cloned().unwrap_or_else(|| new_row(name, now));
    let same_stream = before.is_some_and(|before| before.issuer == config.issuer);
    let stream = |text: Option<String>| text.filter(|_| same_stream);
    SourceRow {
        standing: config.standing.to_string(),
        trust: config.trust.get(),
        signature: config.signature.to_string(),
        jwks: config.jwks.clone(),
        issuer: config.issuer.clone(),
        audience: lines(&config.audience),
        stream_id: config.stream_id.clone(),
        stream_status: stream(base.stream_status),
        stream_reason: stream(base.stream_reason),
        expected_states: stream(base.expected_states),
        units: scope_text(&config.units),
        updated_at: now.as_micros().max(base.created_at),
        updated_by: actor.to_string(),
        ..base
    }
}

/// A new secret takes the place of the old one, which verifies for a while. Another kind of proof has nothing of either.
fn set_secret(
    row: &mut SourceRow,
    before: Option<&SourceRow>,
    sealed: Option<&String>,
    now: Timestamp,
) -> Result<(), AppError> {
    let same_kind = before.is_some_and(|before| before.signature == row.signature);
    if !same_kind {
        (row.secret, row.previous_secret, row.previous_until) = (None, None, None);
    }
    if let Some(sealed) = sealed {
        row.previous_secret = row.secret.replace(sealed.clone());
        let until = now.plus_minutes(OVERLAP_MINUTES).as_micros();
        row.previous_until = row.previous_secret.as_ref().map(|_| until);
    }
    let signs = [SourceSignature::StandardWebhooks, SourceSignature::GitHub];
    let needs = signs.iter().any(|kind| kind.as_str() == row.signature);
    if needs && row.secret.is_none() {
        return Err(AppError::invalid("/secret", "is needed for this signature"));
    }
    Ok(())
}

/// The row of a source, or a new one that only appeared.
pub(super) fn row_of(
    db: &mut Db,
    name: &SourceName,
    now: Timestamp,
) -> Result<(SourceRow, bool), AppError> {
    Ok(match sources::find(db, name.as_str())? {
        Some(row) => (row, false),
        None => (new_row(name, now), true),
    })
}
