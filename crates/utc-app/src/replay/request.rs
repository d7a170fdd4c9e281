//! What is to be computed again.

use serde_json::json;
use utc_attestation::{canonical, sha256_hex};
use utc_domain::{LogFilter, Timestamp, UnitName};
use utc_storage::rows::decisions::{self, Stretch};

use super::Alternative;
use crate::console::Console;
use crate::{AppError, FieldError};

/// Which decisions are to be computed again, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayRequest {
    /// Decisions of this time or later; none: from the first.
    pub from: Option<Timestamp>,
    /// Decisions before this time; none: up to the newest one when the run begins.
    pub to: Option<Timestamp>,
    /// Only decisions about this unit; an alias means the unit it names.
    pub unit: Option<UnitName>,
    /// How.
    pub mode: ReplayMode,
}

/// How decisions are computed again.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplayMode {
    /// By what they were judged by: each must come out as recorded, byte for byte.
    Faithful,
    /// By other rules or thresholds: what would have been answered.
    Counterfactual(Alternative),
}

impl ReplayMode {
    /// The name on the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Faithful => "faithful",
            Self::Counterfactual(_) => "counterfactual",
        }
    }

    pub(super) fn alternative(&self) -> Option<&Alternative> {
        match self {
            Self::Faithful => None,
            Self::Counterfactual(alternative) => Some(alternative),
        }
    }
}

impl ReplayRequest {
    /// Everything of everything, faithfully.
    pub const ALL: Self = Self {
        from: None,
        to: None,
        unit: None,
        mode: ReplayMode::Faithful,
    };

    /// Everything that is wrong with it.
    pub(super) fn check(&self) -> Result<(), AppError> {
        let mut wrong = Vec::new();
        if self.from.zip(self.to).is_some_and(|(from, to)| from >= to) {
            wrong.push(FieldError::new("/to", "must be later than `from`"));
        }
        if self.mode.alternative().is_some_and(Alternative::is_empty) {
            let message = "without other rules or thresholds there is nothing to compare with; give `rules`, `thresholds` or both";
            wrong.push(FieldError::new("/rules", message));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(AppError::Invalid(wrong))
        }
    }

    /// What a receipt says of it.
    pub(super) fn filter(&self, log_size: u64) -> Result<LogFilter, AppError> {
        let alternative = self.mode.alternative();
        let asked = json!({
            "from": self.from.map(|at| at.to_string()),
            "log_size": log_size,
            "mode": self.mode.as_str(),
            "rules": alternative.map(Alternative::rules_by_key),
            "thresholds": alternative
                .and_then(|alternative| alternative.bounds)
                .map(|bounds| json!({ "high": bounds.high(), "low": bounds.low() })),
            "to": self.to.map(|at| at.to_string()),
            "unit": self.unit.as_ref().map(UnitName::as_str),
        });
        let internal = |error: Box<dyn std::error::Error + Send + Sync>| AppError::Internal(error);
        let bytes = canonical(&asked).map_err(|error| internal(Box::new(error)))?;
        let digest = sha256_hex(bytes).parse();
        Ok(LogFilter {
            digest: digest.map_err(|error: utc_domain::DomainError| internal(Box::new(error)))?,
            from: self.from,
            to: self.to,
            unit: self.unit.clone(),
            subject: None,
            log_size,
        })
    }
}

/// The part of the log that a request is about, fixed when the run begins: what is decided later is no part of it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) stretch: Stretch,
    pub(super) log_size: u64,
}

impl Console {
    pub(super) fn stretch(&self, request: &ReplayRequest) -> Result<Part, AppError> {
        let head = self.head()?;
        let log_size = head.map_or(0, |head| head.size);
        let size = i64::try_from(log_size).unwrap_or(i64::MAX);
        let (from, before) = self
            .store()
            .read(|db| decisions::between(db, request.from, request.to, size))?;
        Ok(Part {
            stretch: Stretch {
                from,
                before,
                unit: request.unit.as_ref().map(ToString::to_string),
            },
            log_size,
        })
    }
}
