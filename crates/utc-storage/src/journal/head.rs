//! The head of the log: one row, read and locked at the start of every batch.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use utc_attestation::log::Frontier;
use utc_domain::{Clock, KeyId, LeafHash, Timestamp};

use crate::StorageError;
use crate::connection::Db;
use crate::rows::fixed::{Asked, Fixed, Value};

/// What the log's last transaction left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many receipts there are; the position of the next one.
    pub size: u64,
    /// The leaf hash of the last receipt.
    pub last_leaf: LeafHash,
    /// The time of the last receipt.
    pub last_ts: Timestamp,
    /// Rises with every change of rules, levels, pins, risk or configuration.
    pub epoch: u64,
    /// Which batch wrote it.
    pub batch_id: String,
    /// The key that signs.
    pub active_kid: KeyId,
    /// The tree over all receipts, as far as the next leaf needs it. Empty on a log from before trees were kept, until
    /// its tree is made.
    pub frontier: Frontier,
}

#[derive(Queryable)]
struct HeadRow {
    size: i64,
    last_leaf: String,
    last_ts: i64,
    state_epoch: i64,
    batch_id: String,
    active_kid: String,
    frontier: Vec<u8>,
    now: i64,
}

type Columns = (BigInt, Text, BigInt, BigInt, Text, Text, Binary, BigInt);

// Every batch asks and stores these: they are prepared once.
const READ: &str = "SELECT size, last_leaf, last_ts, state_epoch, batch_id, active_kid, frontier, CAST(0 AS BIGINT) AS now FROM log_head WHERE id = 1";
const LOCK: &str = "SELECT size, last_leaf, last_ts, state_epoch, batch_id, active_kid, frontier, \
     CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS now FROM log_head WHERE id = 1 FOR UPDATE";

const STORE: [&str; 8] = [
    "UPDATE log_head SET size = ",
    ", last_leaf = ",
    ", last_ts = ",
    ", state_epoch = ",
    ", batch_id = ",
    ", active_kid = ",
    ", frontier = ",
    " WHERE id = 1",
];

/// Reads the head without locking it; none before the first start.
pub fn read(db: &mut Db) -> Result<Option<Head>, StorageError> {
    let row = match db {
        Db::Sqlite(inner) => asked(&[READ]).get_result(inner),
        Db::Postgres(inner) => asked(&[READ]).get_result(inner),
    };
    let row: Option<HeadRow> = row.optional()?;
    row.map(HeadRow::into_head).transpose()
}

/// Locks and reads the head, with the time that counts: the database's on PostgreSQL, the clock's on SQLite,
/// where `BEGIN IMMEDIATE` is the lock.
pub(crate) fn lock(
    db: &mut Db,
    clock: &dyn Clock,
) -> Result<Option<(Head, Timestamp)>, StorageError> {
    let here = matches!(db, Db::Sqlite(_));
    let Some(row) = locked_row(db)? else {
        return Ok(None);
    };
    let now = if here {
        clock.now()
    } else {
        Timestamp::from_micros(row.now)
    };
    Ok(Some((row.into_head()?, now)))
}

/// Locks and reads the head.
pub(crate) fn lock_only(db: &mut Db) -> Result<Option<Head>, StorageError> {
    locked_row(db)?.map(HeadRow::into_head).transpose()
}

fn locked_row(db: &mut Db) -> Result<Option<HeadRow>, StorageError> {
    Ok(match db {
        Db::Sqlite(inner) => asked(&[READ]).get_result(inner).optional()?,
        Db::Postgres(inner) => asked(&[LOCK]).get_result(inner).optional()?,
    })
}

fn asked(text: &'static [&'static str]) -> Asked<'static, Columns, 0> {
    let values = [];
    Fixed { text, values }.asking()
}

/// Makes the head of an empty log, unless another process was first.
pub(crate) fn create(db: &mut Db, active_kid: &KeyId) -> Result<(), StorageError> {
    let sql = "INSERT INTO log_head (id, size, last_leaf, last_ts, state_epoch, batch_id, active_kid) \
               VALUES (1, 0, $1, 0, 0, '', $2) ON CONFLICT (id) DO NOTHING";
    let query = diesel::sql_query(sql);
    let zero = hex(&LeafHash::ZERO);
    query
        .bind::<Text, _>(zero)
        .bind::<Text, _>(active_kid.as_str())
        .execute(db)?;
    Ok(())
}

/// Stores what a batch leaves.
pub(crate) fn store(db: &mut Db, head: &Head) -> Result<(), StorageError> {
    let (last_leaf, frontier) = (hex(&head.last_leaf), head.frontier.to_bytes());
    let values = [
        Value::Int(signed(head.size)),
        Value::Text(&last_leaf),
        Value::Int(head.last_ts.as_micros()),
        Value::Int(signed(head.epoch)),
        Value::Text(&head.batch_id),
        Value::Text(head.active_kid.as_str()),
        Value::Bytes(&frontier),
    ];
    Fixed {
        text: &STORE,
        values,
    }
    .run(db)?;
    Ok(())
}

impl HeadRow {
    fn into_head(self) -> Result<Head, StorageError> {
        let corrupt = |column, source| StorageError::Corrupt { column, source };
        let size = self.size.unsigned_abs();
        let frontier = if self.frontier.is_empty() {
            Frontier::empty()
        } else {
            Frontier::from_bytes(size, &self.frontier)
                .map_err(|source| corrupt("log_head.frontier", Box::new(source)))?
        };
        Ok(Head {
            size,
            last_leaf: unhex(&self.last_leaf)
                .ok_or_else(|| corrupt("log_head.last_leaf", "not 64 hexadecimal digits".into()))?,
            last_ts: Timestamp::from_micros(self.last_ts),
            epoch: self.state_epoch.unsigned_abs(),
            batch_id: self.batch_id,
            active_kid: self
                .active_kid
                .parse()
                .map_err(|source| corrupt("log_head.active_kid", Box::new(source)))?,
            frontier,
        })
    }
}

/// Positions and epochs as the databases store them; neither ever reaches 2⁶³.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn hex(leaf: &LeafHash) -> String {
    use std::fmt::Write as _;
    leaf.as_bytes()
        .iter()
        .fold(String::with_capacity(64), |mut out, byte| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

fn unhex(text: &str) -> Option<LeafHash> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(LeafHash::new(bytes))
}
