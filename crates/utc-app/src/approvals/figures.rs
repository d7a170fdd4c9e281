//! The people who approve, as a queue: the figures for whoever looks at them.

use std::collections::BTreeMap;

use utc_domain::{Quorum, Timestamp, UnitName, round6};
use utc_queueing::formulas::FormulaError;
use utc_storage::rows::approvals;

use super::queue::Waiting;
use crate::console::Console;
use crate::identity::Approvers;
use crate::options::ApprovalOptions;
use crate::units::stored::parse;
use crate::{AppError, Principal};

/// What was asked for in so many hours counts as what is asked for.
const LOOK_BACK_HOURS: f64 = 24.0;

/// Of more requests than these the newest count, over the time that they span.
const AT_MOST: i64 = 10_000;

const MICROS_PER_HOUR: f64 = 3_600e6;

/// How fast people are, and what waits for them. Rates are votes per hour.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalFigures {
    /// The votes of one person per hour while something waits: learned, for the whole installation.
    pub rate_per_hour: f64,
    /// The rate that was assumed before anything was known.
    pub prior_rate_per_hour: f64,
    /// The votes that it was learned from.
    pub votes: u64,
    /// The hours in which something waited, summed over the people who could vote on it.
    pub exposure_hours: f64,
    /// The wait that [`QueueFigures::p_wait_longer`] is about, in minutes.
    pub sla_minutes: u32,
    /// One queue for each set of people who approve for the same units.
    pub queues: Vec<QueueFigures>,
}

/// The people who may vote on these units, as a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueFigures {
    /// The units that these people vote on, of those on which something was asked for lately.
    pub units: Vec<UnitName>,
    /// c, how many people that are. Figures take nobody for one person.
    pub people: u32,
    /// How many requests wait that at least one of them may vote on.
    pub backlog: u64,
    /// λ, the votes asked for per hour: requests times their quorum, those of all units that share a person.
    pub arrival_rate: f64,
    /// c·μ, the votes per hour that these people manage.
    pub capacity: f64,
    /// ρ = λ/(c·μ). From 1 on the queue grows.
    pub utilisation: f64,
    /// The probability that a request waits longer than `sla_minutes` until somebody votes on it.
    pub p_wait_longer: f64,
    /// How long a request that comes now probably waits for one vote, in minutes.
    pub expected_wait_minutes: f64,
    /// The share of requests that expire before somebody votes on them, if it goes on like this.
    pub p_expires: f64,
}

impl Console {
    /// The queues of the people who approve, as far as `by` may see their units: where something waits or was asked for
    /// in the last 24 hours, or the one of `unit`. Without `sla_minutes` the time that a request may wait. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a unit that `by` may not know of.
    pub fn approval_figures(
        &self,
        by: &Principal,
        unit: Option<&UnitName>,
        sla_minutes: Option<u32>,
    ) -> Result<ApprovalFigures, AppError> {
        let now = self.clock().now();
        let unit = unit.map(|unit| self.cache().resolve(unit));
        if let Some(unit) = unit.as_ref().filter(|unit| !by.sees(Some(unit.as_str()))) {
            return Err(AppError::NotFound {
                what: "unit",
                name: unit.to_string(),
            });
        }
        let options = &self.options().approvals;
        let scene = Scene {
            people: &self.cache().identities().approvers(),
            waiting: &self.cache().waiting(),
            asked: self.asked(now)?,
            options,
            sla_minutes: sla_minutes.unwrap_or(options.ttl_minutes()),
            now,
        };
        let record = scene.waiting.record_at(scene.people, now);
        Ok(ApprovalFigures {
            rate_per_hour: options.prior.learned(record),
            prior_rate_per_hour: options.prior.mean(),
            votes: record.votes(),
            exposure_hours: round6(record.exposure_hours()),
            sla_minutes: scene.sla_minutes,
            queues: scene.queues(by, unit.as_ref())?,
        })
    }

    /// The votes per hour that were asked for lately, by unit.
    fn asked(&self, now: Timestamp) -> Result<BTreeMap<UnitName, f64>, AppError> {
        let newest = self.store().read(|db| approvals::newest(db, AT_MOST))?;
        let hours = hours_looked_back(&newest, now);
        let mut asked = BTreeMap::new();
        for (unit, quorum, at) in &newest {
            if hours_since(*at, now) <= hours {
                let votes = asked.entry(parse("approvals.unit", unit)?).or_insert(0.0);
                *votes += f64::from(u32::try_from(*quorum).unwrap_or(1)) / hours;
            }
        }
        Ok(asked)
    }
}

/// A day, or the time that all rows together span when there are more of them than are looked at.
fn hours_looked_back(newest: &[(String, i64, i64)], now: Timestamp) -> f64 {
    let all = i64::try_from(newest.len()).unwrap_or(AT_MOST) < AT_MOST;
    match newest.last() {
        Some((_, _, oldest)) if !all => {
            // No less than a minute: what comes at once is no rate for ever.
            hours_since(*oldest, now).clamp(1.0 / 60.0, LOOK_BACK_HOURS)
        }
        Some(_) | None => LOOK_BACK_HOURS,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond more or less in 285 years does not matter"
)]
fn hours_since(at: i64, now: Timestamp) -> f64 {
    now.micros_since(Timestamp::from_micros(at)).max(0) as f64 / MICROS_PER_HOUR
}

/// Everything that figures are made from, at one moment.
struct Scene<'a> {
    people: &'a Approvers,
    waiting: &'a Waiting,
    asked: BTreeMap<UnitName, f64>,
    options: &'a ApprovalOptions,
    sla_minutes: u32,
    now: Timestamp,
}

impl Scene<'_> {
    fn queues(
        &self,
        by: &Principal,
        only: Option<&UnitName>,
    ) -> Result<Vec<QueueFigures>, AppError> {
        let mut queues = Vec::new();
        for mut units in self.groups(only) {
            if only.is_some_and(|unit| !units.contains(unit)) {
                continue;
            }
            units.retain(|unit| by.sees(Some(unit.as_str())));
            if let Some(one) = units.first() {
                let figures = self.figures(&one.clone(), units);
                queues.push(figures.map_err(|error| AppError::Internal(Box::new(error)))?);
            }
        }
        Ok(queues)
    }

    /// Units of the same people are one queue. Those that nobody may vote on are one each.
    fn groups(&self, also: Option<&UnitName>) -> Vec<Vec<UnitName>> {
        let waiting = self.waiting.units();
        let mut units: Vec<&UnitName> = self.asked.keys().chain(waiting).chain(also).collect();
        units.sort_unstable();
        units.dedup();
        let mut groups: BTreeMap<(Vec<usize>, Option<&UnitName>), Vec<UnitName>> = BTreeMap::new();
        for unit in units {
            let people = self.people.on(unit.as_str(), self.now);
            let alone = people.is_empty().then_some(unit);
            groups
                .entry((people, alone))
                .or_default()
                .push(unit.clone());
        }
        groups.into_values().collect()
    }

    /// The figures of the queue that `one` of its units stands for.
    fn figures(&self, one: &UnitName, units: Vec<UnitName>) -> Result<QueueFigures, FormulaError> {
        let unit = one.as_str();
        let model = self
            .waiting
            .model(unit, self.people, self.options, self.now);
        let backlog = self.waiting.ahead(unit, None, self.people, self.now);
        let shared =
            |(other, _): &(&UnitName, &f64)| self.people.share(unit, other.as_str(), self.now);
        let asked = self.asked.iter().filter(shared);
        let arrival_rate = round6(asked.map(|(_, rate)| rate).sum());
        let sla_hours = f64::from(self.sla_minutes) / 60.0;
        let ttl_hours = f64::from(self.options.ttl_minutes()) / 60.0;
        Ok(QueueFigures {
            units,
            people: self.people.count(unit, self.now),
            backlog,
            arrival_rate,
            capacity: round6(model.capacity()),
            utilisation: model.utilisation(arrival_rate)?,
            p_wait_longer: model.p_wait_longer_than(arrival_rate, sla_hours)?,
            expected_wait_minutes: model.expected_wait_minutes(backlog, Quorum::ONE),
            p_expires: model.p_expires(arrival_rate, ttl_hours)?,
        })
    }
}
