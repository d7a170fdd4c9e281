//! What a person sets on a unit by hand: a pinned level, a risk mark. Each ends by a person or by time.

use utc_domain::{
    Code, Draft, LevelCause, Meta, PolicyRef, ProtectionLevel, Reason, ReceiptId, ReceiptKind,
    Role, Subject, Timestamp, UnitName,
};
use utc_storage::connection::Db;
use utc_storage::journal::Tx;
use utc_storage::rows::history;
use utc_storage::rows::marks::{self, PinRow, RiskMarkRow};
use utc_storage::rows::units::{self, UnitRow};

use super::configure::{find_or_new, micros, save, state_of};
use super::observe::{change_row, queue_meta};
use super::stored;
use crate::console::Console;
use crate::draft::change;
use crate::task::Plan;
use crate::{AppError, By, Refusal, Ticket};

/// A pin below the measured level loosens protection by hand: it ends after at most this many minutes.
const LONGEST_LOOSENING_MINUTES: i64 = 240;

/// A level to pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinRequest {
    /// The level in force while it is pinned.
    pub level: ProtectionLevel,
    /// Why.
    pub reason: Reason,
    /// Until when; none: until a person removes it.
    pub expires_at: Option<Timestamp>,
}

/// A risk mark to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRequest {
    /// Why.
    pub reason: Reason,
    /// Until when; none: until a person removes it.
    pub expires_at: Option<Timestamp>,
}

/// A mark was set or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The unit, as its own name.
    pub unit: UnitName,
    /// The receipt.
    pub receipt_id: ReceiptId,
}

impl Console {
    /// Pins a unit's level, in place of an older pin. Below the measured level only an administrator may.
    pub fn pin(&self, name: &UnitName, by: impl Into<By>, request: PinRequest) -> Ticket<Marked> {
        let by = by.into();
        let admin = by.holds(Role::Admin);
        self.mark(name, by, true, move |tx, row, name, (actor, policy)| {
            check_expiry(request.expires_at, tx.now())?;
            let measured: ProtectionLevel = stored::parse("units.level", &row.level)?;
            if request.level < measured && !admin {
                return Err(AppError::Forbidden(Refusal::Role(Role::Admin)));
            }
            check_loosening(&request, measured, tx.now())?;
            let before = state_of(tx.db(), row)?.level_at(tx.now()).0;
            let until = request
                .expires_at
                .map_or_else(String::new, |at| format!(" until {at}"));
            let reason = format!(
                "{actor} pinned {name} at {}{until}: {}",
                request.level, request.reason
            );
            let change = Level {
                from: before,
                to: request.level,
                cause: LevelCause::Pinned,
            };
            let mut draft = level_draft(Code::PinSet, actor, name, row, reason, &change, policy)?;
            draft.meta.pinned = Some(true);
            draft.meta.expires_at = request.expires_at;
            record(tx, &draft, name, row, &change)?;
            let pin = PinRow {
                unit: name.to_string(),
                level: request.level.to_string(),
                reason: request.reason.to_string(),
                subject: actor.to_string(),
                since: tx.now().as_micros(),
                expires_at: micros(request.expires_at),
                receipt_id: draft.id.to_string(),
            };
            marks::pin::replace(tx.db(), &pin)?;
            Ok(draft)
        })
    }

    /// Removes a unit's pin: the measured level is in force again.
    pub fn unpin(&self, name: &UnitName, by: impl Into<By>) -> Ticket<Marked> {
        self.mark(name, by, false, move |tx, row, name, (actor, policy)| {
            let reason = format!("{actor} removed the pin of {name}.");
            end_pin(tx, row, name, policy, actor, LevelCause::Unpinned, reason)
        })
    }

    /// Marks a unit risky, in place of an older mark of a person.
    pub fn mark_risky(
        &self,
        name: &UnitName,
        by: impl Into<By>,
        request: RiskRequest,
    ) -> Ticket<Marked> {
        self.mark(name, by, true, move |tx, _, name, (actor, policy)| {
            check_expiry(request.expires_at, tx.now())?;
            let reason = format!("{actor} marked {name} risky: {}", request.reason);
            let mut draft = risk_draft(Code::RiskMarked, actor, name, reason, true, policy);
            draft.meta.expires_at = request.expires_at;
            let mark = RiskMarkRow {
                unit: name.to_string(),
                reason: request.reason.to_string(),
                subject: actor.to_string(),
                since: tx.now().as_micros(),
                expires_at: micros(request.expires_at),
                receipt_id: draft.id.to_string(),
            };
            marks::risk::replace(tx.db(), &mark)?;
            Ok(draft)
        })
    }

    /// Removes a person's risk mark.
    pub fn clear_risky(&self, name: &UnitName, by: impl Into<By>) -> Ticket<Marked> {
        self.mark(name, by, false, move |tx, _, name, (actor, policy)| {
            if !marks::risk::remove(tx.db(), name.as_str())? {
                return Err(AppError::NotFound {
                    what: "risk mark on unit",
                    name: name.to_string(),
                });
            }
            let reason = format!("{actor} removed the risk mark of {name}.");
            Ok(risk_draft(
                Code::RiskCleared,
                actor,
                name,
                reason,
                false,
                policy,
            ))
        })
    }

    /// The common frame of the four: find the unit, do one thing that yields one receipt, publish the state.
    pub(crate) fn mark(
        &self,
        name: &UnitName,
        by: impl Into<By>,
        create: bool,
        mut act: impl FnMut(
            &mut Tx<'_>,
            &UnitRow,
            &UnitName,
            (&Subject, &PolicyRef),
        ) -> Result<Draft, AppError>
        + Send
        + 'static,
    ) -> Ticket<Marked> {
        let name = self.cache().resolve(name);
        let limit = self.options().max_units;
        self.control_by(by, move |tx, actor| {
            let (mut row, new) = match units::find(tx.db(), name.as_str())? {
                Some(row) => (row, false),
                None if create => find_or_new(tx, &name, limit)?,
                None => {
                    return Err(AppError::NotFound {
                        what: "unit",
                        name: name.to_string(),
                    });
                }
            };
            row.state_epoch = i64::try_from(tx.change_state()).unwrap_or(i64::MAX);
            row.updated_at = tx.now().as_micros();
            save(tx.db(), &row, new)?;
            let policy = stored::policy_in(tx)?;
            let draft = act(tx, &row, &name, (actor, &policy))?;
            let state = state_of(tx.db(), &row)?;
            let unit = name.clone();
            Ok(Plan {
                answer: Marked {
                    unit: name.clone(),
                    receipt_id: draft.id,
                },
                drafts: vec![draft],
                publish: Some(Box::new(move |cache| cache.set_unit(&unit, state.clone()))),
            })
        })
    }
}

/// A change of the level in force.
struct Level {
    from: ProtectionLevel,
    to: ProtectionLevel,
    cause: LevelCause,
}

pub(super) fn end_pin(
    tx: &mut Tx<'_>,
    row: &UnitRow,
    name: &UnitName,
    policy: &PolicyRef,
    actor: &Subject,
    cause: LevelCause,
    reason: String,
) -> Result<Draft, AppError> {
    let Some(pin) = marks::pin::find(tx.db(), name.as_str())? else {
        return Err(AppError::NotFound {
            what: "pin on unit",
            name: name.to_string(),
        });
    };
    marks::pin::remove(tx.db(), name.as_str())?;
    let from = stored::parse("pins.level", &pin.level)?;
    let to = stored::parse("units.level", &row.level)?;
    let change = Level { from, to, cause };
    let mut draft = level_draft(Code::PinRemoved, actor, name, row, reason, &change, policy)?;
    draft.meta.pinned = Some(false);
    record(tx, &draft, name, row, &change)?;
    Ok(draft)
}

fn level_draft(
    code: Code,
    actor: &Subject,
    name: &UnitName,
    row: &UnitRow,
    reason: String,
    level: &Level,
    policy: &PolicyRef,
) -> Result<Draft, AppError> {
    let state = stored::queue_state(row)?;
    let meta = Meta {
        previous_level: Some(level.from),
        protection_level: Some(level.to),
        cause: Some(level.cause),
        ..queue_meta(state.as_ref())
    };
    let draft = change(
        ReceiptKind::ProtectionChange,
        code,
        actor.clone(),
        reason,
        policy.clone(),
    );
    Ok(Draft {
        unit: Some(name.clone()),
        meta,
        ..draft
    })
}

fn record(
    tx: &mut Tx<'_>,
    draft: &Draft,
    name: &UnitName,
    row: &UnitRow,
    level: &Level,
) -> Result<(), AppError> {
    let state = stored::queue_state(row)?;
    let now = tx.now();
    let change = change_row(
        draft,
        name,
        level.from,
        level.to,
        level.cause,
        state.as_ref(),
        now,
    );
    insert(tx.db(), &change)
}

fn insert(db: &mut Db, row: &history::LevelChangeRow) -> Result<(), AppError> {
    history::insert_change(db, row).map_err(Into::into)
}

pub(super) fn risk_draft(
    code: Code,
    actor: &Subject,
    name: &UnitName,
    reason: String,
    risky: bool,
    policy: &PolicyRef,
) -> Draft {
    let meta = Meta {
        risky: Some(risky),
        ..Meta::default()
    };
    let draft = change(
        ReceiptKind::RiskChange,
        code,
        actor.clone(),
        reason,
        policy.clone(),
    );
    Draft {
        unit: Some(name.clone()),
        meta,
        ..draft
    }
}

fn check_expiry(expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), AppError> {
    match expires_at {
        Some(at) if at <= now => Err(AppError::invalid(
            "/expires_at",
            format!("must lie in the future; it is {now} now"),
        )),
        Some(_) | None => Ok(()),
    }
}

fn check_loosening(
    request: &PinRequest,
    measured: ProtectionLevel,
    now: Timestamp,
) -> Result<(), AppError> {
    let latest = now.plus_minutes(LONGEST_LOOSENING_MINUTES);
    let soon = request.expires_at.is_some_and(|at| at <= latest);
    if request.level >= measured || soon {
        return Ok(());
    }
    let message = format!(
        "a pin below the measured level ({measured}) must end within 4 hours: at {latest} or before"
    );
    Err(AppError::invalid("/expires_at", message))
}
