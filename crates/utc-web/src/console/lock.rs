//! What holds a unit back, as pages show it. The words are those of the use case.

use serde::Serialize;
use utc_app::{About, Hindrance, Principal, Weight};
use utc_domain::{Role, UnitName};

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
    /// Where that is done, by whoever looks: address and name.
    places: Vec<(String, &'static str)>,
}

impl Lock {
    /// Of a unit, for `by`.
    pub(crate) fn of(by: &Principal, unit: &UnitName, hindrance: Hindrance) -> Self {
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
            places: places(by, unit, hindrance.about),
        }
    }
}

/// Nobody is led to a form that is not there for them.
fn places(by: &Principal, unit: &UnitName, about: About) -> Vec<(String, &'static str)> {
    let operates = by.may(Role::Operator, unit).is_ok();
    let admits = by.may_everywhere(Role::Admin).is_ok();
    let name = encoded(unit.as_str());
    let own = |part: &str| format!("/units/{name}#{part}");
    let page = |path: &str| path.to_owned();
    let places = match about {
        About::Level => vec![(operates, own("pin-title"), "Pin the level")],
        About::Reports => vec![(operates, own("load"), "Load")],
        About::Risk => vec![
            (true, format!("/signals/units/{name}"), "Risk of this unit"),
            (true, page("/rules"), "Rules"),
        ],
        About::Mark => vec![
            (operates, own("risk-title"), "Risk mark"),
            (true, page("/rules"), "Rules"),
        ],
        About::Rule => vec![
            (true, page("/approvals"), "Approvals"),
            (true, page("/rules"), "Rules"),
        ],
        About::People => vec![
            (true, page("/approvals"), "Approvals"),
            (admits, page("/access"), "Access"),
        ],
        About::Unit => vec![(operates, own("facts"), "Configuration")],
    };
    let mine = places.into_iter().filter(|(mine, _, _)| *mine);
    mine.map(|(_, path, title)| (path, title)).collect()
}
