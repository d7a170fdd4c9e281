//! The policy set: which rules are on.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use utc_domain::{DomainError, PolicyRef, Rule};

/// What happens to writes on a unit that nobody configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnknownUnits {
    /// They are treated like any other unit.
    Allow,
    /// They are held for approval.
    Approve,
    /// They are refused: an invented name must not be a way around a lock.
    Deny,
}

impl UnknownUnits {
    const ALL: [Self; 3] = [Self::Allow, Self::Approve, Self::Deny];

    /// The name in configuration and in the policy's canonical form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for UnknownUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for UnknownUnits {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|what| what.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`allow`, `approve`, `deny`",
        })
    }
}

/// The rules that are in force, with their number and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySet {
    writes_require_approval: bool,
    read_only_for_risky: bool,
    unknown_units: UnknownUnits,
    reference: PolicyRef,
}

impl PolicySet {
    /// Version 1: every rule off.
    pub fn initial(unknown_units: UnknownUnits) -> Self {
        Self::of(&[], unknown_units, 1)
    }

    /// The set in which exactly the rules in `on` are on.
    pub fn of(on: &[Rule], unknown_units: UnknownUnits, version: u64) -> Self {
        let mut set = Self {
            writes_require_approval: on.contains(&Rule::WritesRequireApproval),
            read_only_for_risky: on.contains(&Rule::ReadOnlyForRisky),
            unknown_units,
            reference: PolicyRef {
                digest: String::new(),
                version,
            },
        };
        set.reference.digest = digest(&set.canonical_json());
        set
    }

    /// The set whose canonical JSON is exactly `text`; none where this evaluator knows no such set.
    ///
    /// It writes every set that there is and compares, so that whatever is read is also what would be written.
    pub fn from_canonical(text: &str, version: u64) -> Option<Self> {
        let mut sets = UnknownUnits::ALL.into_iter().flat_map(|unknown_units| {
            rule_choices().map(move |on| Self::of(&on, unknown_units, version))
        });
        sets.find(|set| set.canonical_json() == text)
    }

    /// The next version, with `rule` switched.
    #[must_use]
    pub fn with_rule(&self, rule: Rule, enabled: bool) -> Self {
        let is_on = |other: &Rule| {
            if *other == rule {
                enabled
            } else {
                self.is_on(*other)
            }
        };
        let on: Vec<Rule> = Rule::ALL.into_iter().filter(is_on).collect();
        Self::of(&on, self.unknown_units, self.reference.version + 1)
    }

    /// Whether `rule` is on.
    pub fn is_on(&self, rule: Rule) -> bool {
        match rule {
            Rule::WritesRequireApproval => self.writes_require_approval,
            Rule::ReadOnlyForRisky => self.read_only_for_risky,
        }
    }

    /// What happens to writes on a unit that nobody configured.
    pub fn unknown_units(&self) -> UnknownUnits {
        self.unknown_units
    }

    /// Digest and version, as a receipt records them.
    pub fn reference(&self) -> &PolicyRef {
        &self.reference
    }

    /// The RFC 8785 canonical JSON of the set; its SHA-256 is the digest. The version is not part of it:
    /// the same rules have the same digest whenever they were switched on.
    pub fn canonical_json(&self) -> String {
        format!(
            r#"{{"read_only_for_risky":{},"unknown_units":"{}","v":1,"writes_require_approval":{}}}"#,
            self.read_only_for_risky, self.unknown_units, self.writes_require_approval
        )
    }
}

/// Every choice of rules that can be on.
fn rule_choices() -> impl Iterator<Item = Vec<Rule>> {
    (0_u32..1 << Rule::ALL.len()).map(|bits| {
        let chosen = Rule::ALL.into_iter().enumerate();
        let chosen = chosen.filter(|(at, _)| bits & (1 << at) != 0);
        chosen.map(|(_, rule)| rule).collect()
    })
}

fn digest(text: &str) -> String {
    use fmt::Write as _;
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}
