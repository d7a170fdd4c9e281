//! Where units are.

use std::sync::Arc;

use utc_domain::{Role, UnitName};

use crate::console::Console;
use crate::units::{MethodOverride, UnitConfig};
use crate::{AppError, Principal};

/// Where a unit is, and what its requests are, as far as the gateway needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upstream {
    origin: String,
    methods: Vec<MethodOverride>,
}

impl Upstream {
    /// None for a unit that is nowhere.
    pub(crate) fn of(config: &UnitConfig) -> Option<Arc<Self>> {
        let origin = config.upstream.clone()?;
        let methods = config.methods.clone();
        Some(Arc::new(Self { origin, methods }))
    }
}

/// Where a unit is, and what its requests are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The unit's own name.
    pub unit: UnitName,
    /// Scheme, host and port.
    pub origin: String,
    /// What is a read or a write against the rule.
    pub methods: Vec<MethodOverride>,
    /// The number of the configuration that says so.
    pub config_version: u64,
}

impl Console {
    /// Where the unit of that name or alias is; none when it has no upstream, or when `by` may not ask about it.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for whoever may not ask about any unit.
    pub fn route(&self, by: &Principal, name: &UnitName) -> Result<Option<Route>, AppError> {
        by.holds(Role::Decider)?;
        let unit = self.cache().resolve(name);
        if by.may(Role::Decider, &unit).is_err() {
            return Ok(None);
        }
        let Some(state) = self.cache().unit(&unit).map(|unit| unit.state.load_full()) else {
            return Ok(None);
        };
        Ok(state.upstream.as_ref().map(|upstream| Route {
            unit,
            origin: upstream.origin.clone(),
            methods: upstream.methods.clone(),
            config_version: state.config_version,
        }))
    }
}
