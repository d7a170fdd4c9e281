//! A unit's configuration on the wire.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utc_app::{Access, FieldError, MethodOverride, Thresholds, UnitConfig, UnknownController};
use utoipa::ToSchema;

/// A unit's configuration. Everything is optional; what is absent has its default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UnitBody {
    /// Where the gateway forwards to: an `http` or `https` origin.
    upstream: Option<String>,
    /// Capacity in operations per hour, when it is known.
    capacity_per_hour: Option<f64>,
    /// How many servers share the capacity, 1 to 10,000.
    servers: u32,
    /// Other names of the unit.
    aliases: BTreeSet<String>,
    /// Labels.
    labels: BTreeMap<String, String>,
    /// `low`, `normal`, `high` or `extreme`.
    criticality: String,
    /// How many people must approve a held write, 1 to 20.
    approvals_required: u32,
    /// `enforce` or `observe`.
    mode: String,
    /// Thresholds of its own.
    thresholds: ThresholdsBody,
    /// `classic` or `predictive`; what the installation uses when absent.
    controller: Option<String>,
    /// Methods and paths that are reads or writes against the rule.
    methods: Vec<MethodBody>,
}

/// Thresholds of a unit's level; absent ones are the installation's.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ThresholdsBody {
    /// Utilisation from which writes need approval.
    low: Option<f64>,
    /// Utilisation from which writes are refused.
    high: Option<f64>,
    /// Utilisation below which the level may relax.
    relax_below: Option<f64>,
    /// Minutes that utilisation must stay below it.
    relax_window_minutes: Option<u32>,
}

/// A method and path that is a read or a write against the rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodBody {
    /// The HTTP method, upper case.
    method: String,
    /// The exact path.
    path: String,
    /// `read` or `write`.
    access: String,
}

impl Default for UnitBody {
    fn default() -> Self {
        (&UnitConfig::unconfigured()).into()
    }
}

impl From<&UnitConfig> for UnitBody {
    fn from(config: &UnitConfig) -> Self {
        let Thresholds {
            low,
            high,
            relax_below,
            relax_window_minutes,
        } = config.thresholds;
        Self {
            upstream: config.upstream.clone(),
            capacity_per_hour: config.capacity_per_hour,
            servers: config.servers,
            aliases: config.aliases.iter().map(ToString::to_string).collect(),
            labels: config.labels.clone(),
            criticality: config.criticality.to_string(),
            approvals_required: config.approvals_required,
            mode: config.mode.to_string(),
            thresholds: ThresholdsBody {
                low,
                high,
                relax_below,
                relax_window_minutes,
            },
            controller: config.controller.map(|own| own.to_string()),
            methods: config.methods.iter().map(MethodBody::from).collect(),
        }
    }
}

impl From<&MethodOverride> for MethodBody {
    fn from(own: &MethodOverride) -> Self {
        let access = match own.access {
            Access::Read => "read",
            Access::Write => "write",
        };
        Self {
            method: own.method.clone(),
            path: own.path.clone(),
            access: access.to_owned(),
        }
    }
}

impl UnitBody {
    /// Checks every member; all faults are told at once.
    pub(crate) fn into_config(self) -> Result<UnitConfig, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut note =
            |pointer: &str, message: String| errors.push(FieldError::new(pointer, message));
        let mut aliases = BTreeSet::new();
        for alias in &self.aliases {
            match alias.parse() {
                Ok(alias) => drop(aliases.insert(alias)),
                Err(error) => note("/aliases", format!("`{}`: {error}", alias.escape_default())),
            }
        }
        let criticality = self
            .criticality
            .parse()
            .map_err(|error: utc_domain::DomainError| note("/criticality", error.to_string()));
        let mode = self
            .mode
            .parse()
            .map_err(|error: utc_domain::DomainError| note("/mode", error.to_string()));
        let controller = self.controller.as_deref().map(str::parse).transpose();
        let controller = controller.unwrap_or_else(|error: UnknownController| {
            note("/controller", error.to_string());
            None
        });
        let mut methods = Vec::new();
        for (index, own) in self.methods.into_iter().enumerate() {
            match own.access.as_str() {
                "read" => methods.push(MethodOverride {
                    method: own.method,
                    path: own.path,
                    access: Access::Read,
                }),
                "write" => methods.push(MethodOverride {
                    method: own.method,
                    path: own.path,
                    access: Access::Write,
                }),
                _ => note(
                    &format!("/methods/{index}/access"),
                    "must be `read` or `write`".to_owned(),
                ),
            }
        }
        let (Ok(criticality), Ok(mode), true) = (criticality, mode, errors.is_empty()) else {
            return Err(errors);
        };
        let config = UnitConfig {
            upstream: self.upstream,
            capacity_per_hour: self.capacity_per_hour,
            servers: self.servers,
            aliases,
            labels: self.labels,
            criticality,
            approvals_required: self.approvals_required,
            mode,
            thresholds: Thresholds {
                low: self.thresholds.low,
                high: self.thresholds.high,
                relax_below: self.thresholds.relax_below,
                relax_window_minutes: self.thresholds.relax_window_minutes,
            },
            controller,
            methods,
        };
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }
}
