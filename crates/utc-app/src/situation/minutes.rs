//! Decisions by minute and outcome.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use utc_domain::Timestamp;
use utc_storage::connection::Db;
use utc_storage::rows::news::{self, Outcomes};

use crate::console::Console;
use crate::{AppError, Principal};

/// How many minutes are looked back on.
const LOOK_BACK: i64 = 30;

const MICROS: i64 = 60_000_000;

/// The decisions of one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinuteOutcomes {
    /// When it began.
    pub from: Timestamp,
    /// How many were allowed.
    pub allow: u64,
    /// How many were refused.
    pub deny: u64,
    /// How many needed approval.
    pub require_approval: u64,
}

/// What is known of minutes that are over: the log never changes, so each is counted once.
#[derive(Default)]
pub(crate) struct Minutes(Mutex<BTreeMap<i64, Counted>>);

/// One minute: where the next begins in the log, and what was decided.
#[derive(Clone, Copy)]
struct Counted {
    end: i64,
    outcomes: Outcomes,
}

impl Console {
    /// The decisions of the last half hour by minute, oldest first, the present one last; empty for whoever does not see
    /// every unit, for whom they are not counted. Blocks.
    pub fn decisions_by_minute(&self, by: &Principal) -> Result<Vec<MinuteOutcomes>, AppError> {
        if !by.sees(None) {
            return Ok(Vec::new());
        }
        let present = self.clock().now().as_micros().div_euclid(MICROS);
        let size = i64::try_from(self.head()?.map_or(0, |head| head.size)).unwrap_or(i64::MAX);
        self.store().read(|db| {
            let mut minutes = Vec::new();
            for minute in present - LOOK_BACK + 1..=present {
                let counted = self.minutes().count(db, minute, present, size)?;
                minutes.push(outcomes(minute, counted.outcomes));
            }
            self.minutes().forget(present - LOOK_BACK - 1);
            Ok(minutes)
        })
    }
}

fn outcomes(minute: i64, outcomes: Outcomes) -> MinuteOutcomes {
    MinuteOutcomes {
        from: Timestamp::from_micros(minute * MICROS),
        allow: outcomes.allow,
        deny: outcomes.deny,
        require_approval: outcomes.require_approval,
    }
}

impl Minutes {
    fn count(
        &self,
        db: &mut Db,
        minute: i64,
        present: i64,
        size: i64,
    ) -> Result<Counted, AppError> {
        if let Some(counted) = self.locked().get(&minute) {
            return Ok(*counted);
        }
        let before = self.locked().get(&(minute - 1)).map(|before| before.end);
        let begin = match before {
            Some(end) => end,
            None => news::position(db, Timestamp::from_micros(minute * MICROS), size)?,
        };
        let end = news::position(db, Timestamp::from_micros((minute + 1) * MICROS), size)?;
        let counted = Counted {
            end,
            outcomes: news::outcomes(db, begin, end)?,
        };
        // What another server decided in the last seconds may still be on its way.
        if minute < present - 1 {
            self.locked().insert(minute, counted);
        }
        Ok(counted)
    }

    fn forget(&self, before: i64) {
        self.locked().retain(|minute, _| *minute >= before);
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<i64, Counted>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
