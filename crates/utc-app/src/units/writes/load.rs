//! The level in words: by a pin or by the load, and what would end it.

use utc_domain::{LevelCause, ProtectionLevel};
use utc_queueing::QueueState;

use super::super::control::predictive;
use super::words::{ends, moment, said};
use super::{About, Hindrance, Scene, Weight};
use crate::Controller;

impl Scene<'_> {
    /// The level, by a pin or by the load.
    pub(super) fn level(&self) -> Hindrance {
        let (weight, what) = match self.view.level {
            ProtectionLevel::Permissive => (Weight::Note, "Load holds nothing back"),
            ProtectionLevel::RequireApproval => (Weight::Holds, "Writes need an approval"),
            ProtectionLevel::ReadOnly => (Weight::Refuses, "Writes are refused"),
        };
        let level = self.view.level;
        if let Some(pin) = &self.view.pin {
            return Hindrance {
                about: About::Level,
                weight,
                ground: None,
                what: format!("{what}: a person pinned the level {level}"),
                cause: said("pinned the level", pin),
                receipt_id: Some(pin.receipt_id.clone()),
                way_out: format!(
                    "{} Then the level follows the load again.",
                    ends("pin", pin, "removes", "the unit’s page")
                ),
            };
        }
        let (cause, relaxes) = self.measured();
        let why = self.why();
        Hindrance {
            about: About::Level,
            weight,
            ground: None,
            what: format!("{what}: {why}"),
            cause,
            receipt_id: self
                .changed
                .as_ref()
                .map(|change| change.receipt_id.to_string()),
            way_out: relaxes,
        }
    }

    /// Why the load asks for the level, in a few words.
    fn why(&self) -> String {
        let cause = self.view.queue.as_ref().map(|queue| queue.level_cause);
        let rho = self.view.queue.as_ref().map_or(0.0, |queue| queue.rho);
        match cause {
            Some(LevelCause::Measured) => format!("the load is high, ρ is {rho:.2}"),
            Some(LevelCause::Forecast) => "an overload is expected".to_owned(),
            Some(LevelCause::Spike) => "arrivals doubled within an hour".to_owned(),
            Some(LevelCause::Relaxed) => {
                "after an overload the level relaxes step by step".to_owned()
            }
            Some(LevelCause::Pinned | LevelCause::Unpinned | LevelCause::PinExpired) | None => {
                format!("the load asks for the level {}", self.view.level)
            }
        }
    }

    /// Why the load asks for the level, and what would end that: the controller's own words, with figures that somebody on
    /// call can do something about.
    fn measured(&self) -> (String, String) {
        const PIN: &str = "An administrator can pin a lower level for up to four hours.";
        let said = &self.view.advice;
        let Some(queue) = &self.view.queue else {
            return (said.clone(), PIN.to_owned());
        };
        let (cause, relaxes) = said.split_once("; ").unwrap_or((said, ""));
        let (low, high) = (self.settings.low(), self.settings.high());
        let from = if queue.level_cause == LevelCause::Spike {
            format!("From ρ {low} on a doubling closes a unit ahead of the overload")
        } else {
            format!("Approval is needed from ρ {low}, writes are refused from {high}")
        };
        let cause = format!(
            "{}. Now ρ is {:.2}: {:.0} arrivals against a capacity of {:.0} per hour. {from}.",
            cause.trim_end_matches('.'),
            queue.rho,
            queue.lambda,
            queue.mu
        );
        if self.view.stale {
            let report =
                "Report its load again: until then the level is held, whatever the load is.";
            return (cause, format!("{report} {PIN}"));
        }
        let below = self.relaxes_below();
        let (most, least) = (below * queue.mu, queue.lambda / below);
        let figures = format!(
            "ρ falls below {below:.2} with fewer than {most:.0} arrivals per hour at the present capacity, or a capacity above {least:.0} \
             per hour at the present load."
        );
        (
            cause,
            format!(
                "{} {figures} {PIN}{}",
                self.relaxing(queue, relaxes),
                self.never()
            ),
        )
    }

    /// That it would not come to that, where the usual load is no calm.
    fn never(&self) -> String {
        let stuck = self.view.never_relaxes;
        stuck.map_or_else(String::new, |stuck| stuck.advice())
    }

    /// What has to hold for how long until the level is left by itself. `said` are the predictive controller's words.
    fn relaxing(&self, queue: &QueueState, said: &str) -> String {
        if self.view.controller == Controller::Predictive {
            // Before its semicolon it repeats the utilisation.
            let (_, rest) = said.split_once("; ").unwrap_or(("", said));
            return format!("By itself: {rest}");
        }
        let (below, next) = (self.relaxes_below(), queue.level.relaxed());
        match (self.settings.relax_window_minutes(), queue.below_since) {
            (0, _) => format!(
                "By itself: each report that finds ρ below {below} relaxes it by a level, next to {next}."
            ),
            (minutes, Some(since)) => format!(
                "By itself: ρ has been below {below} since {}; if it stays there, the first report from {} on relaxes it to {next}.",
                moment(since),
                moment(since.plus_minutes(i64::from(minutes)))
            ),
            (minutes, None) => {
                format!("By itself: {minutes} minutes with ρ below {below} relax it to {next}.")
            }
        }
    }

    /// The utilisation below which the present level is left in time.
    fn relaxes_below(&self) -> f64 {
        let level = self.view.level;
        match self.view.controller {
            Controller::Classic => self.settings.relaxes_below(level),
            Controller::Predictive => predictive(self.settings)
                .map_or(self.settings.relaxes_below(level), |own| {
                    own.relaxes_below(level)
                }),
        }
    }

    /// Reports have stopped.
    pub(super) fn silent(&self) -> Hindrance {
        let last = self.view.queue.as_ref().map_or_else(
            || "Nothing was reported yet.".to_owned(),
            |queue| {
                format!(
                    "The last report of its load came at {}.",
                    moment(queue.last_at)
                )
            },
        );
        Hindrance {
            about: About::Reports,
            weight: Weight::Note,
            ground: None,
            what: "Reports have stopped: the level is held as it was".to_owned(),
            cause: last,
            receipt_id: None,
            way_out: format!(
                "Report its load again: by the form on the unit’s page, or POST /api/v1/units/{}/observations.",
                self.view.name
            ),
        }
    }
}
