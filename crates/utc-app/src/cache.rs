//! The state that decisions are evaluated against: the policy, every unit, and who may ask, in memory.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use arc_swap::ArcSwap;
use dashmap::DashMap;
use utc_domain::{
    ApprovalId, Criticality, Mode, ProtectionLevel, Quorum, Subject, SubjectShare, Timestamp,
    UnitName,
};
use utc_policy::{PolicySet, UnitView, UnknownUnits};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::tokens::{self, TokenRow};
use utc_storage::rows::users::{self, UserRow};
use utc_storage::rows::{marks, risks, units};
use utc_tdx::Directory;

use crate::Controller;
use crate::approvals::{Waiting, Watchers};
use crate::arrivals::Arrivals;
use crate::gateway::Upstream;
use crate::identity::Identities;
use crate::measure::asked::Asked;
use crate::traffic::Traffic;
use crate::units::UnitConfig;
use crate::units::stored::{self, Marks};
use crate::webhooks::Links;

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
    fn new(state: UnitState) -> Self {
        Self {
            state: ArcSwap::from_pointee(state),
            arrivals: Arrivals::default(),
            asked: Asked::default(),
            traffic: Traffic::default(),
        }
    }
}

/// Policy, units, people, tokens, and what waits for approval. Only the journal's thread changes it.
pub(crate) struct StateCache {
    epoch: AtomicU64,
    loaded: std::sync::atomic::AtomicBool,
    policy: ArcSwap<PolicySet>,
    units: DashMap<UnitName, Arc<Unit>>,
    aliases: ArcSwap<HashMap<UnitName, UnitName>>,
    directory: RwLock<Directory>,
    identities: Identities,
    waiting: ArcSwap<Waiting>,
    watchers: Watchers,
    links: Links,
}

impl StateCache {
    pub(crate) fn new(links: Links) -> Self {
        Self {
            // No head has this epoch, so the first batch loads everything.
            epoch: AtomicU64::new(u64::MAX),
            loaded: false.into(),
            policy: ArcSwap::from_pointee(PolicySet::initial(UnknownUnits::Deny)),
            units: DashMap::new(),
            aliases: ArcSwap::default(),
            directory: RwLock::default(),
            identities: Identities::default(),
            waiting: ArcSwap::from_pointee(Waiting::EMPTY),
            watchers: Watchers::default(),
            links,
        }
    }

    /// The epoch to prepare drafts under. Read it before the state: a draft that saw newer state under an
    /// older epoch is evaluated again, one that saw older state under a newer epoch would not be.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    pub(crate) fn policy(&self) -> Arc<PolicySet> {
        self.policy.load_full()
    }

    pub(crate) fn set_policy(&self, policy: PolicySet) {
        self.policy.store(Arc::new(policy));
    }

    pub(crate) fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Puts a person in whose row a transaction has written, and so has parsed.
    pub(crate) fn publish_user(&self, row: &UserRow) {
        drop(self.identities.put_user(row));
        self.identities.count_approvers();
    }

    /// The same for a token.
    pub(crate) fn publish_token(&self, row: &TokenRow) {
        drop(self.identities.put_token(row));
        self.identities.count_approvers();
    }

    /// Everything that waits for people.
    pub(crate) fn waiting(&self) -> Arc<Waiting> {
        self.waiting.load_full()
    }

    pub(crate) fn set_waiting(&self, waiting: Waiting) {
        self.waiting.store(Arc::new(waiting));
    }

    /// Whoever waits until something is decided.
    pub(crate) fn watchers(&self) -> &Watchers {
        &self.watchers
    }

    /// Where people look at what happens here: as it was configured, it never changes.
    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// Takes over what the database says of approvals, and wakes whoever waited for what another process decided.
    fn load_waiting(&self, db: &mut Db) -> Result<(), StorageError> {
        let waiting = Waiting::load(db)?;
        let pending: HashSet<ApprovalId> = waiting.ids().collect();
        self.set_waiting(waiting);
        self.watchers.wake_all_but(&pending);
        Ok(())
    }

    /// The unit that `name` means: aliases are resolved.
    pub(crate) fn resolve(&self, name: &UnitName) -> UnitName {
        self.aliases.load().get(name).unwrap_or(name).clone()
    }

    pub(crate) fn unit(&self, name: &UnitName) -> Option<Arc<Unit>> {
        self.units.get(name).map(|unit| Arc::clone(&unit))
    }

    /// Every unit, for whoever looks at what was counted.
    pub(crate) fn units_in_use(&self) -> Vec<(UnitName, Arc<Unit>)> {
        let units = self.units.iter();
        units
            .map(|unit| (unit.key().clone(), Arc::clone(unit.value())))
            .collect()
    }

    /// Sets a unit's state, keeping its counters.
    pub(crate) fn set_unit(&self, name: &UnitName, state: UnitState) {
        if let Some(unit) = self.unit(name) {
            unit.state.store(Arc::new(state));
        } else {
            self.units.insert(name.clone(), Arc::new(Unit::new(state)));
            self.enter(name, None);
        }
    }

    /// Adds a unit that a decision made, unless it is there.
    pub(crate) fn add_unit(&self, name: &UnitName) {
        if self.unit(name).is_none() {
            self.units
                .insert(name.clone(), Arc::new(Unit::new(UnitState::UNKNOWN)));
            self.enter(name, None);
        }
    }

    /// Replaces what one unit is called beside its name.
    pub(crate) fn set_names(&self, unit: &UnitName, config: &UnitConfig) {
        let mut all = HashMap::clone(&self.aliases.load());
        all.retain(|_, owner| owner != unit);
        let aliases = config.aliases.iter();
        all.extend(aliases.map(|alias| (alias.clone(), unit.clone())));
        self.aliases.store(Arc::new(all));
        self.enter(unit, Some(config));
    }

    /// Enters a unit under all that trust signals may call it.
    fn enter(&self, unit: &UnitName, config: Option<&UnitConfig>) {
        let mut directory = self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        directory.remove(unit);
        match config {
            None => directory.add(unit, [], []),
            Some(config) => {
                let labels = config.labels.iter();
                let labels = labels.map(|(key, value)| (key.as_str(), value.as_str()));
                directory.add(unit, &config.aliases, labels);
            }
        }
    }

    /// The units by all that trust signals may call them.
    pub(crate) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How much a risk weighs on a unit.
    pub(crate) fn criticality(&self, unit: &UnitName) -> Criticality {
        let unit = self.unit(unit);
        unit.map_or(Criticality::Normal, |unit| unit.state.load().criticality)
    }

    /// Shows each unit as it is now.
    pub(crate) fn each_unit(&self, visit: &mut dyn FnMut(&UnitName, &UnitState)) {
        for unit in &self.units {
            visit(unit.key(), &unit.state.load());
        }
    }

    /// Configured units with the level in force at `now`.
    pub(crate) fn configured_levels(&self, now: Timestamp) -> Vec<(UnitName, ProtectionLevel)> {
        let configured = self.units.iter().filter_map(|unit| {
            let state = unit.state.load();
            state
                .configured
                .then(|| (unit.key().clone(), state.level_at(now).0))
        });
        configured.collect()
    }
}

impl utc_storage::journal::StateCache for StateCache {
    fn epoch(&self) -> u64 {
        Self::epoch(self)
    }

    fn reload(&self, db: &mut Db, epoch: u64) -> Result<(), StorageError> {
        let known = if self.loaded.load(Ordering::Relaxed) {
            signed(self.epoch())
        } else {
            -1
        };
        let Some(policy) = stored::load_policy(db)? else {
            // The log is empty: its first entry is about to be written.
            return Ok(());
        };
        let pins = marks::pin::all(db)?;
        let risk_marks = marks::risk::all(db)?;
        let overrides = marks::risk_override::all(db)?;
        for row in units::changed_after(db, known)? {
            let scored = risks::find(db, &row.name)?;
            let marks = Marks {
                pin: pins.iter().find(|pin| pin.unit == row.name),
                risk: risk_marks.iter().find(|mark| mark.unit == row.name),
                scored: scored.as_ref(),
                overridden: overrides.iter().find(|mark| mark.unit == row.name),
            };
            let state = stored::unit_state(&row, marks)?;
            let name = stored::parse("units.name", &row.name)?;
            self.set_unit(&name, state);
            self.enter(&name, Some(&stored::config(&row)?));
        }
        for row in users::changed_after(db, known)? {
            self.identities.put_user(&row)?;
        }
        for row in tokens::changed_after(db, known)? {
            self.identities.put_token(&row)?;
        }
        self.identities.count_approvers();
        self.load_waiting(db)?;
        let mut aliases = HashMap::new();
        for row in units::aliases(db)? {
            let alias = stored::parse("unit_aliases.alias", &row.alias)?;
            aliases.insert(alias, stored::parse("unit_aliases.unit", &row.unit)?);
        }
        self.aliases.store(Arc::new(aliases));
        self.set_policy(policy);
        self.loaded.store(true, Ordering::Relaxed);
        self.epoch.store(epoch, Ordering::Release);
        Ok(())
    }

    fn advance(&self, epoch: u64) {
        if self.loaded.load(Ordering::Relaxed) {
            self.epoch.store(epoch, Ordering::Release);
        }
    }
}

fn signed(epoch: u64) -> i64 {
    i64::try_from(epoch).unwrap_or(i64::MAX)
}
