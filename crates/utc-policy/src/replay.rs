//! Deciding again what was decided before, and comparing word for word.

use std::borrow::Cow;

use utc_domain::{Action, ApprovalQueue, GrantUse, Ground, SubjectShare, UnitName};

use crate::{Question, UnitView, Verdict};

/// Everything but the policy that a decision was judged by, as its receipt holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// What was asked.
    pub action: Action,
    /// On which unit.
    pub unit: UnitName,
    /// What became of a presented grant.
    pub grant: GrantUse,
    /// Whether there was room for a request for approval.
    pub approval_queue: ApprovalQueue,
    /// Whether whoever asked wanted more of the unit than their share.
    pub share: SubjectShare,
    /// What was known of the unit.
    pub view: UnitView,
}

impl Inputs {
    /// The question that was asked.
    pub fn question(&self) -> Question<'_> {
        Question {
            action: &self.action,
            unit: &self.unit,
            grant: self.grant,
            approval_queue: self.approval_queue,
            share: self.share,
        }
    }
}

/// An answer in the words of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The answer that binds.
    pub decision: String,
    /// In observe mode, what it would have been.
    pub would_be: Option<String>,
    /// The stable reason code.
    pub code: String,
    /// The keys of the grounds that matched, in their order.
    pub rules: Vec<String>,
    /// What became of a presented grant.
    pub grant: String,
    /// The sentence that explains it.
    pub reason: String,
}

impl From<&Verdict> for Wording {
    fn from(verdict: &Verdict) -> Self {
        Self {
            decision: verdict.decision.to_string(),
            would_be: verdict.would_be.map(|decision| decision.to_string()),
            code: verdict.code.to_string(),
            rules: verdict
                .grounds
                .iter()
                .map(Ground::as_str)
                .map(str::to_owned)
                .collect(),
            grant: verdict.grant.to_string(),
            reason: verdict.reason.clone(),
        }
    }
}

impl Wording {
    /// Where the recorded words, `self`, and the recomputed ones are not equal byte for byte.
    pub fn differences(&self, recomputed: &Self) -> Vec<Difference> {
        let differs = |field: Field| {
            let (recorded, recomputed) = (self.text(field), recomputed.text(field));
            (recorded != recomputed).then(|| Difference {
                field,
                recorded: recorded.into_owned(),
                recomputed: recomputed.into_owned(),
            })
        };
        Field::ALL.into_iter().filter_map(differs).collect()
    }

    fn text(&self, field: Field) -> Cow<'_, str> {
        match field {
            Field::Decision => self.decision.as_str().into(),
            Field::WouldBe => self.would_be.as_deref().unwrap_or_default().into(),
            Field::Code => self.code.as_str().into(),
            Field::Rules => self.rules.join(" ").into(),
            Field::Grant => self.grant.as_str().into(),
            Field::Reason => self.reason.as_str().into(),
        }
    }
}

/// One part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The answer that binds.
    Decision,
    /// In observe mode, what it would have been.
    WouldBe,
    /// The stable reason code.
    Code,
    /// The grounds that matched.
    Rules,
    /// What became of a presented grant.
    Grant,
    /// The sentence that explains it.
    Reason,
}

impl Field {
    /// Every part, in the order in which differences are listed.
    pub const ALL: [Self; 6] = [
        Self::Decision,
        Self::WouldBe,
        Self::Code,
        Self::Rules,
        Self::Grant,
        Self::Reason,
    ];

    /// The name, as the receipt has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::WouldBe => "would_be",
            Self::Code => "code",
            Self::Rules => "rules",
            Self::Grant => "grant",
            Self::Reason => "reason",
        }
    }
}

/// A part of an answer that did not come out as recorded. What is absent is empty; several keys have a space between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which part.
    pub field: Field,
    /// What the receipt says.
    pub recorded: String,
    /// What came out now.
    pub recomputed: String,
}
