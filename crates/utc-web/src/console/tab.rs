//! The nine pages.

use utc_app::Principal;
use utc_domain::Role;

use crate::access::{Access, authorise};

/// A page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Rules,
    Demo,
    Approvals,
    Units,
    Signals,
    Receipts,
    Evidence,
    Access,
}

impl Tab {
    /// In the order of the navigation.
    pub(crate) const ALL: [Self; 9] = [
        Self::Overview,
        Self::Rules,
        Self::Demo,
        Self::Approvals,
        Self::Units,
        Self::Signals,
        Self::Receipts,
        Self::Evidence,
        Self::Access,
    ];

    /// Where it begins; what belongs to it lies below.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Overview => "/overview",
            Self::Rules => "/rules",
            Self::Demo => "/demo",
            Self::Approvals => "/approvals",
            Self::Units => "/units",
            Self::Signals => "/signals",
            Self::Receipts => "/receipts",
            Self::Evidence => "/evidence",
            Self::Access => "/access",
        }
    }

    /// Its name in the navigation.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Rules => "Rules",
            Self::Demo => "Runtime demo",
            Self::Approvals => "Approvals",
            Self::Units => "Units",
            Self::Signals => "Trust signals",
            Self::Receipts => "Receipts",
            Self::Evidence => "Evidence",
            Self::Access => "Access",
        }
    }

    /// Who may open it. The guard of its route is made from this, and so is the navigation.
    pub(crate) fn access(self) -> Access {
        match self {
            Self::Overview | Self::Rules | Self::Units | Self::Signals | Self::Receipts => {
                Access::Role(Role::Viewer)
            }
            Self::Demo => Access::Everywhere(Role::Operator),
            Self::Approvals => Access::Overseer,
            Self::Evidence => Access::Everywhere(Role::Auditor),
            Self::Access => Access::Known,
        }
    }

    /// Whether somebody finds it in their navigation.
    pub(crate) fn is_for(self, principal: &Principal) -> bool {
        authorise(self.access(), principal).is_ok()
    }

    /// The page that a path belongs to.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let below = |tab: &Self| {
            let rest = path.strip_prefix(tab.path());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Self::ALL.into_iter().find(below)
    }

    /// Where somebody begins: the first page that is for them. Everybody who is known finds the last one.
    pub(crate) fn first_for(principal: &Principal) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|tab| tab.is_for(principal))
            .unwrap_or(Self::Access)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_page_that_it_lies_below() {
        assert_eq!(Tab::of("/rules"), Some(Tab::Rules));
        assert_eq!(Tab::of("/rules/x/change"), Some(Tab::Rules));
        assert_eq!(Tab::of("/rulesx"), None);
        assert_eq!(Tab::of("/login"), None);
    }
}
