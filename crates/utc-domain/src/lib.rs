#![doc = include_str!("../README.md")]

mod approval;
mod approval_queue;
mod code;
mod decision;
mod draft;
mod error;
mod execution;
mod grant;
mod identity;
mod level;
mod name;
mod notice;
mod number;
mod port;
mod receipt;
mod signal;
mod time;
mod transition;
mod unit;
mod vote;
mod webhook_url;

pub use approval::{ApprovalEvent, ApprovalId, ApprovalStatus};
pub use approval_queue::ApprovalQueue;
pub use code::Code;
pub use decision::{Decision, Ground, GroundSet, Rule, SubjectShare};
pub use draft::{
    Draft, ForecastSeen, KeyChange, KeyState, LogBefore, LogFilter, Meta, PolicyRef, ReplayTotals,
};
pub use error::DomainError;
pub use execution::{ExecutionEvent, ExecutionStatus};
pub use grant::{GrantProblem, GrantUse};
pub use identity::{
    MAX_PATTERNS, Pattern, Role, Roles, Scope, SessionId, TokenId, TokenName, UserId, UserName,
};
pub use level::{LevelCause, ProtectionLevel};
pub use name::{
    Action, CorrelationText, IdempotencyKey, PayloadHash, Reason, RequestDigest, Subject, UnitName,
    WebhookName, is_hidden,
};
pub use notice::{DeliveryState, NoticeFormat, NoticeId, NoticeKind, NoticeKinds, WebhookId};
pub use number::{MAX_NUMBER, round6};
pub use port::{Clock, SealError, Sealer};
pub use receipt::{KeyId, LeafHash, Placement, ReceiptId, ReceiptKind, Sealed};
pub use signal::{RunId, SignalSeen};
pub use time::Timestamp;
pub use transition::TransitionError;
pub use unit::{Criticality, Mode};
pub use vote::{Quorum, VoteChoice};
pub use webhook_url::WebhookUrl;
