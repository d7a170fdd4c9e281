//! The state that decisions are evaluated against: the policy, every unit, and who may ask, in memory.

mod reload;
mod unit;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use arc_swap::ArcSwap;
use dashmap::DashMap;
use utc_domain::{Criticality, ProtectionLevel, Timestamp, UnitName};
use utc_policy::{PolicySet, UnknownUnits};
use utc_storage::rows::tokens::TokenRow;
use utc_storage::rows::users::UserRow;
use utc_tdx::Directory;

use crate::approvals::{Waiting, Watchers};
use crate::identity::Identities;
use crate::units::UnitConfig;
use crate::webhooks::Links;

pub(crate) use unit::{RiskMark, Scored, Unit, UnitState};

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
