//! What somebody may do.

use std::fmt;
use std::str::FromStr;

use crate::DomainError;

/// One thing that somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Read units, rules and receipts.
    Viewer,
    /// Read, and export evidence.
    Auditor,
    /// Ask for decisions.
    Decider,
    /// Report events and load.
    Signal,
    /// Vote on held writes. Always explicit: no other role holds it.
    Approver,
    /// Change rules, units, pins and risk marks.
    Operator,
    /// Manage people and tokens; holds every role but [`Role::Approver`].
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Viewer,
        Self::Auditor,
        Self::Decider,
        Self::Signal,
        Self::Approver,
        Self::Operator,
        Self::Admin,
    ];

    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Decider => "decider",
            Self::Signal => "signal",
            Self::Approver => "approver",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Viewer => 1,
            Self::Auditor => 1 << 1,
            Self::Decider => 1 << 2,
            Self::Signal => 1 << 3,
            Self::Approver => 1 << 4,
            Self::Operator => 1 << 5,
            Self::Admin => 1 << 6,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or(DomainError::Unknown {
            expected: "`viewer`, `auditor`, `decider`, `signal`, `approver`, `operator`, `admin`",
        })
    }
}

/// The roles of one person or token: at least one, and never both [`Role::Decider`] and [`Role::Approver`], so that
/// nobody asks and approves with the same credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// [`Role::Admin`] alone.
    pub const ADMIN: Self = Self(1 << 6);

    /// The roles of `given`.
    pub fn new(given: impl IntoIterator<Item = Role>) -> Result<Self, DomainError> {
        let roles = Self(given.into_iter().fold(0, |bits, role| bits | role.bit()));
        if roles.0 == 0 {
            return Err(DomainError::Form {
                expected: "at least one role",
            });
        }
        if roles.names(Role::Decider) && roles.names(Role::Approver) {
            return Err(DomainError::Form {
                expected: "without `decider` or without `approver`: who asks does not approve",
            });
        }
        Ok(roles)
    }

    /// Whether `role` was given by name.
    pub fn names(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether `role` is held: given by name, or part of one that was. `auditor` and `operator` hold `viewer`;
    /// `admin` holds everything but `approver`.
    pub fn holds(self, role: Role) -> bool {
        let through = |other| self.names(other);
        self.names(role)
            || match role {
                Role::Viewer => {
                    through(Role::Auditor) || through(Role::Operator) || through(Role::Admin)
                }
                Role::Auditor | Role::Decider | Role::Signal | Role::Operator => {
                    through(Role::Admin)
                }
                Role::Approver | Role::Admin => false,
            }
    }

    /// The roles that were given by name, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |&role| self.names(role))
    }
}

/// The names with a space between them.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, role) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(role.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Roles {
    type Err = DomainError;

    fn from_str(text: &str) -> Result<Self, DomainError> {
        let roles: Vec<Role> = text
            .split(' ')
            .filter(|name| !name.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        Self::new(roles)
    }
}
