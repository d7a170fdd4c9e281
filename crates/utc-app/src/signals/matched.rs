//! Which units an event is about, and by what it may come to match others.

use std::collections::BTreeSet;

use utc_domain::{Scope, UnitName};
use utc_tdx::{Entity, Reach};

use crate::cache::StateCache;

/// What an event's entities come to, by what units are called now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Matched {
    pub(super) units: BTreeSet<UnitName>,
    /// Names that match nothing, and labels, which further units may get.
    pub(super) open: BTreeSet<String>,
}

/// Matches entities with units, as far as the source reaches and its sender was granted.
pub(super) fn matched(
    cache: &StateCache,
    entities: &[Entity],
    reach: &Reach,
    granted: &Scope,
) -> Matched {
    let directory = cache.directory();
    let mut all = Matched::default();
    for entity in entities {
        let mut units = directory.matches(std::slice::from_ref(entity), reach);
        units.retain(|unit| granted.allows(unit.as_str()));
        let label = entity.label().is_some();
        // Without patterns a label matches nothing, whatever units are called. When it gets some, all is matched again.
        if (units.is_empty() && !label) || (label && *reach != Reach::Anywhere) {
            all.open.insert(entity.to_string());
        }
        all.units.append(&mut units);
    }
    all
}
