//! When the job switches the rule for risky units.

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
