//! What holds less back than before, because somebody said so.

use utc_attestation::Claims;
use utc_domain::{Code, ProtectionLevel, ReceiptKind, Timestamp};
use utc_storage::rows::news;
use utc_storage::rows::receipts::ReceiptRow;

use super::claims;
use crate::console::Console;
use crate::{AppError, Principal};

/// How far back is looked, in minutes.
const LOOK_BACK_MINUTES: i64 = 24 * 60;

/// How many receipts of each kind are looked at.
const EACH: i64 = 200;

/// The kinds of receipts that can record such a change, and their codes.
const CHANGES: [(ReceiptKind, &[Code]); 4] = [
    (
        ReceiptKind::PolicyChange,
        &[Code::RuleChanged, Code::SettingChanged],
    ),
    (
        ReceiptKind::ProtectionChange,
        &[Code::PinSet, Code::PinRemoved],
    ),
    (
        ReceiptKind::RiskChange,
        &[Code::RiskCleared, Code::RiskOverridden],
    ),
    (ReceiptKind::ConfigChange, &[Code::UnitConfigured]),
];

/// What was loosened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoosenedBy {
    /// A rule was turned off, or a setting changed.
    Rule,
    /// A person lowered a level, by a pin or by removing one.
    Pin,
    /// A person took a risk mark away, or said that the scorer's flag does not count for a while.
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
        for (kind, codes) in CHANGES {
            let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            let rows = self
                .store()
                .read(|db| news::newest(db, kind, &codes, from, EACH))?;
            // The policy is about every unit, so it is about those of everybody.
            let visible = |row: &ReceiptRow| {
                kind == ReceiptKind::PolicyChange || by.sees(row.unit.as_deref())
            };
            let mine = rows.iter().filter(|row| visible(row));
            found.extend(mine.filter_map(loosening));
        }
        found.sort_by_key(|change: &Loosening| std::cmp::Reverse(change.at));
        found.truncate(limit);
        Ok(found)
    }
}

fn loosening(row: &ReceiptRow) -> Option<Loosening> {
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
    if is(Code::RiskCleared) || is(Code::RiskOverridden) {
        return Some(LoosenedBy::Risk);
    }
    let loosens = is(Code::UnitConfigured) && claims.meta.loosens == Some(true);
    loosens.then_some(LoosenedBy::Unit)
}
