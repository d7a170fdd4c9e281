//! When the job switches the rule for risky units.

use std::fmt;
use std::str::FromStr;

use utc_domain::DomainError;

/// Whose setting of the rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Nobody's: never set, or handed back.
    Nobody,
    /// The job's, which switched it on.
    Job,
    /// A person's; the job leaves it alone until it is handed back.
    Person,
}

impl Owner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Job, Self::Person];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Job => "job",
            Self::Person => "person",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Owner {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|value| value.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`nobody`, `job`, `person`",
        })
    }
}

/// What the job knows when it is done with all units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlipInput {
    /// Whether `read_only_for_risky` is on.
    pub rule_on: bool,
    /// Whose setting that is.
    pub owner: Owner,
    /// How many units became risky just now.
    pub became_risky: usize,
    /// How many are risky, by the scorer's mark or a person's.
    pub risky: usize,
    /// Whether the job may switch at all.
    pub auto_flip: bool,
}

/// What the job does to the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flip {
    /// Switches it on, and owns it.
    On,
    /// Switches off what it switched on; then it is nobody's.
    Off,
    /// Nothing.
    Leave,
}

/// Acts on the edge: the rule goes on when a unit becomes risky, and off when none is any more.
pub fn flip(input: FlipInput) -> Flip {
    if !input.auto_flip {
        return Flip::Leave;
    }
    match (input.owner, input.rule_on) {
        (Owner::Nobody | Owner::Job, false) if input.became_risky > 0 => Flip::On,
        (Owner::Job, true) if input.risky == 0 => Flip::Off,
        (Owner::Nobody | Owner::Job | Owner::Person, _) => Flip::Leave,
    }
}
