//! What the overview shows.

use std::sync::Arc;

use serde::Serialize;
use utc_app::log::Freshness;
use utc_app::signals::{SourceHealth, SourceView};
use utc_app::{
    AppError, ApprovalFilter, ApprovalView, Console, Loosening, MinuteOutcomes, Principal,
    RuleState, UnitView,
};
use utc_chart::{Minute, OutcomesChart};
use utc_domain::{ApprovalStatus, Ground};

use crate::console::lock::Lock;

/// How many waiting requests, and how many loosening changes, are listed.
const LISTED: usize = 5;

/// Everything on the page.
#[derive(Serialize)]
pub(super) struct OverviewView {
    troubles: Vec<String>,
    empty: bool,
    units: UnitsView,
    waiting: WaitingView,
    minutes: Option<MinutesView>,
    sources: Option<SourcesView>,
    loosened: Vec<LoosenedView>,
    log: LogView,
}

#[derive(Serialize)]
struct UnitsView {
    configured: usize,
    levels: Vec<(&'static str, usize)>,
    risky: usize,
    observed: usize,
    silent: usize,
    notable: Vec<NotableView>,
    more: usize,
}

#[derive(Serialize)]
struct NotableView {
    name: String,
    level: &'static str,
    locks: Vec<Lock>,
}

#[derive(Serialize)]
struct WaitingView {
    count: usize,
    expected_wait_minutes: Option<u64>,
    people: Option<u32>,
    next: Vec<RequestView>,
}

#[derive(Serialize)]
struct RequestView {
    id: String,
    subject: String,
    action: String,
    unit: String,
    created_at: String,
    expires_at: String,
}

#[derive(Serialize)]
struct MinutesView {
    last: (u64, u64, u64),
    sum: (u64, u64, u64),
    /// Markup: the chart with its numbers, in which everything is escaped.
    chart: String,
}

#[derive(Serialize)]
struct LoosenedView {
    at: String,
    subject: String,
    reason: String,
    receipt: String,
}

/// Whether those who tell of risk are heard, for whoever sees every unit.
#[derive(Serialize)]
struct SourcesView {
    count: usize,
    stale: Vec<(String, Option<String>)>,
}

impl SourcesView {
    fn of(console: &Console, by: &Principal) -> Result<Option<Self>, AppError> {
        if !by.sees(None) {
            return Ok(None);
        }
        let sources = console.sources()?;
        let stale = sources
            .iter()
            .filter(|source| source.health == SourceHealth::Stale);
        let last = |source: &SourceView| source.last_seen_at.map(|at| at.to_string());
        Ok(Some(Self {
            count: sources.len(),
            stale: stale
                .map(|source| (source.name.to_string(), last(source)))
                .collect(),
        }))
    }
}

#[derive(Serialize)]
struct LogView {
    size: u64,
    database: Option<String>,
    checkpoint: Option<CheckpointView>,
}

#[derive(Serialize)]
struct CheckpointView {
    origin: String,
    size: u64,
    root: String,
}

impl OverviewView {
    pub(super) fn of(console: &Console, by: &Arc<Principal>) -> Result<Self, AppError> {
        let rules = console.rules()?;
        let situation = console.situation(by)?;
        let minutes = console.decisions_by_minute(by)?;
        let loosened = console.loosened(by, LISTED)?;
        Ok(Self {
            troubles: troubles(console),
            empty: situation.configured == 0,
            waiting: WaitingView::of(console, by, situation.waiting)?,
            units: UnitsView::of(console, by, &situation, &rules)?,
            minutes: MinutesView::of(&minutes),
            sources: SourcesView::of(console, by)?,
            loosened: loosened.into_iter().map(LoosenedView::from).collect(),
            log: LogView::of(console, by),
        })
    }
}

/// What is wrong with the installation itself, a sentence each.
fn troubles(console: &Console) -> Vec<String> {
    let mut troubles = Vec::new();
    if let Some(failure) = console.journal().health().failure() {
        troubles.push(format!(
            "The journal cannot write ({failure}). Decisions are answered with 503 until it can; the server’s log says more."
        ));
    }
    if let Some(trouble) = console.log_trouble() {
        troubles.push(format!("The log cannot be signed: {trouble}."));
    }
    if let Some(trouble) = console.clock_trouble() {
        troubles.push(format!(
            "The clock cannot be trusted: {trouble}. Until it settles no level relaxes and no approval is used."
        ));
    }
    troubles
}

impl UnitsView {
    fn of(
        console: &Console,
        by: &Principal,
        situation: &utc_app::Situation,
        rules: &[RuleState],
    ) -> Result<Self, AppError> {
        let notable = situation.notable.iter();
        let notable = notable.map(|unit| NotableView::of(console, by, unit, rules));
        Ok(Self {
            configured: situation.configured,
            levels: situation
                .levels
                .iter()
                .map(|(level, count)| (level.as_str(), *count))
                .collect(),
            risky: situation.risky,
            observed: situation.observed,
            silent: situation.silent,
            notable: notable.collect::<Result<_, _>>()?,
            more: situation.more,
        })
    }
}

impl NotableView {
    fn of(
        console: &Console,
        by: &Principal,
        unit: &UnitView,
        rules: &[RuleState],
    ) -> Result<Self, AppError> {
        let hindrances = console.writes_now(unit, rules)?.hindrances.into_iter();
        // A rule that holds for every unit has a page of its own.
        let own = hindrances.filter(|one| one.ground != Some(Ground::WritesRequireApproval));
        Ok(Self {
            name: unit.name.to_string(),
            level: unit.level.as_str(),
            locks: own.map(|one| Lock::of(by, &unit.name, one)).collect(),
        })
    }
}

impl WaitingView {
    fn of(console: &Console, by: &Arc<Principal>, count: usize) -> Result<Self, AppError> {
        let filter = ApprovalFilter {
            status: Some(ApprovalStatus::Pending),
            ..ApprovalFilter::default()
        };
        let page = console.approvals(by, &filter, LISTED)?;
        let figures = console.approval_figures(by, None, None)?;
        let queues = figures.queues.iter().filter(|queue| queue.backlog > 0);
        let slowest = queues.max_by(|one, other| {
            let wait = |queue: &utc_app::QueueFigures| queue.expected_wait_minutes;
            wait(one).total_cmp(&wait(other))
        });
        Ok(Self {
            count,
            expected_wait_minutes: slowest.map(|queue| whole(queue.expected_wait_minutes)),
            people: slowest.map(|queue| queue.people),
            next: page.items.into_iter().map(RequestView::from).collect(),
        })
    }
}

/// Minutes for reading: nobody needs the fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits before"
)]
fn whole(minutes: f64) -> u64 {
    minutes.ceil().clamp(0.0, 1e9) as u64
}

impl From<ApprovalView> for RequestView {
    fn from(view: ApprovalView) -> Self {
        Self {
            id: view.id.to_string(),
            subject: view.subject.to_string(),
            action: view.action.to_string(),
            unit: view.unit.to_string(),
            created_at: view.created_at.to_string(),
            expires_at: view.expires_at.to_string(),
        }
    }
}

impl MinutesView {
    fn of(minutes: &[MinuteOutcomes]) -> Option<Self> {
        // The present minute has only begun: the one before says how it goes.
        let last = minutes.iter().rev().nth(1)?;
        let of = |one: &MinuteOutcomes| (one.allow, one.deny, one.require_approval);
        let add = |(a, b, c): (u64, u64, u64), one: &MinuteOutcomes| {
            (a + one.allow, b + one.deny, c + one.require_approval)
        };
        Some(Self {
            last: of(last),
            sum: minutes.iter().fold((0, 0, 0), add),
            chart: chart(minutes),
        })
    }
}

fn chart(minutes: &[MinuteOutcomes]) -> String {
    let columns: Vec<Minute> = minutes
        .iter()
        .map(|minute| Minute {
            at: minute.from,
            allow: minute.allow,
            require_approval: minute.require_approval,
            deny: minute.deny,
        })
        .collect();
    OutcomesChart { minutes: &columns }.draw().html()
}

impl From<Loosening> for LoosenedView {
    fn from(change: Loosening) -> Self {
        Self {
            at: change.at.to_string(),
            subject: change.subject,
            reason: change.reason,
            receipt: change.receipt_id,
        }
    }
}

impl LogView {
    fn of(console: &Console, by: &Principal) -> Self {
        let head = console.checkpoint(Freshness::Fresh).ok();
        Self {
            size: console.journal().size(),
            // Where the database lies is about the installation as a whole.
            database: by
                .sees(None)
                .then(|| console.options().location.to_string()),
            checkpoint: head.map(|head| CheckpointView {
                origin: head.checkpoint.origin.to_string(),
                size: head.checkpoint.size,
                root: head.checkpoint.root.to_string(),
            }),
        }
    }
}
