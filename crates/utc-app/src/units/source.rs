//! Where a unit's arrivals come from.

/// Where the arrivals of a unit come from. The two never mix in one estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody reports them.
    Reported,
    /// They are counted here: what was asked for and not denied.
    Measured,
}

impl Source {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Measured => "measured",
        }
    }

    /// From its name in the database.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Reported, Self::Measured]
            .into_iter()
            .find(|source| source.as_str() == name)
    }
}
