//! A unit's configuration and what is valid in it.

use std::collections::{BTreeMap, BTreeSet};

use utc_domain::{Criticality, Mode, UnitName};

use crate::{Controller, FieldError};

/// What people set on a unit. Everything is optional for them; this is the result with defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitConfig {
    /// Where the gateway forwards to: an `http` or `https` origin. Used by the gateway.
    pub upstream: Option<String>,
    /// The capacity in operations per hour, when it is known; greater than 0.
    pub capacity_per_hour: Option<f64>,
    /// How many servers share the capacity, 1 to 10,000.
    pub servers: u32,
    /// Other names, in one name space with units. At most 50.
    pub aliases: BTreeSet<UnitName>,
    /// Labels, at most 50 of at most 200 characters.
    pub labels: BTreeMap<String, String>,
    /// How much harm it can do.
    pub criticality: Criticality,
    /// How many people must approve a held write, 1 to 20.
    pub approvals_required: u32,
    /// Whether decisions bind.
    pub mode: Mode,
    /// Thresholds of its own, where they differ from the installation's.
    pub thresholds: Thresholds,
    /// What turns its load into a level, where it is not what the installation uses.
    pub controller: Option<Controller>,
    /// Methods and paths that the gateway takes for reads or writes, against the rule. At most 100.
    pub methods: Vec<MethodOverride>,
}

/// Thresholds of the level controller; absent ones are the installation's.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Thresholds {
    /// Utilisation from which writes need approval.
    pub low: Option<f64>,
    /// Utilisation from which writes are refused.
    pub high: Option<f64>,
    /// Utilisation below which the level may relax.
    pub relax_below: Option<f64>,
    /// Minutes that utilisation must stay below it.
    pub relax_window_minutes: Option<u32>,
}

/// An exact method and path that is a read or a write against the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodOverride {
    /// The HTTP method, upper case.
    pub method: String,
    /// The path, from its first slash, without query.
    pub path: String,
    /// What it is.
    pub access: Access,
}

/// Read or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads.
    Read,
    /// It writes.
    Write,
}

impl UnitConfig {
    /// The configuration of a unit that nobody configured.
    pub fn unconfigured() -> Self {
        Self {
            upstream: None,
            capacity_per_hour: None,
            servers: 1,
            aliases: BTreeSet::new(),
            labels: BTreeMap::new(),
            criticality: Criticality::Normal,
            approvals_required: 1,
            mode: Mode::Enforce,
            thresholds: Thresholds::default(),
            controller: None,
            methods: Vec::new(),
        }
    }

    /// Everything that is wrong with it, with a JSON pointer each.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        let mut check = |fine: bool, pointer: &str, message: &str| {
            if !fine {
                problems.push(FieldError::new(pointer, message));
            }
        };
        let capacity_fine = self
            .capacity_per_hour
            .is_none_or(|rate| (1e-3..=1e9).contains(&rate));
        check(
            capacity_fine,
            "/capacity_per_hour",
            "must be a rate per hour from 0.001 to 1000000000",
        );
        check(
            (1..=10_000).contains(&self.servers),
            "/servers",
            "must be from 1 to 10000",
        );
        check(
            (1..=20).contains(&self.approvals_required),
            "/approvals_required",
            "must be from 1 to 20",
        );
        check(
            self.aliases.len() <= 50,
            "/aliases",
            "must have at most 50 entries",
        );
        check(
            self.labels.len() <= 50,
            "/labels",
            "must have at most 50 entries",
        );
        let short = |text: &str| {
            !text.is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control)
        };
        let labels_fine = self
            .labels
            .iter()
            .all(|(key, value)| short(key) && short(value));
        check(
            labels_fine,
            "/labels",
            "keys and values must have 1 to 200 characters and no control characters",
        );
        check(
            self.upstream.as_deref().is_none_or(is_origin),
            "/upstream",
            "must be an origin such as http://127.0.0.1:9000, without path, query or user",
        );
        check(
            self.methods.len() <= 100,
            "/methods",
            "must have at most 100 entries",
        );
        let methods_fine = self.methods.iter().all(MethodOverride::is_valid);
        check(
            methods_fine,
            "/methods",
            "each needs an upper-case method and an exact path that begins with `/`, without query, `..` or `//`",
        );
        problems
    }
}

impl MethodOverride {
    fn is_valid(&self) -> bool {
        let method = !self.method.is_empty()
            && self.method.len() <= 20
            && self.method.bytes().all(|byte| byte.is_ascii_uppercase());
        let path = self.path.starts_with('/')
            && self.path.len() <= 500
            && self.path.bytes().all(|byte| byte.is_ascii_graphic())
            && !["..", "//", "?", "#", ";", "%"]
                .iter()
                .any(|part| self.path.contains(part));
        method && path
    }
}

/// An origin: scheme, host, optional port, nothing else.
fn is_origin(text: &str) -> bool {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.len() <= 255
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    })
}
