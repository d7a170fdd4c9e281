//! The table of variables: everything that names or lists a variable works from it.

use crate::{
    Config, approvals, database, files, gateway, installation, keys, log, queueing, rate_limit,
    server, tdx,
};

/// What an error message or `--print-config` may show of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exposure {
    /// All of it.
    Open,
    /// An address that may carry a password: its scheme only.
    Address,
    /// Nothing.
    Secret,
}

/// One variable of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    name: &'static str,
    default: &'static str,
    help: &'static str,
    exposure: Exposure,
    printed: fn(&Config) -> String,
}

impl Variable {
    pub(crate) const fn new(
        name: &'static str,
        default: &'static str,
        help: &'static str,
        printed: fn(&Config) -> String,
    ) -> Self {
        Self {
            name,
            default,
            help,
            exposure: Exposure::Open,
            printed,
        }
    }

    pub(crate) const fn address(self) -> Self {
        Self {
            exposure: Exposure::Address,
            ..self
        }
    }

    pub(crate) const fn secret(self) -> Self {
        Self {
            exposure: Exposure::Secret,
            ..self
        }
    }

    /// The name in the environment.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value when nothing at all is set; empty where there is none.
    pub fn default(&self) -> &'static str {
        self.default
    }

    /// One line that says what it does.
    pub fn help(&self) -> &'static str {
        self.help
    }

    /// Whether the value is never shown.
    pub fn is_secret(&self) -> bool {
        self.exposure == Exposure::Secret
    }

    /// The value in effect, with secrets masked.
    pub(crate) fn printed(&self, config: &Config) -> String {
        (self.printed)(config)
    }

    /// What an error message may show of a value; `None` where it is nothing.
    pub(crate) fn shown(&self, value: &str) -> Option<String> {
        match self.exposure {
            Exposure::Open => Some(value.to_owned()),
            Exposure::Address => Some(shown_address(value)),
            Exposure::Secret => None,
        }
    }
}

/// A value that could not be read as an address may have its password anywhere.
fn shown_address(value: &str) -> String {
    if value.starts_with("sqlite:") {
        return value.to_owned();
    }
    match value.split_once("://") {
        Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
            format!("{scheme}://…")
        }
        Some(_) | None => "…".to_owned(),
    }
}

/// Every variable, in the order of `.env.example` and of `--print-config`.
pub fn variables() -> impl Iterator<Item = &'static Variable> {
    [
        server::VARIABLES,
        keys::VARIABLES,
        database::VARIABLES,
        files::VARIABLES,
        queueing::VARIABLES,
        approvals::VARIABLES,
        tdx::VARIABLES,
        installation::VARIABLES,
        gateway::VARIABLES,
        rate_limit::VARIABLES,
        log::VARIABLES,
    ]
    .into_iter()
    .flatten()
}

pub(crate) fn find(name: &str) -> Option<&'static Variable> {
    variables().find(|variable| variable.name == name)
}
