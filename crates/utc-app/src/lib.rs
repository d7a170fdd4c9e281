#![doc = include_str!("../README.md")]

mod arrivals;
mod audit;
mod cache;
mod clock;
mod console;
mod decide;
mod draft;
mod error;
mod genesis;
mod input;
mod keys;
mod options;
mod receipts;
mod rules;
mod secret_file;
mod task;
mod units;

pub use arrivals::ArrivalCounts;
pub use audit::LogReport;
pub use clock::SystemClock;
pub use console::{Console, OpenError};
pub use decide::{Answer, Request};
pub use error::{AppError, FieldError};
pub use input::{MAX_CONTEXT_BYTES, MAX_CONTEXT_DEPTH};
pub use options::Options;
pub use receipts::{Filter, ReceiptPage, StoredReceipt};
pub use rules::{RuleChange, RuleChanged};
pub use task::Ticket;
pub use units::{
    Access, Configured, LevelRecord, MarkView, Marked, MethodOverride, Observed, PinRequest,
    QueueEstimate, Report, RiskRequest, Thresholds, UnitConfig, UnitHistory, UnitPage, UnitView,
    Update,
};
