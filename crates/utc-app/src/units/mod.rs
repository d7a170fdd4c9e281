//! Units: configuration, observations, pins and risk marks, and what can be seen of them.

mod config;
mod configure;
mod control;
mod detail;
mod forecast;
mod gate;
mod history;
mod loosening;
mod marks;
mod observe;
mod observing;
mod outlook;
mod search;
mod source;
mod staleness;
pub(crate) mod stored;
mod view;
mod writes;

pub use config::{Access, MethodOverride, Thresholds, UnitConfig};
pub use configure::{Configured, Update};
pub(crate) use configure::{make_room, state_of};
pub use detail::UnitDetail;
pub use forecast::{Expected, ExpectedRho, ForecastCard, UnitForecast, UnitScorecard};
pub use gate::GateRequest;
pub use history::{Features, LevelRecord, UnitHistory};
pub use marks::{Marked, PinRequest, RiskRequest};
pub(crate) use marks::{expire, expire_with, something_ended};
pub(crate) use observe::settings;
pub use observe::{Observed, Report};
pub(crate) use observing::{Observing, record};
pub use outlook::UnitOutlook;
pub use search::{UnitSearch, UnitsFound};
pub use source::Source;
pub use staleness::Staleness;
pub use view::{MarkView, QueueEstimate, UnitPage, UnitView};
pub use writes::{About, Hindrance, Weight, WritesNow};
