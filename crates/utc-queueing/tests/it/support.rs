//! A queue under test, fed at minutes after a fixed start.

use utc_domain::{ProtectionLevel, Timestamp};
use utc_queueing::{LevelChange, Observation, QueueState, Relaxing, Settings, Step, observe};

/// 12:00 on a full hour, so that minute 60 begins the next clock hour.
pub(crate) fn minute(minutes: i64) -> Timestamp {
    "2026-01-31T12:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .plus_minutes(minutes)
}

pub(crate) fn report(arrival_rate: f64, service_rate: f64, minutes: i64) -> Observation {
    Observation::new(arrival_rate, service_rate, minute(minutes)).unwrap()
}

pub(crate) fn step(
    state: Option<&QueueState>,
    settings: &Settings,
    observation: Observation,
) -> Step {
    observe(
        state,
        settings,
        observation,
        observation.at(),
        Relaxing::Allowed,
    )
    .unwrap()
}

pub(crate) struct Queue {
    pub(crate) settings: Settings,
    pub(crate) state: Option<QueueState>,
}

impl Queue {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            state: None,
        }
    }

    pub(crate) fn classic() -> Self {
        Self::new(Settings::classic())
    }

    pub(crate) fn feed(
        &mut self,
        arrival_rate: f64,
        service_rate: f64,
        minutes: i64,
    ) -> Option<LevelChange> {
        let step = step(
            self.state.as_ref(),
            &self.settings,
            report(arrival_rate, service_rate, minutes),
        );
        self.state = Some(step.state);
        step.change
    }

    pub(crate) fn state(&self) -> &QueueState {
        self.state.as_ref().unwrap()
    }

    pub(crate) fn level(&self) -> ProtectionLevel {
        self.state().level
    }
}
