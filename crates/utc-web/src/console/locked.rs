//! Why a unit holds something back: what holds it, what that follows from, and what would end it. In plain sentences, for
//! somebody who has never seen the console.

use serde::Serialize;
use utc_app::signals::UnitRisk;
use utc_app::{AppError, Console, MarkView, RuleState, UnitView};
use utc_domain::{ProtectionLevel, Rule, Timestamp};

/// One thing that holds a unit back, or needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Lock {
    tone: &'static str,
    icon: &'static str,
    /// What holds.
    what: String,
    /// What it follows from.
    cause: String,
    /// The receipt that proves it.
    evidence: Option<String>,
    /// What would end it.
    way_out: String,
}

/// Everything that holds a unit back, the tightest first. `rules` are the switches as they stand. Blocks.
pub(crate) fn locks(
    console: &Console,
    unit: &UnitView,
    rules: &[RuleState],
) -> Result<Vec<Lock>, AppError> {
    let mut locks = Vec::new();
    match &unit.pin {
        Some(pin) => locks.push(pinned(unit.level, pin)),
        None if unit.level > ProtectionLevel::Permissive => {
            locks.push(measured(console, unit)?);
        }
        None => {}
    }
    match &unit.risk_mark {
        Some(mark) => locks.push(risky(mark, rules)),
        None if unit.risky => locks.extend(
            console
                .unit_risk(&unit.name)?
                .map(|risk| scored(&risk, rules)),
        ),
        None => {}
    }
    locks.extend(on(rules, Rule::WritesRequireApproval).map(held_by_rule));
    if unit.stale {
        locks.push(stale(unit));
    }
    Ok(locks)
}

fn on(rules: &[RuleState], rule: Rule) -> Option<&RuleState> {
    rules
        .iter()
        .find(|state| state.rule == rule && state.enabled)
}

fn level_words(level: ProtectionLevel) -> (&'static str, &'static str, &'static str) {
    match level {
        ProtectionLevel::Permissive => ("good", "open", "Load holds nothing back"),
        ProtectionLevel::RequireApproval => ("warn", "person", "Writes need approval"),
        ProtectionLevel::ReadOnly => ("bad", "lock", "Writes are refused"),
    }
}

fn pinned(level: ProtectionLevel, pin: &MarkView) -> Lock {
    let (tone, icon, what) = level_words(level);
    let ends = match pin.expires_at {
        Some(at) => format!(
            "The pin ends by itself at {}; an operator can remove it before, on the unit’s page.",
            moment(at)
        ),
        None => {
            "An operator removes the pin on the unit’s page; it does not end by itself.".to_owned()
        }
    };
    Lock {
        tone,
        icon,
        what: format!("{what}: pinned at {level}"),
        cause: format!(
            "{} pinned the unit at {}: {}",
            pin.subject,
            moment(pin.since),
            pin.reason
        ),
        evidence: Some(pin.receipt_id.clone()),
        way_out: format!("{ends} Then the measured level holds."),
    }
}

fn measured(console: &Console, unit: &UnitView) -> Result<Lock, AppError> {
    let (tone, icon, what) = level_words(unit.level);
    let newest = console.unit_history(&unit.name, i64::MAX, 1)?;
    let change = newest.level_changes.first();
    // The sentence says why, and behind the semicolon what would end it.
    let (cause, way_out) = match unit.recommendation.split_once("; ") {
        Some((cause, way_out)) => (format!("{cause}."), capital(way_out)),
        None => (
            unit.recommendation.clone(),
            "The level relaxes by itself when the load stays low; an operator can pin another one."
                .to_owned(),
        ),
    };
    Ok(Lock {
        tone,
        icon,
        what: format!("{what}: level {}", unit.level),
        cause,
        evidence: change.map(|change| change.receipt_id.to_string()),
        way_out,
    })
}

fn risky(mark: &MarkView, rules: &[RuleState]) -> Lock {
    let (tone, what) = risk_words(rules);
    let ends = match mark.expires_at {
        Some(at) => format!(
            "The mark ends by itself at {}; an operator can clear it before, on the unit’s page.",
            moment(at)
        ),
        None => {
            "An operator clears the mark on the unit’s page; it does not end by itself.".to_owned()
        }
    };
    Lock {
        tone,
        icon: "warning",
        what,
        cause: format!(
            "{} marked the unit at {}: {}",
            mark.subject,
            moment(mark.since),
            mark.reason
        ),
        evidence: Some(mark.receipt_id.clone()),
        way_out: ends,
    }
}

/// Trust signals made it risky, and no person did.
fn scored(risk: &UnitRisk, rules: &[RuleState]) -> Lock {
    let (tone, what) = risk_words(rules);
    let since = risk
        .flagged_since
        .map_or_else(String::new, |at| format!(" since {}", moment(at)));
    let sources: Vec<String> = risk
        .evidence
        .sources
        .iter()
        .map(|one| one.source.clone())
        .collect();
    Lock {
        tone,
        icon: "warning",
        what,
        cause: format!(
            "Signals of {} make the unit risky{since}: its score is {} of 100. The page Trust signals shows which.",
            sources.join(", "),
            risk.score
        ),
        evidence: risk.flag_receipt_id.clone(),
        way_out: "The flag clears by itself when the score stays low for two runs of the scorer. An operator can dismiss events that \
                  are wrong, on the page Trust signals."
            .to_owned(),
    }
}

/// What being risky comes to, as the rule stands.
fn risk_words(rules: &[RuleState]) -> (&'static str, String) {
    match on(rules, Rule::ReadOnlyForRisky) {
        Some(_) => ("bad", "Writes are refused: the unit is risky".to_owned()),
        None => (
            "warn",
            "Risky, and nothing is held back for that: the rule read_only_for_risky is off"
                .to_owned(),
        ),
    }
}

fn held_by_rule(state: &RuleState) -> Lock {
    Lock {
        tone: "warn",
        icon: "person",
        what: "Writes need approval: the rule writes_require_approval is on".to_owned(),
        cause: format!(
            "{} turned it on for every unit at {}.",
            state.updated_by,
            moment(state.updated_at)
        ),
        evidence: Some(state.receipt_id.to_string()),
        way_out:
            "An approver approves each write, or an operator turns the rule off on the page Rules."
                .to_owned(),
    }
}

fn stale(unit: &UnitView) -> Lock {
    let last = unit.queue.as_ref().map_or_else(
        || "Nothing was reported yet.".to_owned(),
        |queue| format!("The last report of load came at {}.", moment(queue.last_at)),
    );
    Lock {
        tone: "warn",
        icon: "clock",
        what: "Reports have stopped: the level is held as it was".to_owned(),
        cause: last,
        evidence: None,
        way_out: format!(
            "Report load again: POST /api/v1/units/{}/observations with arrival_rate and service_rate.",
            unit.name
        ),
    }
}

/// A time in a sentence: to the second.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let whole = text.split('.').next().unwrap_or(&text);
    format!("{} UTC", whole.trim_end_matches('Z').replace('T', " "))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
