//! What holds a unit back, as pages show it. The words are those of the use case.

use serde::Serialize;
use utc_app::{About, Hindrance, Weight};
use utc_domain::UnitName;

use super::link::encoded;

/// One thing that holds a unit back, or is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Lock {
    tone: &'static str,
    icon: &'static str,
    /// What receipts call it.
    ground: Option<&'static str>,
    what: String,
    cause: String,
    /// The receipt that proves it.
    evidence: Option<String>,
    way_out: String,
    /// Where that is done: address and name.
    places: Vec<(String, &'static str)>,
}

impl Lock {
    /// Of a unit.
    pub(crate) fn of(unit: &UnitName, hindrance: Hindrance) -> Self {
        let (tone, icon) = match hindrance.weight {
            Weight::Refuses => ("bad", "lock"),
            Weight::Holds => ("warn", "person"),
            Weight::Note => ("info", "info"),
        };
        Self {
            tone,
            icon,
            ground: hindrance.ground.map(utc_domain::Ground::as_str),
            what: hindrance.what,
            cause: hindrance.cause,
            evidence: hindrance.receipt_id,
            way_out: hindrance.way_out,
            places: places(unit, hindrance.about),
        }
    }
}

fn places(unit: &UnitName, about: About) -> Vec<(String, &'static str)> {
    let unit = encoded(unit.as_str());
    match about {
        About::Level => vec![(format!("/units/{unit}#pin-title"), "Pin the level")],
        About::Reports => vec![(format!("/units/{unit}#load"), "Load")],
        About::Risk => vec![
            (format!("/signals/units/{unit}"), "Risk of this unit"),
            ("/rules".to_owned(), "Rules"),
        ],
        About::Mark => vec![(format!("/units/{unit}#risk-title"), "Risk mark")],
        About::Rule => vec![
            ("/approvals".to_owned(), "Approvals"),
            ("/rules".to_owned(), "Rules"),
        ],
        About::People => vec![
            ("/approvals".to_owned(), "Approvals"),
            ("/access".to_owned(), "Access"),
        ],
        About::Unit => vec![(format!("/units/{unit}#facts"), "Configuration")],
    }
}
