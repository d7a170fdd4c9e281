//! What holds less back than before, because somebody said so.

use utc_attestation::Claims;
use utc_domain::{Code, ProtectionLevel, ReceiptKind, Timestamp};
use utc_storage::rows::receipts::{self, Filter};

use super::claims;
use crate::console::Console;
use crate::{AppError, Principal};

/// How far back is looked, in minutes.
const LOOK_BACK_MINUTES: i64 = 24 * 60;

/// How many receipts of each kind are looked at.
const EACH: usize = 50;

/// The kinds of receipts that can record such a change.
const KINDS: [ReceiptKind; 4] = [
    ReceiptKind::PolicyChange,
    ReceiptKind::ProtectionChange,
    ReceiptKind::RiskChange,
    ReceiptKind::ConfigChange,
];

/// What was loosened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoosenedBy {
    /// A rule was turned off, or a setting changed.
    Rule,
    /// A person lowered a level, by a pin or by removing one.
    Pin,
    /// A person took a risk mark away.
    Risk,
    /// A unit was configured to hold less back.
    Unit,
}

/// A change after which less is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loosening {
    /// What was loosened.
    pub by: LoosenedBy,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub subject: String,
    /// On which unit; none: on all.
    pub unit: Option<String>,
    /// The receipt's sentence.
    pub reason: String,
    /// The receipt.
    pub receipt_id: String,
}

impl Console {
    /// What was loosened in the last 24 hours, as far as `by` sees it, newest first. Blocks.
    pub fn loosened(&self, by: &Principal, limit: usize) -> Result<Vec<Loosening>, AppError> {
        let from = self.clock().now().plus_minutes(-LOOK_BACK_MINUTES);
        let mut found = Vec::new();
        for kind in KINDS {
            let filter = Filter {
                kind: Some(kind.to_string()),
                from: Some(from.as_micros()),
                ..Filter::default()
            };
            let page = self.store().read(|db| {
                receipts::search(db, &filter, EACH, &|unit| {
                    kind == ReceiptKind::PolicyChange || by.sees(unit)
                })
            })?;
            let rows = page.rows.into_iter();
            found.extend(rows.filter_map(|row| loosening(&row)));
        }
        found.sort_by_key(|change: &Loosening| std::cmp::Reverse(change.at));
        found.truncate(limit);
        Ok(found)
    }
}

fn loosening(row: &receipts::ReceiptRow) -> Option<Loosening> {
    let claims = claims(&row.jws)?;
    Some(Loosening {
        by: loosened_by(&claims)?,
        at: Timestamp::from_micros(row.ts),
        subject: claims.sub,
        unit: claims.unit,
        reason: claims.reason,
        receipt_id: row.id.clone(),
    })
}

fn loosened_by(claims: &Claims) -> Option<LoosenedBy> {
    let is = |code: Code| claims.code == code.as_str();
    let level = |text: &Option<String>| -> Option<ProtectionLevel> { text.as_ref()?.parse().ok() };
    if is(Code::RuleChanged) || is(Code::SettingChanged) {
        return (claims.meta.enabled != Some(true)).then_some(LoosenedBy::Rule);
    }
    if is(Code::PinSet) || is(Code::PinRemoved) {
        let before = level(&claims.meta.previous_level);
        return (level(&claims.meta.protection_level) < before).then_some(LoosenedBy::Pin);
    }
    if is(Code::RiskCleared) {
        return Some(LoosenedBy::Risk);
    }
    let loosens = is(Code::UnitConfigured) && claims.meta.loosens == Some(true);
    loosens.then_some(LoosenedBy::Unit)
}
