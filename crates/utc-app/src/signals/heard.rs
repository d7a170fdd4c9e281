//! The sources of a delivery, as the transaction has them: each is read once, and what it sent is counted against its quota.

use std::collections::BTreeMap;

use utc_domain::Timestamp;
use utc_storage::connection::Db;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::{Adapter, Event, Proof, Reach, Refusal, SourceName, Standing};

use super::SignalOptions;
use super::admit::MICROS_PER_DAY;
use super::register::row_of;
use super::source::SourceSignature;
use super::stored::reach;
use crate::AppError;
use crate::units::stored::parse;

/// The most sources that nobody registered: an invented name must not fill the database.
const MOST_APPEARED: i64 = 1_000;

/// What came from one source.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Came {
    pub(super) new: i64,
    pub(super) repeated: i64,
    /// What came under an id of something else. It fills the quarantine, so it counts like what is new.
    pub(super) conflicts: i64,
}

/// A source of the delivery.
struct One {
    row: SourceRow,
    new: bool,
    reach: Reach,
}

/// The sources of a delivery.
pub(super) struct Heard(BTreeMap<SourceName, One>);

impl Heard {
    /// Reads them, or makes the rows of those that only appear.
    pub(super) fn load(db: &mut Db, events: &[Event], now: Timestamp) -> Result<Self, AppError> {
        let mut all = BTreeMap::new();
        for event in events {
            if !all.contains_key(&event.source) {
                let (row, new) = row_of(db, &event.source, now)?;
                let reach = reach(&row)?;
                all.insert(event.source.clone(), One { row, new, reach });
            }
        }
        Ok(Self(all))
    }

    /// That every event was proved in the way that its source is registered for.
    ///
    /// A token may speak for a source only while that proves itself by tokens: who holds one must not say what only the
    /// holder of the source's secret, or of its keys, can say. A source that only appeared proves itself by tokens.
    pub(super) fn disproved(&self, events: &[Event]) -> Result<Option<Refusal>, AppError> {
        for event in events {
            let row = &self.of(&event.source)?.row;
            let kind: SourceSignature = parse("sources.signature", &row.signature)?;
            if !proves(kind, event) {
                return Ok(Some(Refusal::OtherProof {
                    source_name: event.source.to_string(),
                    expected: kind.as_str(),
                }));
            }
        }
        Ok(None)
    }

    /// Counts what came, against the quota of its source.
    ///
    /// # Errors
    /// [`AppError::OverQuota`], also where there are too many sources that nobody registered.
    pub(super) fn count(
        &mut self,
        db: &mut Db,
        came: &BTreeMap<&SourceName, Came>,
        options: &SignalOptions,
        now: Timestamp,
    ) -> Result<(), AppError> {
        for (name, came) in came {
            let one = self.0.get_mut(name).ok_or_else(unread)?;
            charge(&mut one.row, came, options, now)?;
            if one.new {
                make_room(db)?;
                sources::insert(db, &one.row)?;
            } else {
                sources::count(db, &one.row)?;
            }
        }
        Ok(())
    }

    /// Which units a source may speak about.
    pub(super) fn reach(&self, source: &SourceName) -> Result<&Reach, AppError> {
        Ok(&self.of(source)?.reach)
    }

    fn of(&self, source: &SourceName) -> Result<&One, AppError> {
        self.0.get(source).ok_or_else(unread)
    }
}

fn unread() -> AppError {
    AppError::Internal("a source without its row".into())
}

fn proves(kind: SourceSignature, event: &Event) -> bool {
    match (kind, &event.proof) {
        (SourceSignature::Token, Proof::Token) | (SourceSignature::Ssf, Proof::Jws { .. }) => true,
        (SourceSignature::StandardWebhooks, Proof::Hmac) => event.adapter != Adapter::GitHub,
        (SourceSignature::GitHub, Proof::Hmac) => event.adapter == Adapter::GitHub,
        (_, Proof::Token | Proof::Hmac | Proof::Jws { .. }) => false,
    }
}

fn make_room(db: &mut Db) -> Result<(), AppError> {
    if sources::count_appeared(db)? < MOST_APPEARED {
        return Ok(());
    }
    Err(AppError::OverQuota(format!(
        "there are {MOST_APPEARED} sources that nobody registered, which is the most; register this one"
    )))
}

/// Counts what came from a source.
///
/// # Errors
/// [`AppError::OverQuota`] past what it may send on one day.
pub(super) fn charge(
    row: &mut SourceRow,
    came: &Came,
    options: &SignalOptions,
    now: Timestamp,
) -> Result<(), AppError> {
    let today = now.as_micros().div_euclid(MICROS_PER_DAY);
    if row.quota_day != today {
        (row.quota_day, row.quota_used) = (today, 0);
    }
    let quota = if row.standing == Standing::Appeared.as_str() {
        options.daily_quota_appeared
    } else {
        options.daily_quota
    };
    row.quota_used += came.new + came.conflicts;
    if row.quota_used.unsigned_abs() > quota {
        return Err(AppError::OverQuota(format!(
            "source `{}` may send {quota} events a day",
            row.name
        )));
    }
    row.events += came.new;
    row.repeats += came.repeated;
    row.last_seen_at = Some(now.as_micros());
    Ok(())
}
