//! Whoever acts, with everything they may do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use utc_domain::{Role, Roles, Scope, Subject, Timestamp, TokenId, UnitName, UserId};

use crate::AppError;
use crate::error::Refusal;

/// Who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// A program, by its token, and the person whom the token belongs to.
    Token(TokenId, Option<UserId>),
    /// A person, by a session.
    User(UserId),
    /// Whoever may run programs on this machine.
    Local,
}

/// Whoever acts, with everything they may do. Cheap to share behind an [`Arc`].
#[derive(Debug)]
pub struct Principal {
    pub(super) who: Who,
    pub(super) name: Subject,
    pub(super) roles: Roles,
    pub(super) subjects: Scope,
    pub(super) units: Scope,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) usage: Arc<Usage>,
}

/// What is counted of one credential, in this process.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// When it was last accepted, in microseconds; 0 before the first time.
    pub(super) last: AtomicI64,
    /// What of that is in the database.
    pub(super) stored: AtomicI64,
    waiting: AtomicUsize,
    watching: AtomicUsize,
}

impl Usage {
    pub(super) fn note(&self, now: Timestamp) {
        self.last.fetch_max(now.as_micros(), Ordering::Relaxed);
    }
}

/// A place in front of the journal, given back when dropped.
pub(crate) struct Place(Arc<Usage>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place to wait for an approval, given back when dropped.
pub(crate) struct WatchPlace(Arc<Usage>);

impl Drop for WatchPlace {
    fn drop(&mut self) {
        self.0.watching.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Principal {
    /// Whoever may run programs on this machine: an administrator by that alone.
    pub fn local(name: Subject) -> Self {
        Self {
            who: Who::Local,
            name,
            roles: Roles::ADMIN,
            subjects: Scope::All,
            units: Scope::All,
            expires_at: None,
            usage: Arc::default(),
        }
    }

    /// Who it is.
    pub fn who(&self) -> Who {
        self.who
    }

    /// How receipts name who acted.
    pub fn name(&self) -> &Subject {
        &self.name
    }

    /// The roles.
    pub fn roles(&self) -> Roles {
        self.roles
    }

    /// Which subjects it may speak for when it asks.
    pub fn subjects(&self) -> &Scope {
        &self.subjects
    }

    /// On which units its roles hold.
    pub fn units(&self) -> &Scope {
        &self.units
    }

    /// Until when it is accepted.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Whether it holds the role, on whatever units.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], naming the role.
    pub fn holds(&self, role: Role) -> Result<(), AppError> {
        if self.roles.holds(role) {
            Ok(())
        } else {
            Err(AppError::Forbidden(Refusal::Role(role)))
        }
    }

    /// Whether it may do what takes `role`, on this unit. Give the unit's own name, not an alias.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], naming the role or the unit.
    pub fn may(&self, role: Role, unit: &UnitName) -> Result<(), AppError> {
        self.holds(role)?;
        if self.units.allows(unit.as_str()) {
            Ok(())
        } else {
            Err(AppError::Forbidden(Refusal::Unit(unit.clone())))
        }
    }

    /// Whether it may do what takes `role` and is about the installation as a whole.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], naming the role or saying that its units are too few.
    pub fn may_everywhere(&self, role: Role) -> Result<(), AppError> {
        self.holds(role)?;
        match self.units {
            Scope::All => Ok(()),
            Scope::Only(_) => Err(AppError::Forbidden(Refusal::NotEverywhere)),
        }
    }

    /// Whether it may report load: an operator, or a source of signals whose units are named.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], naming what is missing.
    pub fn may_observe(&self) -> Result<(), AppError> {
        if self.roles.holds(Role::Operator) {
            return Ok(());
        }
        self.holds(Role::Signal)
            .map_err(|_| AppError::Forbidden(Refusal::Role(Role::Operator)))?;
        match self.units {
            Scope::Only(_) => Ok(()),
            Scope::All => Err(AppError::Forbidden(Refusal::NoUnits)),
        }
    }

    /// Whether it may look at what waits for people: those who read, and those who vote.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], naming the role to read.
    pub fn may_oversee(&self) -> Result<(), AppError> {
        self.holds(Role::Approver)
            .or_else(|_| self.holds(Role::Viewer))
    }

    /// Whether it may ask on behalf of `subject` for this unit.
    pub(crate) fn may_ask(&self, subject: &Subject, unit: &UnitName) -> Result<(), AppError> {
        self.holds(Role::Decider)?;
        if !self.subjects.allows(subject.as_str()) {
            return Err(AppError::Forbidden(Refusal::Subject(subject.clone())));
        }
        self.may(Role::Decider, unit)
    }

    /// Whether it may see what is about this unit; what is about none is for those who see every unit.
    pub fn sees(&self, unit: Option<&str>) -> bool {
        match &self.units {
            Scope::All => true,
            Scope::Only(_) => unit.is_some_and(|unit| self.units.allows(unit)),
        }
    }

    /// Takes one of `places` in front of the journal, so that one credential cannot fill the queue.
    pub(crate) fn take_place(&self, places: usize) -> Result<Place, AppError> {
        let before = self.usage.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Place(Arc::clone(&self.usage));
        if before < places {
            Ok(place)
        } else {
            Err(AppError::Busy)
        }
    }

    /// Takes one of `places` to wait for an approval.
    pub(crate) fn take_watch(&self, places: usize) -> Result<WatchPlace, AppError> {
        let before = self.usage.watching.fetch_add(1, Ordering::Relaxed);
        let place = WatchPlace(Arc::clone(&self.usage));
        if before < places {
            Ok(place)
        } else {
            Err(AppError::TooManyWaiting { places })
        }
    }
}
