#![doc = include_str!("../README.md")]

pub mod formulas;
pub mod predictive;
pub mod replay;

mod approver_rate;
mod approvers;
mod bounds;
mod controller;
mod counted;
mod fair_share;
mod low_count;
mod observation;
mod outlook;
mod recommendation;
mod saturation;
mod settings;
mod state;

pub use approver_rate::{ApproverRecord, RatePrior};
pub use approvers::Approvers;
pub use bounds::Bounds;
pub use controller::{LevelChange, ObserveError, Relaxing, Step, is_silent, is_stale, observe};
pub use counted::{Demand, Exposure, Tally};
pub use fair_share::{FairShare, fair_arrivals};
pub use low_count::LowCount;
pub use observation::{Observation, ObservationError};
pub use outlook::{Measured, QueueOutlook};
pub use recommendation::recommendation;
pub use saturation::{SeenCapacity, Served};
pub use settings::{Settings, SettingsError};
pub use state::{HourArrivals, QueueState};
