//! What was decided on each unit.

use std::collections::BTreeMap;

use utc_chart::Series;

use crate::claims::Receipt;

/// The most units that are told apart.
const UNITS: usize = 2_000;

/// One unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Unit {
    pub(crate) allow: u64,
    pub(crate) deny: u64,
    pub(crate) require_approval: u64,
    pub(crate) load: Series,
}

impl Unit {
    /// All decisions.
    pub(crate) fn decisions(&self) -> u64 {
        self.allow + self.deny + self.require_approval
    }
}

/// The units that were met first, and how many decisions fell on others.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Units {
    units: BTreeMap<String, Unit>,
    elsewhere: u64,
}

impl Units {
    pub(crate) fn add(&mut self, receipt: &Receipt<'_>) {
        let claims = &receipt.claims;
        let Some(name) = claims.unit.as_deref() else {
            return;
        };
        let decision = claims
            .decision
            .as_deref()
            .filter(|_| claims.is_plain_decision());
        let Some(unit) = self.unit(name) else {
            self.elsewhere += u64::from(decision.is_some());
            return;
        };
        match decision {
            Some("ALLOW") => unit.allow += 1,
            Some("DENY") => unit.deny += 1,
            Some("REQUIRE_APPROVAL") => unit.require_approval += 1,
            Some(_) | None => {}
        }
        if let Some(rho) = claims.meta.rho {
            unit.load.add(receipt.at, rho);
        }
    }

    /// The units with most decisions, at most `limit` of them.
    pub(crate) fn busiest(&self, limit: usize) -> Vec<(&str, &Unit)> {
        let mut units: Vec<_> = self
            .units
            .iter()
            .map(|(name, unit)| (name.as_str(), unit))
            .collect();
        units.sort_by(|(a_name, a), (b_name, b)| {
            (b.decisions(), a_name).cmp(&(a.decisions(), b_name))
        });
        units.truncate(limit);
        units
    }

    pub(crate) fn len(&self) -> usize {
        self.units.len()
    }

    /// Decisions on units that there was no room for.
    pub(crate) fn elsewhere(&self) -> u64 {
        self.elsewhere
    }

    fn unit(&mut self, name: &str) -> Option<&mut Unit> {
        if !self.units.contains_key(name) {
            if self.units.len() >= UNITS {
                return None;
            }
            self.units.insert(name.to_owned(), Unit::default());
        }
        self.units.get_mut(name)
    }
}
