//! What the three kinds of alerts say, and where.

use crate::draft::Intent;
use crate::members::Members;
use crate::receive::read::{Nature, severity};
use crate::refusal::Refusal;
use crate::severity::Severity;

/// The words of GitHub for how bad something is. `none` to `error` are those of code scanning rules that are not about
/// security.
const SEVERITIES: &[(&str, Severity)] = &[
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("moderate", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
    ("none", Severity::Info),
    ("note", Severity::Info),
    ("warning", Severity::Low),
    ("error", Severity::Medium),
];

/// Actions after which an alert stands.
const RAISES: &[&str] = &[
    "created",
    "reopened",
    "reopened_by_user",
    "auto_reopened",
    "reintroduced",
    "appeared_in_branch",
    "publicly_leaked",
    "validated",
];
/// Actions after which it does not.
const CLOSES: &[&str] = &[
    "fixed",
    "dismissed",
    "auto_dismissed",
    "closed_by_user",
    "resolved",
    "revoked",
];

/// What an action does; one that GitHub adds later is kept without weight.
pub(super) fn intent(action: &str) -> Intent {
    if RAISES.contains(&action) {
        Intent::Raises
    } else if CLOSES.contains(&action) {
        Intent::ClosesThread
    } else {
        Intent::Unknown
    }
}

/// Which tool of GitHub speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Dependabot,
    CodeScanning,
    SecretScanning,
}

/// What an alert says.
pub(super) struct What<'a> {
    pub(super) severity: Severity,
    pub(super) summary: Option<&'a str>,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Dependabot, Self::CodeScanning, Self::SecretScanning];

    /// By the value of `X-GitHub-Event`.
    pub(super) fn of(event: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == event)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Dependabot => "dependabot_alert",
            Self::CodeScanning => "code_scanning_alert",
            Self::SecretScanning => "secret_scanning_alert",
        }
    }

    /// Code scanning guesses more often than the others. A leaked secret is about who may come in.
    pub(super) fn nature(self) -> Nature {
        match self {
            Self::Dependabot => Nature::new("vulnerability", 0.9),
            Self::CodeScanning => Nature::new("vulnerability", 0.7),
            Self::SecretScanning => Nature::new("identity", 0.9),
        }
    }

    /// That the alert is of this kind: the header that names it is covered by no signature.
    pub(super) fn check(self, alert: &Members<'_>) -> Result<(), Refusal> {
        let marks: &[(&str, Self)] = &[
            ("security_advisory", Self::Dependabot),
            ("rule", Self::CodeScanning),
            ("tool", Self::CodeScanning),
            ("secret_type", Self::SecretScanning),
        ];
        for (name, kind) in marks {
            let problem = match (alert.get(name).is_some(), *kind == self) {
                (true, true) | (false, false) => continue,
                (true, false) => "does not go with",
                (false, true) => "is missing, which goes with",
            };
            let problem = format!("{problem} `x-github-event: {}`", self.as_str());
            return Err(alert.wrong(name, problem));
        }
        Ok(())
    }

    pub(super) fn what<'a>(self, alert: &Members<'a>) -> Result<What<'a>, Refusal> {
        match self {
            Self::Dependabot => dependabot(alert),
            Self::CodeScanning => code_scanning(alert),
            Self::SecretScanning => secret_scanning(alert),
        }
    }
}

fn known(members: &Members<'_>, name: &str) -> Result<Severity, Refusal> {
    let found = severity(SEVERITIES, members.text(name)?);
    found.ok_or_else(|| members.wrong(name, "must be a severity"))
}

fn dependabot<'a>(alert: &Members<'a>) -> Result<What<'a>, Refusal> {
    let advisory = alert.object("security_advisory")?;
    Ok(What {
        severity: known(&advisory, "severity")?,
        summary: advisory.optional_text("summary")?,
    })
}

fn code_scanning<'a>(alert: &Members<'a>) -> Result<What<'a>, Refusal> {
    let rule = alert.object("rule")?;
    let name = match rule.get("security_severity_level") {
        Some(_) => "security_severity_level",
        None => "severity",
    };
    Ok(What {
        severity: known(&rule, name)?,
        summary: rule.optional_text("description")?,
    })
}

/// A secret that still opens something is worse than one that nobody tried.
fn secret_scanning<'a>(alert: &Members<'a>) -> Result<What<'a>, Refusal> {
    let severity = match alert.optional_text("validity")? {
        Some("active") => Severity::Critical,
        Some("inactive") => Severity::Low,
        Some(_) | None => Severity::High,
    };
    let named = alert.optional_text("secret_type_display_name")?;
    Ok(What {
        severity,
        summary: named,
    })
}
