//! What a write to a unit meets now, on which evidence, and what would let it through.

use utc_domain::{Action, Decision, Ground, ProtectionLevel, Rule};
use utc_policy::{PolicySet, Question, UnitView as Judged, UnknownUnits, evaluate};
use utc_queueing::Settings;
use utc_queueing::predictive::PredictiveSettings;

use super::{LevelRecord, UnitView};
use crate::signals::UnitRisk;
use crate::{AppError, Controller, RuleState};

/// What is asked for when somebody only wants to know.
const ANY_WRITE: &str = "write:*";

/// What a write that nobody approved yet would be answered, and everything that speaks against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritesNow {
    /// The answer that binds.
    pub decision: Decision,
    /// In observe mode, what the answer would have been.
    pub would_be: Option<Decision>,
    /// What speaks against it.
    pub hindrances: Vec<Hindrance>,
}

/// One thing that speaks against a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// Which.
    pub ground: Ground,
    /// What holds, since when, and by whom or what.
    pub cause: String,
    /// The receipt of that, where there is one.
    pub receipt_id: Option<String>,
    /// What would end it.
    pub way_out: String,
}

/// Everything that the answer hangs on.
pub(super) struct Scene<'a> {
    pub(super) view: &'a UnitView,
    pub(super) policy: &'a PolicySet,
    pub(super) rules: &'a [RuleState],
    pub(super) settings: &'a Settings,
    /// What trust signals say of it.
    pub(super) risk: Option<&'a UnitRisk>,
    /// The newest change of the level.
    pub(super) changed: Option<&'a LevelRecord>,
}

impl Scene<'_> {
    pub(super) fn writes(&self) -> Result<WritesNow, AppError> {
        let action: Action = ANY_WRITE
            .parse()
            .map_err(|error: utc_domain::DomainError| AppError::Internal(Box::new(error)))?;
        let judged = Judged {
            level: self.view.level,
            risky: self.view.risky,
            mode: self.view.config.mode,
            known: self.view.configured,
        };
        let question = Question::new(&action, &self.view.name);
        let verdict = evaluate(&question, self.policy, &judged);
        Ok(WritesNow {
            decision: verdict.decision,
            would_be: verdict.would_be,
            hindrances: verdict
                .grounds
                .iter()
                .map(|ground| self.hindrance(ground))
                .collect(),
        })
    }

    fn hindrance(&self, ground: Ground) -> Hindrance {
        match ground {
            Ground::ProtectionReadOnly | Ground::ProtectionRequireApproval => self.level(ground),
            Ground::WritesRequireApproval => {
                let way_out = "People approve each write. An operator can turn the rule off on the page “Rules”.";
                self.rule(ground, Rule::WritesRequireApproval, way_out)
            }
            Ground::ReadOnlyForRisky => self.risk(),
            Ground::SubjectShare => Hindrance {
                ground,
                cause: "This subject asks for more of the unit than its share.".to_owned(),
                receipt_id: None,
                way_out: "It ends by itself when the subject asks less often.".to_owned(),
            },
            Ground::UnknownUnit => Hindrance {
                ground,
                cause: match self.policy.unknown_units() {
                    UnknownUnits::Deny => "Nobody configured this unit, and writes to such units are refused here.",
                    UnknownUnits::Approve | UnknownUnits::Allow => {
                        "Nobody configured this unit, and writes to such units need an approval here."
                    }
                }
                .to_owned(),
                receipt_id: None,
                way_out: "An operator configures the unit below.".to_owned(),
            },
        }
    }

    fn level(&self, ground: Ground) -> Hindrance {
        if let Some(pin) = &self.view.pin {
            let end = pin.expires_at.map_or_else(
                || "The pin has no end".to_owned(),
                |at| format!("The pin ends by itself at {at}"),
            );
            return Hindrance {
                ground,
                cause: format!(
                    "{} pinned the level to {} at {}: {}",
                    pin.subject, self.view.level, pin.since, pin.reason
                ),
                receipt_id: Some(pin.receipt_id.clone()),
                way_out: format!("{end}; an operator can remove it below."),
            };
        }
        Hindrance {
            ground,
            cause: self.view.recommendation.clone(),
            receipt_id: self.changed.map(|change| change.receipt_id.to_string()),
            way_out: self.relaxing(),
        }
    }

    /// In numbers that somebody on call can do something about.
    fn relaxing(&self) -> String {
        let Some(queue) = &self.view.queue else {
            return "An operator can pin another level below.".to_owned();
        };
        let below = self.relaxes_below();
        if self.view.stale {
            return format!(
                "Reports have stopped since {}, so the level is held. Report observations again; an administrator can pin a lower level for up to four hours.",
                queue.last_at
            );
        }
        let (most, least) = (below * queue.mu, queue.lambda / below);
        format!(
            "It relaxes by itself when the load falls: fewer than {most:.0} arrivals per hour at the present capacity, or a capacity \
             above {least:.0} per hour at the present load, keep ρ below {below:.2}. Until then an administrator can pin a lower level for up to four hours."
        )
    }

    /// The utilisation below which the present level is left in time.
    fn relaxes_below(&self) -> f64 {
        match (self.view.controller, self.view.level) {
            (Controller::Classic, _) => self.settings.relax_below(),
            (Controller::Predictive, ProtectionLevel::ReadOnly) => {
                self.settings.high() - PredictiveSettings::RELAX_MARGIN
            }
            (
                Controller::Predictive,
                ProtectionLevel::RequireApproval | ProtectionLevel::Permissive,
            ) => self.settings.low() - PredictiveSettings::RELAX_MARGIN,
        }
    }

    fn risk(&self) -> Hindrance {
        let ground = Ground::ReadOnlyForRisky;
        let way_out =
            "An operator removes the risk mark below, or turns the rule off on the page “Rules”.";
        let Some(mark) = &self.view.risk_mark else {
            return self.scored(way_out);
        };
        let end = mark.expires_at.map_or_else(String::new, |at| {
            format!("The mark ends by itself at {at}. ")
        });
        Hindrance {
            ground,
            cause: format!(
                "{} marked the unit risky at {}: {}. The rule `{}` is on.",
                mark.subject,
                mark.since,
                mark.reason,
                Rule::ReadOnlyForRisky
            ),
            receipt_id: Some(mark.receipt_id.clone()),
            way_out: format!("{end}{way_out}"),
        }
    }

    /// The scorer flagged it, and no person did.
    fn scored(&self, way_out: &str) -> Hindrance {
        let ground = Ground::ReadOnlyForRisky;
        let Some(risk) = self.risk else {
            return self.rule(ground, Rule::ReadOnlyForRisky, way_out);
        };
        let since = risk
            .flagged_since
            .map_or_else(String::new, |at| format!(" since {at}"));
        let sources: Vec<&str> = risk
            .evidence
            .sources
            .iter()
            .map(|one| one.source.as_str())
            .collect();
        Hindrance {
            ground,
            cause: format!(
                "Trust signals of {} make the unit risky{since}: its score is {} of 100. The rule `{}` is on.",
                sources.join(", "),
                risk.score,
                Rule::ReadOnlyForRisky
            ),
            receipt_id: risk.flag_receipt_id.clone(),
            way_out: "The flag clears by itself after two successive runs of the scorer below 50. An operator can dismiss the events that \
                      it rests on, an administrator can set the flag aside for some hours, both on the page of the unit's risk."
                .to_owned(),
        }
    }

    fn rule(&self, ground: Ground, rule: Rule, way_out: &str) -> Hindrance {
        let state = self.rules.iter().find(|state| state.rule == rule);
        Hindrance {
            ground,
            cause: state.map_or_else(
                || format!("The rule `{rule}` is on."),
                |state| {
                    format!(
                        "{} turned the rule `{rule}` on at {}.",
                        state.updated_by, state.updated_at
                    )
                },
            ),
            receipt_id: state.map(|state| state.receipt_id.to_string()),
            way_out: way_out.to_owned(),
        }
    }
}
