#![doc = include_str!("../README.md")]

pub mod formulas;

mod controller;
mod observation;
mod recommendation;
mod settings;
mod state;

pub use controller::{LevelChange, ObserveError, Step, is_stale, observe};
pub use observation::{Observation, ObservationError};
pub use recommendation::recommendation;
pub use settings::{Settings, SettingsError};
pub use state::{HourArrivals, QueueState};
