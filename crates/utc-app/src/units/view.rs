//! What can be seen of a unit.

use std::time::Instant;

use utc_domain::{LevelCause, ProtectionLevel, Subject, Timestamp, UnitName};
use utc_queueing::formulas::{Mm1, Mmc, servers_needed};
use utc_queueing::{QueueState, recommendation};
use utc_storage::connection::Db;
use utc_storage::rows::units::{self, UnitRow};

use super::forecast::{Shown, shown};
use super::mark_view::MarkView;
use super::marked::Marks;
use super::observe::settings;
use super::outlook::UnitOutlook;
use super::staleness::is_held_stale;
use super::{NeverRelaxes, Source, UnitConfig, UnitForecast, stored, usual_rho};
use crate::arrivals::ArrivalCounts;
use crate::console::Console;
use crate::measure::{CountedDemand, counted};
use crate::{AppError, Controller, Measured, Principal};

/// A unit with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitView {
    /// Its own name.
    pub name: UnitName,
    /// Whether somebody configured it.
    pub configured: bool,
    /// The number of its configuration; 0 before the first.
    pub config_version: u64,
    /// Its configuration.
    pub config: UnitConfig,
    /// What turns its load into a level: its own, or the installation's.
    pub controller: Controller,
    /// The state of its queue; none before the first observation.
    pub queue: Option<QueueState>,
    /// Where its arrivals come from; none before the first observation.
    pub source: Option<Source>,
    /// Who asks for more than their share, and is held while the unit is not.
    pub held_subjects: Vec<Subject>,
    /// What the queue's state means for who waits; none without data.
    pub estimate: Option<QueueEstimate>,
    /// What becomes of it, by measured variability and what waits now; none without data.
    pub outlook: Option<UnitOutlook>,
    /// What was counted of it; none where nothing was lately.
    pub counted: Option<CountedDemand>,
    /// The level in force.
    pub level: ProtectionLevel,
    /// Since when, where known.
    pub level_since: Option<Timestamp>,
    /// Why.
    pub level_cause: Option<LevelCause>,
    /// Whether reports have stopped coming; the level is held.
    pub stale: bool,
    /// What is forecast; none under the classic controller, or before the first observation under the other.
    pub forecast: Option<UnitForecast>,
    /// Where its usual load would keep its level for ever; none where it would not, or too little is known.
    pub never_relaxes: Option<NeverRelaxes>,
    /// What to do, in a sentence.
    pub recommendation: String,
    /// The same without what is to be done about silence.
    pub advice: String,
    /// The pin, if there is one.
    pub pin: Option<MarkView>,
    /// The person's risk mark, if there is one.
    pub risk_mark: Option<MarkView>,
    /// The risk that trust signals say, 0 to 100; none where none ever spoke of it.
    pub risk_score: Option<f64>,
    /// Whether it is risky, by a person's mark or by the scorer's flag.
    pub risky: bool,
    /// Operations asked for and not denied, counted by this server.
    pub arrivals: ArrivalCounts,
    /// What this server's gateway measured; none before its first request to the unit.
    pub measured: Option<Measured>,
}

/// The M/M/c view of a queue: what its utilisation means in waiting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueEstimate {
    /// The probability that an arrival waits.
    pub p_wait: f64,
    /// The mean wait before service, in minutes.
    pub mean_wait_minutes: f64,
    /// The wait that 95 of 100 do not exceed, in minutes.
    pub p95_wait_minutes: f64,
    /// The probability of waiting longer than five minutes.
    pub p_wait_over_5_minutes: f64,
    /// How many servers would keep the mean wait at or below one minute at a utilisation of at most the
    /// high threshold.
    pub servers_for_one_minute: Option<u32>,
}

/// A page of units, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitPage {
    /// The units.
    pub units: Vec<UnitView>,
    /// The name to go on after; none at the end.
    pub next: Option<UnitName>,
}

impl Console {
    /// One unit, by its name or an alias. Blocks.
    pub fn unit(&self, name: &UnitName) -> Result<UnitView, AppError> {
        let name = self.cache().resolve(name);
        self.store()
            .read(|db| match units::find(db, name.as_str())? {
                Some(row) => self.view(db, &row),
                None => Err(AppError::NotFound {
                    what: "unit",
                    name: name.to_string(),
                }),
            })
    }

    /// Units with names after `after` that `by` may see. Looks at no more than `limit`, so that a page may hold
    /// fewer and still have a next one. Blocks.
    pub fn units(
        &self,
        by: &Principal,
        after: Option<&UnitName>,
        limit: usize,
    ) -> Result<UnitPage, AppError> {
        let after = after.map_or("", UnitName::as_str);
        let most = i64::try_from(limit).unwrap_or(i64::MAX - 1);
        self.store().read(|db| {
            let rows = units::page(db, after, most + 1)?;
            let more = rows.len() > limit;
            let mut views = Vec::new();
            let mut last = None;
            for row in rows.into_iter().take(limit) {
                if by.sees(Some(&row.name)) {
                    views.push(self.view(db, &row)?);
                }
                last = Some(row.name);
            }
            let next = match last {
                Some(last) if more => Some(stored::parse("units.name", &last)?),
                Some(_) | None => None,
            };
            Ok(UnitPage { units: views, next })
        })
    }

    fn view(&self, db: &mut Db, row: &UnitRow) -> Result<UnitView, AppError> {
        let now = self.clock().now();
        let name: UnitName = stored::parse("units.name", &row.name)?;
        let config = stored::config(row)?;
        let marks = Marks::of(db, &row.name)?;
        let state = stored::unit_state(row, &marks)?;
        let queue = stored::queue_state(row)?;
        let (level, pinned) = state.level_at(now);
        let settings = settings(&self.options().queueing, &config)?;
        let controller = config.controller.unwrap_or(self.options().controller);
        let ahead = shown(db, controller, &row.name, &settings)?;
        let cached = self.cache().unit(&name);
        let measured = cached
            .as_ref()
            .and_then(|unit| unit.traffic.read(Instant::now()));
        let source = row.source.as_deref().and_then(Source::of);
        let never_relaxes = queue.as_ref().map_or(Ok(None), |queue| {
            stuck(db, controller, queue, &settings, row, ahead.as_ref(), now)
        })?;
        let silent = queue.as_ref().is_some_and(|queue| {
            is_held_stale(
                (queue.last_at, queue.interval_micros),
                source,
                queue.level,
                now,
            )
        });
        let pin = marks.pin.filter(|_| pinned).map(|pin| MarkView {
            level: Some(level),
            ..pin.into()
        });
        let risk_mark = marks
            .risk
            .filter(|_| state.marked_at(now))
            .map(MarkView::from);
        let advice = advice(pin.as_ref(), queue.as_ref(), &settings, ahead.as_ref());
        Ok(UnitView {
            level_since: pin
                .as_ref()
                .map(|pin| pin.since)
                .or(queue.as_ref().map(|queue| queue.level_since)),
            level_cause: match (&pin, &queue) {
                (Some(_), _) => Some(LevelCause::Pinned),
                (None, Some(queue)) => Some(queue.level_cause),
                (None, None) => None,
            },
            recommendation: silence(queue.as_ref(), pin.as_ref(), silent)
                + &advice
                + &never_relaxes.map_or_else(String::new, |stuck| stuck.advice()),
            advice,
            never_relaxes,
            forecast: ahead.and_then(|ahead| ahead.forecast),
            stale: silent,
            source,
            held_subjects: state
                .held
                .iter()
                .flat_map(|held| held.iter().cloned())
                .collect(),
            outlook: queue
                .as_ref()
                .and_then(|queue| UnitOutlook::of(queue, &config, measured.as_ref())),
            counted: counted(db, row, &config, &settings, now)?,
            estimate: queue
                .as_ref()
                .and_then(|queue| estimate(queue, &config, settings.high())),
            arrivals: cached
                .as_ref()
                .map(|unit| unit.arrivals.read(now))
                .unwrap_or_default(),
            measured,
            name,
            configured: row.configured,
            config_version: row.config_version.unsigned_abs(),
            controller,
            config,
            queue,
            level,
            pin,
            risk_mark,
            risk_score: state.scored.map(|scored| scored.score),
            risky: state.risky_at(now),
        })
    }
}

/// Whether its usual load keeps the level. Of the classic controller's units only those are asked that have a level to lose:
/// what is usual for them is a sum over a day.
fn stuck(
    db: &mut Db,
    controller: Controller,
    queue: &QueueState,
    settings: &utc_queueing::Settings,
    row: &UnitRow,
    ahead: Option<&Shown>,
    now: Timestamp,
) -> Result<Option<NeverRelaxes>, AppError> {
    let usual = match (controller, ahead) {
        (Controller::Predictive, Some(ahead)) => ahead.usual_rho,
        (Controller::Classic, _) if queue.level > ProtectionLevel::Permissive => {
            usual_rho(db, &row.name, None, now)?
        }
        (Controller::Predictive, None) | (Controller::Classic, _) => None,
    };
    Ok(usual.and_then(|usual| NeverRelaxes::of(controller, queue.level, settings, usual)))
}

/// What to do about silence, before anything else.
fn silence(queue: Option<&QueueState>, pin: Option<&MarkView>, stale: bool) -> String {
    match (queue, pin, stale) {
        (Some(queue), None, true) => format!(
            "Nothing was reported since {}, so the level is held: report again, or pin the level that should hold. ",
            queue.last_at
        ),
        _ => String::new(),
    }
}

fn advice(
    pin: Option<&MarkView>,
    queue: Option<&QueueState>,
    settings: &utc_queueing::Settings,
    ahead: Option<&Shown>,
) -> String {
    match (pin, queue, ahead) {
        (Some(pin), _, _) => {
            let until = pin.expires_at.map_or_else(|| "until it is removed".to_owned(), |at| format!("until {at}"));
            format!("Pinned by {} {until}: {}", pin.subject, pin.reason)
        }
        (None, Some(_), Some(ahead)) => ahead.advice.clone(),
        (None, Some(queue), None) => recommendation(queue, settings),
        (None, None, _) => {
            "No data: report observations (arrivals and capacity per hour) so that the level can follow the load, or configure a capacity: then it follows what is asked here.".to_owned()
        }
    }
}

/// μ is the unit's whole capacity; each of its servers has an equal share.
fn estimate(queue: &QueueState, config: &UnitConfig, high: f64) -> Option<QueueEstimate> {
    let share = queue.mu / f64::from(config.servers);
    let model = Mmc::new(queue.lambda, share, config.servers).ok()?;
    let p95 = match config.servers {
        1 => Mm1::new(queue.lambda, share).and_then(|one| one.wait_percentile_hours(0.95)),
        _ => model.wait_percentile_hours(0.95),
    };
    let minute = 1.0 / 60.0;
    let enough = servers_needed(queue.lambda, share, minute, high.min(0.999));
    Some(QueueEstimate {
        p_wait: model.p_wait(),
        mean_wait_minutes: model.mean_wait_hours() * 60.0,
        p95_wait_minutes: p95.ok()? * 60.0,
        p_wait_over_5_minutes: model.p_wait_longer_than(5.0 * minute).ok()?,
        servers_for_one_minute: enough.ok().map(|model| model.servers()),
    })
}
