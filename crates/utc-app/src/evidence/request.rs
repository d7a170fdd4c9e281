//! What is to be handed out.

use serde_json::json;
use utc_attestation::{canonical, sha256_hex};
use utc_domain::{LogFilter, Subject, Timestamp, UnitName};
use utc_evidence::Filter;

use crate::AppError;

/// Which receipts are to be handed out. What is absent does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportRequest {
    /// Receipts of this time or later.
    pub from: Option<Timestamp>,
    /// Receipts before this time.
    pub to: Option<Timestamp>,
    /// Receipts about this unit; an alias means the unit it names.
    pub unit: Option<UnitName>,
    /// Receipts of this subject.
    pub subject: Option<Subject>,
}

impl ExportRequest {
    pub(super) fn check(&self) -> Result<(), AppError> {
        match self.from.zip(self.to) {
            Some((from, to)) if from >= to => {
                Err(AppError::invalid("/to", "must be later than `from`"))
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn filter(&self) -> Filter {
        Filter {
            from: self.from,
            to: self.to,
            unit: self.unit.clone(),
            subject: self.subject.clone(),
        }
    }

    /// What the receipt says of it.
    pub(super) fn recorded(&self, log_size: u64) -> Result<LogFilter, AppError> {
        let asked = json!({
            "from": self.from.map(|at| at.to_string()),
            "log_size": log_size,
            "subject": self.subject.as_ref().map(Subject::as_str),
            "to": self.to.map(|at| at.to_string()),
            "unit": self.unit.as_ref().map(UnitName::as_str),
        });
        let bytes = canonical(&asked).map_err(|error| AppError::Internal(Box::new(error)))?;
        let digest = sha256_hex(bytes).parse();
        Ok(LogFilter {
            digest: digest
                .map_err(|error: utc_domain::DomainError| AppError::Internal(Box::new(error)))?,
            from: self.from,
            to: self.to,
            unit: self.unit.clone(),
            subject: self.subject.clone(),
            log_size,
        })
    }
}
