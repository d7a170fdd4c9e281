//! Other rules and thresholds than those that decided.

use std::collections::BTreeMap;

use utc_domain::Rule;
use utc_policy::{PolicySet, UnitView};
use utc_queueing::{Bounds, SettingsError};

use super::read::Load;
use crate::AppError;

const NOTE_QUEUE: &str = "Each decision is judged by itself: where nobody had to approve, there counts as room for a request, and approvals that would have been asked for are not followed up.";

const NOTE_THRESHOLDS: &str = "Levels are those that the recorded utilisation asks for by itself, for every unit and without memory: no window in which a level relaxes. Pinned levels and levels of units without data stay as they were.";

/// Other rules and thresholds than those that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Rules that are on or off throughout; the others are as they were at each decision.
    pub(super) rules: BTreeMap<Rule, bool>,
    /// Thresholds of utilisation for every unit.
    pub(super) bounds: Option<Bounds>,
}

impl Alternative {
    /// `thresholds` are the utilisations from which writes need approval and from which they are refused.
    ///
    /// The level is then the one that the recorded utilisation asks for by itself: nothing is known of windows in which
    /// a level relaxes. A pinned level stays, and so does the level of a unit without data.
    ///
    /// # Errors
    /// [`AppError::Invalid`] unless 0 < low < high ≤ 1000.
    pub fn new(
        rules: BTreeMap<Rule, bool>,
        thresholds: Option<(f64, f64)>,
    ) -> Result<Self, AppError> {
        let bounds = thresholds.map(|(low, high)| Bounds::new(low, high));
        let bounds = bounds.transpose().map_err(|error| {
            let pointer = match error {
                SettingsError::High { .. } => "/thresholds/high",
                _ => "/thresholds/low",
            };
            AppError::invalid(pointer, error.to_string())
        })?;
        Ok(Self { rules, bounds })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.bounds.is_none()
    }

    pub(super) fn rules_by_key(&self) -> BTreeMap<&'static str, bool> {
        let keys = self.rules.iter();
        keys.map(|(rule, on)| (rule.as_str(), *on)).collect()
    }

    /// What to keep in mind about what comes out.
    pub(super) fn notes(&self) -> Vec<&'static str> {
        let mut notes = vec![NOTE_QUEUE];
        if self.bounds.is_some() {
            notes.push(NOTE_THRESHOLDS);
        }
        notes
    }

    /// The policy set with these rules.
    pub(super) fn policy(&self, recorded: &PolicySet) -> PolicySet {
        let rules = self.rules.iter();
        rules.fold(recorded.clone(), |set, (rule, on)| {
            set.with_rule(*rule, *on)
        })
    }

    /// What would have been known of the unit.
    pub(super) fn view(&self, recorded: UnitView, load: Load) -> UnitView {
        match (self.bounds, load.rho) {
            (Some(bounds), Some(rho)) if !load.pinned => UnitView {
                level: bounds.level_at(rho, load.change_point).0,
                ..recorded
            },
            _ => recorded,
        }
    }
}
