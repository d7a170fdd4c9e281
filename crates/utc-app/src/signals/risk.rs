//! The risk of a unit, for people: score, evidence, history.

use utc_domain::{Timestamp, UnitName};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::risks::{self, RiskHistoryRow, UnitRiskRow};
use utc_storage::rows::{events, marks, units};
use utc_tdx::ContentHash;
use utc_tdx::score::Trend;

use super::events::{EventView, view};
use super::evidence::RiskEvidence;
use super::flip::risky;
use crate::AppError;
use crate::cache::StateCache;
use crate::console::Console;
use crate::identity::Principal;
use crate::units::MarkView;
use crate::units::stored::parse;

/// The risk of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRisk {
    /// The unit.
    pub unit: UnitName,
    /// From 0 to 100, by criticality.
    pub score: f64,
    /// From 0 to 1, whatever the criticality.
    pub risk: f64,
    /// Since when the scorer has flagged it, by the clock of scores.
    pub flagged_since: Option<Timestamp>,
    /// The receipt of the flag.
    pub flag_receipt_id: Option<String>,
    /// What the score rests on.
    pub evidence: RiskEvidence,
    /// The events among that, most telling first, as far as they are still kept.
    pub events: Vec<EventView>,
    /// Events of the last 24 hours that match.
    pub matched_count: u64,
    /// `rising`, `stable` or `falling`.
    pub trend: String,
    /// The moment that it was scored for.
    pub scored_at: Timestamp,
    /// A person's word that the flag does not count for a while.
    pub overridden: Option<MarkView>,
}

/// What the scorer said of a unit at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskPoint {
    /// When.
    pub at: Timestamp,
    /// From 0 to 100.
    pub score: f64,
    /// Whether it was flagged.
    pub flagged: bool,
    /// Events of the 24 hours before that matched.
    pub matched_count: u64,
    /// `rising`, `stable` or `falling`.
    pub trend: String,
}

impl Console {
    /// The risk of a unit, by its name or an alias; none where no signal ever spoke of it. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is no such unit.
    pub fn unit_risk(&self, name: &UnitName) -> Result<Option<UnitRisk>, AppError> {
        let name = self.cache().resolve(name);
        let now = self.clock().now();
        self.store().read(|db| {
            if units::find(db, name.as_str())?.is_none() {
                return Err(AppError::NotFound {
                    what: "unit",
                    name: name.to_string(),
                });
            }
            let row = risks::find(db, name.as_str())?;
            Ok(row
                .map(|row| full(db, self.cache(), row, now))
                .transpose()?)
        })
    }

    /// What the scorer said of a unit before `before`, newest first. Blocks.
    pub fn risk_history(
        &self,
        name: &UnitName,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<RiskPoint>, AppError> {
        let name = self.cache().resolve(name);
        let before = before.map_or(i64::MAX, Timestamp::as_micros);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .store()
            .read(|db| risks::history(db, name.as_str(), before, limit))?;
        Ok(rows.into_iter().map(RiskPoint::from).collect())
    }

    /// The units with the highest scores that `by` may see, at most `limit`. Blocks.
    pub fn riskiest(&self, by: &Principal, limit: usize) -> Result<Vec<UnitRisk>, AppError> {
        let now = self.clock().now();
        self.store().read(|db| {
            let rows = risks::highest(db, 1_000)?;
            let seen = rows.into_iter().filter(|row| by.sees(Some(&row.unit)));
            let risks: Result<Vec<UnitRisk>, StorageError> = seen
                .take(limit)
                .map(|row| full(db, self.cache(), row, now))
                .collect();
            Ok(risks?)
        })
    }

    /// How many units are risky, by a person's mark or by a flag. Blocks.
    pub fn risky_units(&self) -> Result<usize, AppError> {
        let risky: Result<_, StorageError> = self.store().read(risky);
        Ok(risky?.len())
    }
}

/// How many signals match a unit, and whether they become more, as the scorer last found: for the unit's features. Without
/// any there is no trend.
pub(crate) fn said(row: Option<&UnitRiskRow>) -> (i64, String) {
    row.map_or_else(
        || (0, Trend::Stable.to_string()),
        |row| (row.matched_count, row.trend.clone()),
    )
}

impl From<RiskHistoryRow> for RiskPoint {
    fn from(row: RiskHistoryRow) -> Self {
        Self {
            at: Timestamp::from_micros(row.ts),
            score: row.score,
            flagged: row.flagged,
            matched_count: row.matched_count.unsigned_abs(),
            trend: row.trend,
        }
    }
}

fn full(
    db: &mut Db,
    cache: &StateCache,
    row: UnitRiskRow,
    now: Timestamp,
) -> Result<UnitRisk, StorageError> {
    let evidence = RiskEvidence::from_json(&row.evidence)?;
    let unit: UnitName = parse("unit_risks.unit", &row.unit)?;
    let events = events_of(db, cache, &unit, &evidence)?;
    let overridden = marks::risk_override::find(db, &row.unit)?;
    let holds = |at: Option<i64>| at.is_some_and(|at| now.as_micros() < at);
    let overridden = overridden.filter(|mark| holds(mark.expires_at));
    Ok(UnitRisk {
        unit,
        score: row.score,
        risk: row.risk,
        flagged_since: row.flagged_since.map(Timestamp::from_micros),
        flag_receipt_id: row.flag_receipt_id,
        evidence,
        events,
        matched_count: row.matched_count.unsigned_abs(),
        trend: row.trend,
        scored_at: Timestamp::from_micros(row.scored_at),
        overridden: overridden.map(MarkView::from),
    })
}

/// What the score of a unit rests on, with what names that unit of what each event concerns.
fn events_of(
    db: &mut Db,
    cache: &StateCache,
    unit: &UnitName,
    evidence: &RiskEvidence,
) -> Result<Vec<EventView>, StorageError> {
    let hashes = evidence.events.iter().map(|event| &event.hash);
    let hashes: Result<Vec<ContentHash>, StorageError> = hashes
        .map(|text| parse("unit_risks.evidence", text))
        .collect();
    let hashes = hashes?;
    let bytes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect();
    let rows = events::by_hashes(db, &bytes)?;
    let views = rows.into_iter().map(|row| {
        let mut view = view(row, vec![unit.clone()])?;
        cache.only_about(&mut view);
        Ok(view)
    });
    let mut views: Vec<EventView> = views.collect::<Result<_, StorageError>>()?;
    let place = |view: &EventView| hashes.iter().position(|hash| *hash == view.hash);
    views.sort_by_key(place);
    Ok(views)
}
