//! Which units an event is about.

use std::collections::{BTreeSet, HashMap};

use utc_domain::{Pattern, UnitName};

use crate::entity::Entity;

/// Which units a source may speak about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All, by name or alias. Nobody granted it labels.
    Anywhere,
    /// Those that one of these patterns matches, by name, alias or label.
    Within(Vec<Pattern>),
}

impl Reach {
    /// Whether a source of this reach may speak about the unit.
    pub fn includes(&self, unit: &UnitName) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Within(patterns) => patterns.iter().any(|one| one.matches(unit.as_str())),
        }
    }

    /// A label is shared by many units: without a pattern one event could touch all of them.
    fn grants_labels(&self) -> bool {
        match self {
            Self::Anywhere => false,
            Self::Within(_) => true,
        }
    }
}

/// The units by all that they are called.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    by_name: HashMap<String, UnitName>,
    by_label: HashMap<String, HashMap<String, BTreeSet<UnitName>>>,
    called: HashMap<UnitName, Called>,
}

/// What one unit is called beside its name.
#[derive(Debug, Clone, Default)]
struct Called {
    aliases: Vec<String>,
    labels: Vec<(String, String)>,
}

impl Directory {
    /// Without any unit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters a unit under its name, aliases and labels. Names win over aliases, whichever was entered first.
    pub fn add<'a>(
        &mut self,
        unit: &UnitName,
        aliases: impl IntoIterator<Item = &'a UnitName>,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let mut called = Called::default();
        self.by_name.insert(unit.as_str().to_owned(), unit.clone());
        for alias in aliases {
            let name = alias.as_str().to_owned();
            called.aliases.push(name.clone());
            self.by_name.entry(name).or_insert_with(|| unit.clone());
        }
        for (key, value) in labels {
            called.labels.push((key.to_owned(), value.to_owned()));
            let values = self.by_label.entry(key.to_owned()).or_default();
            let units = values.entry(value.to_owned()).or_default();
            units.insert(unit.clone());
        }
        self.called.insert(unit.clone(), called);
    }

    /// Takes a unit out with all that it is called, to be entered anew.
    pub fn remove(&mut self, unit: &UnitName) {
        let called = self.called.remove(unit).unwrap_or_default();
        for name in called
            .aliases
            .iter()
            .map(String::as_str)
            .chain([unit.as_str()])
        {
            if self.by_name.get(name) == Some(unit) {
                self.by_name.remove(name);
            }
        }
        for (key, value) in &called.labels {
            let values = self.by_label.get_mut(key);
            if let Some(units) = values.and_then(|values| values.get_mut(value)) {
                units.remove(unit);
            }
        }
    }

    /// The units that these entities name, as far as the source reaches; none when nothing matches.
    pub fn matches(&self, entities: &[Entity], reach: &Reach) -> BTreeSet<UnitName> {
        let named = |entity| self.named(entity, reach);
        let all = entities.iter().flat_map(named);
        all.filter(|unit| reach.includes(unit)).cloned().collect()
    }

    /// Whether an entity names this unit: as itself, as an alias, or as a label, whoever was granted that.
    pub fn names(&self, entity: &Entity, unit: &UnitName) -> bool {
        match entity.label() {
            None => self.by_name.get(entity.as_str()) == Some(unit),
            Some(label) => self.labelled(label).contains(&unit),
        }
    }

    fn named<'a>(&'a self, entity: &Entity, reach: &Reach) -> Vec<&'a UnitName> {
        match entity.label() {
            None => self.by_name.get(entity.as_str()).into_iter().collect(),
            Some(label) if reach.grants_labels() => self.labelled(label),
            Some(_) => Vec::new(),
        }
    }

    fn labelled(&self, (key, value): (&str, &str)) -> Vec<&UnitName> {
        let units = self.by_label.get(key).and_then(|all| all.get(value));
        units.into_iter().flatten().collect()
    }
}
