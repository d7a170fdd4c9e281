//! What people say to a request, and how many have to.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// What a person says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteChoice {
    /// It may be made.
    Approve,
    /// It must not be made. One such vote ends the approval.
    Reject,
}

impl VoteChoice {
    /// Both choices.
    pub const ALL: [Self; 2] = [Self::Approve, Self::Reject];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for VoteChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for VoteChoice {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|choice| choice.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`approve`, `reject`",
        })
    }
}

/// How many different people must approve: 1 to 20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quorum(u32);

impl Quorum {
    /// One person is enough.
    pub const ONE: Self = Self(1);
    /// The most people that can be asked for.
    pub const MAX: Self = Self(20);

    /// From a count of people.
    pub fn new(people: u32) -> Result<Self, DomainError> {
        if (1..=Self::MAX.0).contains(&people) {
            Ok(Self(people))
        } else {
            Err(DomainError::Form {
                expected: "a number of people from 1 to 20",
            })
        }
    }

    /// The count of people.
    pub fn people(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Quorum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
