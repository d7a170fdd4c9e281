//! What a bundle is about.

use utc_domain::{Subject, Timestamp, UnitName};

use crate::claims::Receipt;

/// Which receipts of the log go into a bundle. What is absent does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Receipts placed at this time or later.
    pub from: Option<Timestamp>,
    /// Receipts placed before this time.
    pub to: Option<Timestamp>,
    /// Receipts on this unit.
    pub unit: Option<UnitName>,
    /// Receipts of this subject.
    pub subject: Option<Subject>,
}

/// What a bundle can claim about what is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Everything that the log held when the checkpoint was signed.
    Whole,
    /// Everything between two positions. That these are the ends of the period is the exporter's word.
    Range,
    /// What is in it is in the log, and nothing more: some receipts were picked, others not.
    InclusionOnly,
}

impl Claim {
    /// The name in `export.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Range => "range",
            Self::InclusionOnly => "inclusion_only",
        }
    }
}

impl Filter {
    /// Whether a receipt is one of those.
    pub(crate) fn matches(&self, receipt: &Receipt<'_>) -> bool {
        let claims = &receipt.claims;
        let unit = self.unit.as_ref().map(UnitName::as_str);
        let subject = self.subject.as_ref().map(Subject::as_str);
        self.from.is_none_or(|from| from <= receipt.at)
            && self.to.is_none_or(|to| receipt.at < to)
            && unit.is_none_or(|unit| claims.unit.as_deref() == Some(unit))
            && subject.is_none_or(|subject| &*claims.sub == subject)
    }

    /// What a bundle of this filter claims.
    pub fn claim(&self) -> Claim {
        if self.unit.is_some() || self.subject.is_some() {
            Claim::InclusionOnly
        } else if self.from.is_some() || self.to.is_some() {
            Claim::Range
        } else {
            Claim::Whole
        }
    }
}
