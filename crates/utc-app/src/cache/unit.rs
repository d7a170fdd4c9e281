//! What is kept of one unit.

use std::collections::BTreeSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use utc_domain::{Criticality, Mode, ProtectionLevel, Quorum, Subject, SubjectShare, Timestamp};
use utc_policy::UnitView;

use crate::Controller;
use crate::arrivals::Arrivals;
use crate::gateway::Upstream;
use crate::measure::asked::Asked;
use crate::traffic::Traffic;

/// A person's mark that a unit is risky.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RiskMark {
    /// Until when; none: until a person removes it.
    pub(crate) ends: Option<Timestamp>,
}

/// What the scorer says of a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    /// From 0 to 100.
    pub(crate) score: f64,
    /// Whether it flagged the unit.
    pub(crate) flagged: bool,
}

/// The part of a unit that decisions depend on or record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnitState {
    /// Whether somebody configured it.
    pub configured: bool,
    /// The number of its configuration; 0 before the first.
    pub config_version: u64,
    /// How many people must approve.
    pub quorum: Quorum,
    /// Whether its decisions bind.
    pub mode: Mode,
    /// Where the gateway finds it.
    pub upstream: Option<Arc<Upstream>>,
    /// The measured level.
    pub measured: ProtectionLevel,
    /// The pinned level and when the pin ends.
    pub pin: Option<(ProtectionLevel, Option<Timestamp>)>,
    /// A person's risk mark and when it ends.
    pub risk_mark: Option<RiskMark>,
    /// What the scorer says; none where it never scored it.
    pub scored: Option<Scored>,
    /// Until when the scorer's flag does not count.
    pub override_until: Option<Timestamp>,
    /// How much a risk weighs here.
    pub criticality: Criticality,
    /// Estimated arrivals per hour.
    pub lambda: Option<f64>,
    /// Estimated service capacity per hour.
    pub mu: Option<f64>,
    /// Utilisation.
    pub rho: Option<f64>,
    /// Whether arrivals doubled against the hour before.
    pub change_point: bool,
    /// The newest observation.
    pub observed_at: Option<Timestamp>,
    /// What is configured of how much it can do in an hour.
    pub capacity: Option<f64>,
    /// What turns load into a level, where it is the unit's own choice.
    pub controller: Option<Controller>,
    /// Who asks for more of it than their share; none in most cases.
    pub held: Option<Arc<BTreeSet<Subject>>>,
}

impl UnitState {
    /// A unit of which nothing is known.
    pub(crate) const UNKNOWN: Self = Self {
        configured: false,
        config_version: 0,
        quorum: Quorum::ONE,
        mode: Mode::Enforce,
        upstream: None,
        measured: ProtectionLevel::Permissive,
        pin: None,
        risk_mark: None,
        scored: None,
        override_until: None,
        criticality: Criticality::Normal,
        lambda: None,
        mu: None,
        rho: None,
        change_point: false,
        observed_at: None,
        capacity: None,
        controller: None,
        held: None,
    };

    /// What a decision at `now` is evaluated against.
    pub(crate) fn view_at(&self, now: Timestamp) -> UnitView {
        UnitView {
            level: self.level_at(now).0,
            risky: self.risky_at(now),
            mode: self.mode,
            known: self.configured,
        }
    }

    /// The level in force at `now`, and whether it is a pinned one.
    pub(crate) fn level_at(&self, now: Timestamp) -> (ProtectionLevel, bool) {
        match self.pin {
            Some((level, ends)) if ends.is_none_or(|ends| now < ends) => (level, true),
            Some(_) | None => (self.measured, false),
        }
    }

    /// Whether `subject` asks for more of the unit than its share.
    pub(crate) fn share_of(&self, subject: &Subject) -> SubjectShare {
        match &self.held {
            Some(held) if held.contains(subject) => SubjectShare::Beyond,
            Some(_) | None => SubjectShare::Fair,
        }
    }

    /// Whether the unit is risky at `now`: by a person's mark, or by the scorer's flag where that counts.
    pub(crate) fn risky_at(&self, now: Timestamp) -> bool {
        self.marked_at(now) || (self.is_flagged() && !self.overridden_at(now))
    }

    /// Whether a person's risk mark holds at `now`.
    pub(crate) fn marked_at(&self, now: Timestamp) -> bool {
        self.risk_mark
            .is_some_and(|mark| mark.ends.is_none_or(|ends| now < ends))
    }

    /// Whether the scorer flagged it.
    pub(crate) fn is_flagged(&self) -> bool {
        self.scored.is_some_and(|scored| scored.flagged)
    }

    /// Whether a person said that the scorer's flag does not count at `now`.
    pub(crate) fn overridden_at(&self, now: Timestamp) -> bool {
        self.override_until.is_some_and(|until| now < until)
    }

    /// The next moment at which the level or the risk changes by itself.
    pub(crate) fn next_change(&self) -> Option<Timestamp> {
        let pin = self.pin.and_then(|(_, ends)| ends);
        let mark = self.risk_mark.and_then(|mark| mark.ends);
        [pin, mark, self.override_until].into_iter().flatten().min()
    }
}

/// A unit in the cache: its state is replaced whole, what comes to it is counted in place.
pub(crate) struct Unit {
    pub(crate) state: ArcSwap<UnitState>,
    pub(crate) arrivals: Arrivals,
    pub(crate) asked: Asked,
    pub(crate) traffic: Traffic,
}

impl Unit {
    pub(super) fn new(state: UnitState) -> Self {
        Self {
            state: ArcSwap::from_pointee(state),
            arrivals: Arrivals::default(),
            asked: Asked::default(),
            traffic: Traffic::default(),
        }
    }
}
