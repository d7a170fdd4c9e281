#![doc = include_str!("../README.md")]

pub mod formulas;

mod approver_rate;
mod approvers;
mod bounds;
mod controller;
mod observation;
mod recommendation;
mod settings;
mod state;

pub use approver_rate::{ApproverRecord, RatePrior};
pub use approvers::Approvers;
pub use bounds::Bounds;
pub use controller::{LevelChange, ObserveError, Relaxing, Step, is_stale, observe};
pub use observation::{Observation, ObservationError};
pub use recommendation::recommendation;
pub use settings::{Settings, SettingsError};
pub use state::{HourArrivals, QueueState};
