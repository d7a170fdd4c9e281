//! Units: configuration, observations, pins and risk marks, and what can be seen of them.

mod config;
mod configure;
mod control;
mod detail;
mod forecast;
mod history;
mod loosening;
mod marks;
mod observe;
pub(crate) mod stored;
mod view;
mod writes;

pub use config::{Access, MethodOverride, Thresholds, UnitConfig};
pub use configure::{Configured, Update};
pub(crate) use configure::{make_room, state_of};
pub use detail::UnitDetail;
pub use forecast::{Expected, ForecastCard, UnitForecast, UnitScorecard};
pub use history::{Features, LevelRecord, UnitHistory};
pub use marks::{Marked, PinRequest, RiskRequest};
pub(crate) use marks::{expire, expire_with, something_ended};
pub use observe::{Observed, Report};
pub use view::{MarkView, QueueEstimate, UnitPage, UnitView};
pub use writes::{Hindrance, WritesNow};
