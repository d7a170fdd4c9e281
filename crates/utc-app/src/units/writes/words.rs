//! Each thing that speaks against a write but the level, in words that need no other page.

use utc_domain::{Rule, Timestamp};
use utc_policy::UnknownUnits;
use utc_tdx::score::{CLEAR_BELOW, RISKY_FROM};

use super::{About, Hindrance, Scene, Weight};
use crate::RuleState;
use crate::signals::UnitRisk;
use crate::units::MarkView;

impl Scene<'_> {
    /// That it is risky, by a person or by the scorer.
    pub(super) fn risky(&self, weight: Weight) -> Hindrance {
        let rule = Rule::ReadOnlyForRisky;
        let what = match weight {
            Weight::Refuses => {
                format!("Writes are refused: the unit is risky, and the rule {rule} is on")
            }
            Weight::Holds | Weight::Note => {
                format!("The unit is risky. Nothing is held back for that: the rule {rule} is off")
            }
        };
        let or_rule = match weight {
            Weight::Refuses => {
                " Or an operator of every unit turns the rule off, on the page Rules."
            }
            Weight::Holds | Weight::Note => "",
        };
        let (cause, receipt_id, way_out) = match (&self.view.risk_mark, &self.risk) {
            (Some(mark), _) => (
                said("marked the unit risky", mark),
                Some(mark.receipt_id.clone()),
                ends("mark", mark, "removes", "the unit’s page"),
            ),
            (None, Some(risk)) => (
                scored(risk),
                risk.flag_receipt_id.clone(),
                format!(
                    "The flag clears by itself after two successive runs of the scorer below {CLEAR_BELOW}, an hour after it was set at the \
                 earliest. An operator can dismiss the events that it rests on, an administrator can set the flag aside for some \
                 hours, both on the page of the unit’s risk."
                ),
            ),
            (None, None) => (
                "The scorer flagged it.".to_owned(),
                None,
                "The flag clears by itself when the score stays low.".to_owned(),
            ),
        };
        let about = match &self.view.risk_mark {
            Some(_) => About::Mark,
            None => About::Risk,
        };
        Hindrance {
            about,
            weight,
            ground: None,
            what,
            cause,
            receipt_id,
            way_out: format!("{way_out}{or_rule}"),
        }
    }

    /// That the scorer flagged it and a person said that this does not count.
    pub(super) fn set_aside(&self) -> Option<Hindrance> {
        let risk = self.risk.as_ref()?;
        let aside = risk.overridden.as_ref()?;
        risk.flagged_since?;
        Some(Hindrance {
            about: About::Risk,
            weight: Weight::Note,
            ground: None,
            what: "The scorer’s flag is set aside: the unit does not count as risky for it"
                .to_owned(),
            cause: format!("{} {}", scored(risk), said("set the flag aside", aside)),
            receipt_id: Some(aside.receipt_id.clone()),
            way_out: ends("exception", aside, "ends", "the page of the unit’s risk"),
        })
    }

    /// The rule that holds for every unit.
    pub(super) fn rule(&self) -> Hindrance {
        let rule = Rule::WritesRequireApproval;
        let state = self.rules.iter().find(|state| state.rule == rule);
        let by = |state: &RuleState| {
            format!(
                "{} turned it on for every unit at {}.",
                state.updated_by,
                moment(state.updated_at)
            )
        };
        Hindrance {
            about: About::Rule,
            weight: Weight::Holds,
            ground: None,
            what: format!("Writes need an approval: the rule {rule} is on"),
            cause: state.map_or_else(|| format!("The rule {rule} is on."), by),
            receipt_id: state.map(|state| state.receipt_id.to_string()),
            way_out: "An approver approves each write, on the page Approvals. Or an operator of every unit turns the rule off, on \
                      the page Rules."
                .to_owned(),
        }
    }

    /// Nobody configured it.
    pub(super) fn unknown(&self) -> Hindrance {
        let (weight, what) = match self.policy.unknown_units() {
            UnknownUnits::Deny => (Weight::Refuses, "Writes are refused"),
            UnknownUnits::Approve | UnknownUnits::Allow => {
                (Weight::Holds, "Writes need an approval")
            }
        };
        Hindrance {
            about: About::Unit,
            weight,
            ground: None,
            what: format!("{what}: nobody configured this unit"),
            cause:
                "A name that nobody configured is no way around a lock here (UTC_UNKNOWN_UNITS)."
                    .to_owned(),
            receipt_id: None,
            way_out: "An operator configures the unit, on its page; every default will do."
                .to_owned(),
        }
    }

    /// Somebody asks for more than their share.
    pub(super) fn share(&self) -> Hindrance {
        let subjects: Vec<&str> = self
            .view
            .held_subjects
            .iter()
            .map(utc_domain::Subject::as_str)
            .collect();
        Hindrance {
            about: About::Unit,
            weight: Weight::Note,
            ground: None,
            what: format!("Held one by one: {}", subjects.join(", ")),
            cause: "They ask for more of the unit than one subject’s share. Their writes need an approval; everybody else’s do not \
                    because of them."
                .to_owned(),
            receipt_id: None,
            way_out: "It ends by itself when they ask less often.".to_owned(),
        }
    }
}

/// Decisions do not bind.
pub(super) fn observed() -> Hindrance {
    Hindrance {
        about: About::Unit,
        weight: Weight::Note,
        ground: None,
        what: "Observe mode: whatever stands here, every write is allowed".to_owned(),
        cause: "The unit’s mode is observe: what would have been answered is recorded with each decision, and binds nobody."
            .to_owned(),
        receipt_id: None,
        way_out: "An operator sets the mode to enforce in the unit’s configuration; from then on it binds.".to_owned(),
    }
}

fn scored(risk: &UnitRisk) -> String {
    let since = risk
        .flagged_since
        .map_or_else(String::new, |at| format!(" since {}", moment(at)));
    let sources: Vec<&str> = risk
        .evidence
        .sources
        .iter()
        .map(|one| one.source.as_str())
        .collect();
    format!(
        "Trust signals of {} make it so{since}: its score is {:.1} of 100, and from {RISKY_FROM} on a unit is risky.",
        sources.join(", "),
        risk.score
    )
}

/// Who did it, when and why.
pub(super) fn said(verb: &str, mark: &MarkView) -> String {
    format!(
        "{} {verb} at {}: {}",
        mark.subject,
        moment(mark.since),
        mark.reason
    )
}

pub(super) fn ends(what: &str, mark: &MarkView, verb: &str, place: &str) -> String {
    match mark.expires_at {
        Some(at) => format!(
            "The {what} ends by itself at {}. Before that an operator {verb} it, on {place}.",
            moment(at)
        ),
        None => {
            format!("An operator {verb} the {what}, on {place}; it does not end by itself.")
        }
    }
}

/// A time in a sentence: to the second.
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let whole = text.split('.').next().unwrap_or(&text);
    format!("{} UTC", whole.trim_end_matches('Z').replace('T', " "))
}
