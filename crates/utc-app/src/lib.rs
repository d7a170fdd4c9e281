#![doc = include_str!("../README.md")]

mod approvals;
mod arrivals;
mod audit;
mod cache;
mod clock;
mod clock_watch;
mod console;
mod decide;
mod draft;
mod error;
pub mod evidence;
pub mod gateway;
mod genesis;
mod identity;
mod input;
mod keys;
mod live;
pub mod log;
mod measure;
mod options;
mod receipts;
pub mod replay;
mod rules;
mod secret_file;
mod shared_secret;
pub mod signals;
mod situation;
mod task;
mod traffic;
mod units;
mod webhooks;
mod work;

/// What whoever composes the engine needs from the layers below.
pub mod engine {
    pub use utc_policy::UnknownUnits;
    pub use utc_queueing::predictive::{Gate, Predictor};
    pub use utc_queueing::{RatePrior, Settings};
    pub use utc_storage::StorageError;
    pub use utc_storage::connection::Location;
    pub use utc_storage::journal::{Health, Journal, Observer};
    pub use utc_storage::lock::{Lock, exclusive as exclusive_lock, server as server_lock};
    pub use utc_storage::{maintain, migrate};
}

pub use approvals::{
    ApprovalFigures, ApprovalFilter, ApprovalPage, ApprovalRights, ApprovalView, BacklogSince,
    Forwarded, Held, HeldOutcome, QueueFigures, VoteView, Voted, Watch, Withdrawn,
};
pub use arrivals::ArrivalCounts;
pub use audit::{LogReport, LogSummary};
pub use clock::SystemClock;
pub use console::{Console, OpenError};
pub use decide::{Answer, Once, Outcome, Request};
pub use error::{AppError, FieldError, Refusal};
pub use identity::{
    By, CreatedToken, NewToken, NewUser, OutdatedHashes, Principal, SessionView, SignInLink,
    SignedIn, Standing, StartedSession, TokenRevoked, TokenView, UserChange, UserChanged, UserView,
    Who,
};
pub use input::{MAX_CONTEXT_BYTES, MAX_CONTEXT_DEPTH};
pub use keys::Compromise;
pub use live::{Bulletin, Heard, Listening, Told, Topic};
pub use measure::CountedDemand;
pub use options::{ApprovalOptions, Controller, Options, UnknownController};
pub use receipts::{Filter, ReceiptPage, StoredReceipt};
pub use rules::{PolicyVersion, RuleChange, RuleChanged, RuleState};
pub use shared_secret::new_shared_secret;
pub use situation::{
    LoosenedBy, Loosening, MinuteOutcomes, Observed as ObservedUnit, Situation, UnitBrief,
};
pub use task::Ticket;
pub use traffic::Measured;
pub use units::{
    About, Access, Configured, Expected, ExpectedRho, Features, ForecastCard, GateRequest,
    Hindrance, LevelRecord, MarkView, Marked, MethodOverride, NeverRelaxes, Observed, PinRequest,
    QueueEstimate, Report, RiskRequest, Source, Staleness, Thresholds, UnitConfig, UnitDetail,
    UnitForecast, UnitHistory, UnitOutlook, UnitPage, UnitScorecard, UnitSearch, UnitView,
    UnitsFound, Update, Weight, WritesNow,
};
pub use webhooks::{
    DeliveryPage, DeliveryView, NewWebhook, Parcel, SavedWebhook, Settled, WebhookChange,
    WebhookView,
};
pub use work::{WorkId, WorkState, WorkView};
