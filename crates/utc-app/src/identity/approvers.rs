//! The people who may approve, and on which units.

use std::collections::{BTreeMap, BTreeSet};

use utc_domain::{Role, Scope, Subject, Timestamp};

use super::principal::{Principal, Who};
use super::state::Identities;

/// Everybody who may vote. Changes with people and tokens only, so it is made then and not at each request.
#[derive(Debug, Default)]
pub(crate) struct Approvers(Vec<Approver>);

/// One person, with each right to vote that they have: of their own, or by a token.
#[derive(Debug)]
struct Approver(Vec<Right>);

#[derive(Debug)]
struct Right {
    units: Scope,
    expires_at: Option<Timestamp>,
}

impl Right {
    fn of(principal: &Principal) -> Self {
        Self {
            units: principal.units.clone(),
            expires_at: principal.expires_at,
        }
    }

    fn holds(&self, unit: &str, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|until| now < until) && self.units.allows(unit)
    }
}

impl Approver {
    fn may(&self, unit: &str, now: Timestamp) -> bool {
        self.0.iter().any(|right| right.holds(unit, now))
    }
}

impl Approvers {
    /// How many people may vote on a unit.
    pub(crate) fn count(&self, unit: &str, now: Timestamp) -> u32 {
        let may = self.0.iter().filter(|person| person.may(unit, now));
        u32::try_from(may.count()).unwrap_or(u32::MAX)
    }

    /// Which people may vote on a unit, by their numbers.
    pub(crate) fn on(&self, unit: &str, now: Timestamp) -> Vec<usize> {
        let people = self.0.iter().enumerate();
        let may = people.filter(|(_, person)| person.may(unit, now));
        may.map(|(number, _)| number).collect()
    }

    /// How many people may vote on at least one of these units.
    pub(crate) fn on_any<'u>(
        &self,
        units: impl IntoIterator<Item = &'u str>,
        now: Timestamp,
    ) -> u32 {
        let mut people = BTreeSet::new();
        for unit in units {
            people.extend(self.on(unit, now));
        }
        u32::try_from(people.len()).unwrap_or(u32::MAX)
    }

    /// Whether somebody may vote on both: then they wait for the same people.
    pub(crate) fn share(&self, unit: &str, other: &str, now: Timestamp) -> bool {
        let both = |person: &Approver| person.may(unit, now) && person.may(other, now);
        unit == other || self.0.iter().any(both)
    }
}

impl Identities {
    /// Counts the people anew.
    pub(crate) fn make_approvers(&self) -> Approvers {
        let mut people: BTreeMap<Subject, Approver> = BTreeMap::new();
        self.each_accepted(&mut |principal| {
            if principal.roles.holds(Role::Approver) && !matches!(principal.who, Who::Local) {
                let person = self.requester(principal).person;
                let rights = people.entry(person).or_insert_with(|| Approver(Vec::new()));
                rights.0.push(Right::of(principal));
            }
        });
        Approvers(people.into_values().collect())
    }
}
