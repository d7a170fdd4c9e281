//! A person's word that the scorer's flag on a unit does not count for a while.

use utc_domain::{Code, Draft, Meta, PolicyRef, Reason, ReceiptKind, Subject, Timestamp, UnitName};
use utc_storage::journal::Tx;
use utc_storage::rows::marks::{self, RiskOverrideRow};

use crate::console::Console;
use crate::draft::{change, system_subject};
use crate::units::Marked;
use crate::{AppError, By, Ticket};

/// An override loosens protection by hand: it ends after at most this many minutes.
const LONGEST_MINUTES: i64 = 24 * 60;

/// An override to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideRequest {
    /// Why.
    pub reason: Reason,
    /// Until when: at most 24 hours from now.
    pub expires_at: Timestamp,
}

impl Console {
    /// Says that the scorer's flag on a unit does not count until then, in place of an older override. A person's own mark
    /// counts as before.
    ///
    /// # Errors
    /// [`AppError::Invalid`] where that is past, or more than 24 hours ahead; [`AppError::NotFound`] where there is no such
    /// unit.
    pub fn override_risk(
        &self,
        name: &UnitName,
        by: impl Into<By>,
        request: OverrideRequest,
    ) -> Ticket<Marked> {
        self.mark(name, by, false, move |tx, _, name, (actor, policy)| {
            check(request.expires_at, tx.now())?;
            let reason = format!(
                "{actor} says that the scorer's flag on {name} does not count until {}: {}",
                request.expires_at, request.reason
            );
            let mut draft = receipt(Code::RiskOverridden, actor, name, reason, policy);
            draft.meta.expires_at = Some(request.expires_at);
            draft.meta.loosens = Some(true);
            let row = RiskOverrideRow {
                unit: name.to_string(),
                reason: request.reason.to_string(),
                subject: actor.to_string(),
                since: tx.now().as_micros(),
                expires_at: Some(request.expires_at.as_micros()),
                receipt_id: draft.id.to_string(),
            };
            marks::risk_override::replace(tx.db(), &row)?;
            Ok(draft)
        })
    }

    /// Takes an override back: the scorer's flag counts again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none.
    pub fn end_override(&self, name: &UnitName, by: impl Into<By>) -> Ticket<Marked> {
        self.mark(name, by, false, move |tx, _, name, (actor, policy)| {
            if !marks::risk_override::remove(tx.db(), name.as_str())? {
                return Err(AppError::NotFound {
                    what: "risk override on unit",
                    name: name.to_string(),
                });
            }
            let reason = format!("{actor} took the risk override of {name} back.");
            let code = Code::RiskOverrideRemoved;
            Ok(receipt(code, actor, name, reason, policy))
        })
    }
}

/// Ends an override whose time is over.
pub(crate) fn expire_override(
    tx: &mut Tx<'_>,
    unit: &UnitName,
    policy: &PolicyRef,
) -> Result<Draft, AppError> {
    marks::risk_override::remove(tx.db(), unit.as_str())?;
    let reason = format!("The risk override of {unit} reached its end.");
    let clock = system_subject("system:clock");
    let code = Code::RiskOverrideExpired;
    Ok(receipt(code, &clock, unit, reason, policy))
}

fn receipt(
    code: Code,
    actor: &Subject,
    unit: &UnitName,
    reason: String,
    policy: &PolicyRef,
) -> Draft {
    let kind = ReceiptKind::RiskChange;
    let draft = change(kind, code, actor.clone(), reason, policy.clone());
    Draft {
        unit: Some(unit.clone()),
        meta: Meta::default(),
        ..draft
    }
}

fn check(expires_at: Timestamp, now: Timestamp) -> Result<(), AppError> {
    let latest = now.plus_minutes(LONGEST_MINUTES);
    if expires_at > now && expires_at <= latest {
        return Ok(());
    }
    let message = format!("must lie in the future, at {latest} or before");
    Err(AppError::invalid("/expires_at", message))
}
