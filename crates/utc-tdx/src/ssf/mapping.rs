//! What the event types of CAEP and RISC mean here: one table, also printed in the documentation.

use crate::members::Members;
use crate::severity::Severity;

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";

/// What an event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It raises the score, by this severity.
    Raises(Severity),
    /// It closes what the same source said about the same subject in the same group.
    Closes,
}

/// One row of the table. Of the rows of a type the first one that holds counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    profile: &'static str,
    name: &'static str,
    /// The member and value that the row asks for; none when it holds always.
    pub when: Option<(&'static str, &'static str)>,
    /// What the event does.
    pub effect: Effect,
    /// What it and the event that closes it have in common; none when nothing closes it.
    pub group: Option<&'static str>,
}

impl Mapping {
    /// The URI of the event type.
    pub fn event_type(&self) -> String {
        format!("{}{}", self.profile, self.name)
    }

    fn is_of(&self, event_type: &str) -> bool {
        event_type.strip_prefix(self.profile) == Some(self.name)
    }

    fn holds(&self, event: &Members<'_>) -> bool {
        let said = |(member, value): (&str, &str)| {
            let found = event.get(member).and_then(serde_json::Value::as_str);
            found.is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        self.when.is_none_or(said)
    }

    const fn when(self, member: &'static str, value: &'static str) -> Self {
        Self {
            when: Some((member, value)),
            ..self
        }
    }

    const fn group(self, group: &'static str) -> Self {
        Self {
            group: Some(group),
            ..self
        }
    }
}

const fn caep(name: &'static str, effect: Effect) -> Mapping {
    Mapping {
        profile: CAEP,
        name,
        when: None,
        effect,
        group: None,
    }
}

const fn risc(name: &'static str, effect: Effect) -> Mapping {
    Mapping {
        profile: RISC,
        ..caep(name, effect)
    }
}

const INFO: Effect = Effect::Raises(Severity::Info);
const LOW: Effect = Effect::Raises(Severity::Low);
const MEDIUM: Effect = Effect::Raises(Severity::Medium);
const HIGH: Effect = Effect::Raises(Severity::High);
const CRITICAL: Effect = Effect::Raises(Severity::Critical);

/// A type that is not here, and a type none of whose rows hold, is kept without weight.
const TABLE: &[Mapping] = &[
    caep("session-revoked", MEDIUM),
    caep("session-established", INFO),
    caep("session-presented", INFO),
    caep("token-claims-change", LOW),
    caep("credential-change", MEDIUM).when("change_type", "revoke"),
    caep("credential-change", MEDIUM).when("change_type", "delete"),
    caep("credential-change", LOW),
    caep("assurance-level-change", MEDIUM)
        .when("change_direction", "decrease")
        .group("assurance-level"),
    caep("assurance-level-change", Effect::Closes)
        .when("change_direction", "increase")
        .group("assurance-level"),
    caep("assurance-level-change", LOW).group("assurance-level"),
    caep("device-compliance-change", Effect::Closes)
        .when("current_status", "compliant")
        .group("device-compliance"),
    caep("device-compliance-change", HIGH)
        .when("current_status", "not-compliant")
        .group("device-compliance"),
    caep("risk-level-change", Effect::Closes)
        .when("current_level", "LOW")
        .group("risk-level"),
    caep("risk-level-change", MEDIUM)
        .when("current_level", "MEDIUM")
        .group("risk-level"),
    caep("risk-level-change", HIGH)
        .when("current_level", "HIGH")
        .group("risk-level"),
    risc("account-credential-change-required", HIGH),
    risc("account-purged", LOW),
    risc("account-disabled", HIGH)
        .when("reason", "hijacking")
        .group("account"),
    risc("account-disabled", MEDIUM).group("account"),
    risc("account-enabled", Effect::Closes).group("account"),
    risc("credential-compromise", CRITICAL),
    risc("identifier-changed", LOW),
    risc("identifier-recycled", MEDIUM),
    risc("opt-in", INFO),
    risc("opt-out-initiated", LOW),
    risc("opt-out-cancelled", INFO),
    risc("opt-out-effective", LOW),
    risc("recovery-activated", MEDIUM),
    risc("recovery-information-changed", LOW),
    risc("sessions-revoked", MEDIUM),
];

/// All rows, in the order in which they are tried.
pub fn mappings() -> &'static [Mapping] {
    TABLE
}

/// The row that counts for an event.
pub(super) fn mapping(event_type: &str, event: &Members<'_>) -> Option<&'static Mapping> {
    TABLE
        .iter()
        .find(|row| row.is_of(event_type) && row.holds(event))
}

/// The last part of a known type's URI.
pub(super) fn short_name(event_type: &str) -> &str {
    let known = event_type
        .strip_prefix(CAEP)
        .or_else(|| event_type.strip_prefix(RISC));
    known.unwrap_or(event_type)
}
