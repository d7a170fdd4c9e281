//! One unit under the predictive controller.

use utc_domain::{ProtectionLevel, Timestamp};

use crate::controller::{ObserveError, Relaxing, check_time};
use crate::observation::Observation;

use super::forecast::{Ahead, Forecast, PerPredictor, Predictor};
use super::gate::Gate;
use super::ladder::{Rung, Why};
use super::moment::{Moment, Newest, Seen, asked, hours, said, silence};
use super::profile::Profile;
use super::scorecard::{Scorecard, ScoredStep};
use super::settings::PredictiveSettings;

/// So much of the day must be known before anything is called usual.
const USUAL_HOURS: usize = 12;

/// What an observation led to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictiveStep {
    /// The level from now on.
    pub level: ProtectionLevel,
    /// The measured signal: the higher of two smoothed utilisations.
    pub rho: f64,
    /// What the predictors say now.
    pub forecasts: PerPredictor<Forecast>,
    /// The change of level, if there was one.
    pub change: Option<PredictiveChange>,
}

/// A change of level with its reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictiveChange {
    /// The level before; `Permissive` for a unit without data.
    pub from: ProtectionLevel,
    /// The level from now on.
    pub to: ProtectionLevel,
    /// Why.
    pub why: Why,
}

/// All that the controller remembers of one unit: without a profile less than 4 KB, with one less than 24 KB.
///
/// It goes to storage and back as text ([`Self::to_text`]), and goes on as if nothing had happened.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictiveState {
    /// What held before the newest instant.
    pub(super) settled: Option<Moment>,
    /// The newest instant, which may still get observations.
    pub(super) newest: Option<Newest>,
    /// The level before the first observation.
    pub(super) start: ProtectionLevel,
    pub(super) profile: Option<Profile>,
    pub(super) gates: PerPredictor<Gate>,
    pub(super) cards: PerPredictor<Scorecard>,
}

impl PredictiveStep {
    /// What a forecast would have done alone with an open gate: its alarm, and whether it warned of an overload that
    /// was not measured yet.
    pub fn alone(&self, predictor: Predictor, settings: &PredictiveSettings) -> (bool, bool) {
        let said = said(settings, self.rho, self.forecasts.of(predictor));
        (said.alarm, said.warning)
    }
}

impl Default for PredictiveState {
    fn default() -> Self {
        Self::new()
    }
}

impl PredictiveState {
    /// A unit without data: permissive, every forecast closed.
    pub fn new() -> Self {
        Self {
            settled: None,
            newest: None,
            start: ProtectionLevel::Permissive,
            profile: None,
            gates: PerPredictor::default(),
            cards: PerPredictor::from_fn(|_| Scorecard::compact()),
        }
    }

    /// Takes in one observation; on an error nothing has changed.
    ///
    /// The level follows what was let in. What was offered beside that ([`Observation::with_refused`]) is what forecasts are
    /// made of and judged by: a unit that turns everything away must not look calm to them.
    ///
    /// Observations at one time count as their mean, in whatever order they come. While `relaxing` is held nothing
    /// falls, and windows that run start over. Those older than the newest, or more than 5 minutes after `now`, are
    /// refused.
    ///
    /// # Errors
    /// [`ObserveError`] says which of the two.
    pub fn observe(
        &mut self,
        settings: &PredictiveSettings,
        observation: Observation,
        now: Timestamp,
        relaxing: Relaxing,
    ) -> Result<PredictiveStep, ObserveError> {
        let at = observation.at();
        check_time(self.last_at(), at, now)?;
        let before = self.level();
        let mut newest = match self.newest {
            Some(newest) if newest.moment.at == at => newest,
            Some(over) => {
                self.settle(settings, &over.moment);
                Newest::empty(&over.moment)
            }
            None => Newest::empty(&Moment::first(Seen::of(&observation), at, self.start)),
        };
        newest.add(&observation);
        let (moment, forecasts) = self.moment(settings, &newest, at, relaxing);
        newest.moment = moment;
        self.newest = Some(newest);
        let ladder = moment.ladder;
        Ok(PredictiveStep {
            level: ladder.level,
            rho: moment.rho(),
            forecasts,
            change: (ladder.level != before).then_some(PredictiveChange {
                from: before,
                to: ladder.level,
                why: ladder.why,
            }),
        })
    }

    /// Goes on from a level that something else left the unit at, such as another controller: it holds until its
    /// window is over, which begins with the next observation.
    pub fn take_over(&mut self, level: ProtectionLevel) {
        self.start = level;
        let newest = self.newest.as_mut().map(|newest| &mut newest.moment);
        for moment in self.settled.as_mut().into_iter().chain(newest) {
            moment.ladder = moment.ladder.taken_over(level);
        }
    }

    /// Forgets everything that was observed, and holds the level: from now on it is observed in another way, and the two
    /// do not mix. What the forecasts were worth and who opened their gates stays.
    pub fn begin_again(&mut self) {
        self.start = self.level();
        self.settled = None;
        self.newest = None;
        self.profile = None;
    }

    /// The level that load asks for; a pin is not part of it.
    pub fn level(&self) -> ProtectionLevel {
        self.newest
            .map_or(self.start, |newest| newest.moment.ladder.level)
    }

    /// Since when it holds, and why; `None` without data.
    pub fn reason(&self) -> Option<(Timestamp, Why)> {
        let ladder = self.newest?.moment.ladder;
        Some((ladder.since, ladder.why))
    }

    /// The measured signal; `None` without data.
    pub fn rho(&self) -> Option<f64> {
        Some(self.newest?.moment.rho())
    }

    /// The unit's usual utilisation at its present capacity: the median over the quarters of a day, once at least twelve hours
    /// of those are known.
    pub fn usual_rho(&self) -> Option<f64> {
        let usual = self.profile.as_ref()?.median_of(USUAL_HOURS)?;
        Some(utc_domain::round6(usual / self.newest?.moment.slow.mu))
    }

    /// Smoothed arrivals and capacity per hour at the slower speed; `None` without data.
    pub fn rates(&self) -> Option<(f64, f64)> {
        let rates = self.newest?.moment.slow;
        Some((rates.lambda, rates.mu))
    }

    /// What the predictors said at the newest observation; `None` without data.
    pub fn forecasts(&self, settings: &PredictiveSettings) -> Option<PerPredictor<Forecast>> {
        let newest = self.newest?;
        Some(self.forecasts_at(settings, &newest.moment))
    }

    /// The time of the newest observation.
    pub fn last_at(&self) -> Option<Timestamp> {
        Some(self.newest?.moment.at)
    }

    /// Whether nothing was observed for longer than 15 minutes and than three usual intervals; not without data.
    ///
    /// A stale unit keeps its level: silence is no sign of calm, nor of load.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.newest.is_some_and(|newest| {
            let moment = newest.moment;
            now.micros_since(moment.at) > silence(moment.interval_micros)
        })
    }

    /// A forecast's scorecard. A step is scored when the next two are known.
    pub fn scorecard(&self, predictor: Predictor) -> &Scorecard {
        self.cards.of(predictor)
    }

    /// What decides whether a forecast may act.
    pub fn gate(&self, predictor: Predictor) -> Gate {
        *self.gates.of(predictor)
    }

    /// Sets what decides whether a forecast may act: how a person opens or closes it, from the next observation on.
    pub fn set_gate(&mut self, predictor: Predictor, gate: Gate) {
        *self.gates.of_mut(predictor) = gate;
    }

    /// How many bytes of memory the unit takes, what it points to included.
    pub fn size_bytes(&self) -> usize {
        let cards: usize = self.cards.iter().map(|(_, card)| card.heap_bytes()).sum();
        size_of::<Self>() + cards + self.profile.as_ref().map_or(0, Profile::heap_bytes)
    }

    /// The newest instant is over: it goes into the profile, and the cards get the step before it.
    fn settle(&mut self, settings: &PredictiveSettings, over: &Moment) {
        if let Some(before) = self.settled {
            self.score(settings, &before, over);
        }
        if settings.keeps_seasons() {
            let floor = settings.high() * over.fast.mu;
            let profile = self.profile.get_or_insert_with(Profile::new);
            profile.learn(over.at, over.offered.lambda, floor);
        }
        self.settled = Some(*over);
    }

    /// Tells the cards of the step at `step`, now that the one at `next` is known.
    fn score(&mut self, settings: &PredictiveSettings, step: &Moment, next: &Moment) {
        let truth = (step.raw_before + step.offered.rho() + next.offered.rho()) / 3.0;
        let lasted = next
            .at
            .micros_since(step.at)
            .min(silence(step.interval_micros));
        for predictor in Predictor::ALL {
            let said = step.said.of(predictor);
            self.cards.of_mut(predictor).record_alone(&ScoredStep {
                at: step.at,
                minutes: hours(lasted) * 60.0,
                horizon_micros: PredictiveSettings::horizon_micros(step.interval_micros),
                overload: utc_domain::round6(truth) >= settings.high(),
                alarm: said.alarm,
                warning: said.warning,
                level_changes: 0,
            });
        }
    }

    /// What follows from the newest instant, given what held before it.
    fn moment(
        &self,
        settings: &PredictiveSettings,
        newest: &Newest,
        at: Timestamp,
        relaxing: Relaxing,
    ) -> (Moment, PerPredictor<Forecast>) {
        let usual = self.profile.as_ref().and_then(|profile| profile.usual(at));
        let mut moment = match &self.settled {
            Some(before) => before.followed_by(settings, newest.mean(), at, usual),
            None => Moment::first(newest.mean(), at, self.start),
        };
        let forecasts = self.forecasts_at(settings, &moment);
        let rho = moment.rho();
        let (asked, why) = asked(settings, rho, &forecasts);
        let seen = |before: Moment| at.micros_since(before.at) <= silence(before.interval_micros);
        let rung = Rung {
            at,
            rho,
            asked,
            why,
            seen: self.settled.is_none_or(seen),
            relaxing,
        };
        moment.ladder = moment.ladder.next(&rung, settings);
        let offered = moment.offered_rho();
        moment.said = PerPredictor::from_fn(|one| said(settings, offered, forecasts.of(one)));
        (moment, forecasts)
    }

    fn forecasts_at(
        &self,
        settings: &PredictiveSettings,
        moment: &Moment,
    ) -> PerPredictor<Forecast> {
        let horizon_micros = PredictiveSettings::horizon_micros(moment.interval_micros);
        let ahead = Ahead {
            at: moment.at,
            horizon_micros,
        };
        let expected = moment.outlook.expected(self.profile.as_ref(), ahead);
        PerPredictor::from_fn(|predictor| {
            let precision = self.cards.of(predictor).precision();
            let needed = settings.tuning().gate_precision();
            let rho = |lambda: f64| utc_domain::round6(lambda.max(0.0) / moment.fast.mu);
            Forecast {
                predictor,
                rho: expected.of(predictor).map(rho),
                horizon_minutes: hours(horizon_micros) * 60.0,
                minutes_to_threshold: match predictor {
                    Predictor::Holt => moment.minutes_to(settings.high()),
                    Predictor::FastEwma | Predictor::Seasonal => None,
                },
                precision: precision.value(),
                open: self.gates.of(predictor).is_open(precision, needed),
            }
        })
    }
}
