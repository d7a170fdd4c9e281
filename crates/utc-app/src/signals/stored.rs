//! Between rows and what use cases work with.

use utc_domain::{Scope, Timestamp};
use utc_storage::StorageError;
use utc_storage::connection::Db;
use utc_storage::rows::sources::{self, SourceRow};
use utc_tdx::ssf::StreamStatus;
use utc_tdx::{ContentHash, Rating, Reach, SourceName, Trust};

use super::source::{SourceHealth, SourceView};
use crate::AppError;
use crate::identity::read_scope;
use crate::units::stored::parse;

/// After so long without a word a source is stale.
const SILENCE_MINUTES: i64 = 24 * 60;

/// The row of a source that must exist.
pub(super) fn found(db: &mut Db, name: &SourceName) -> Result<SourceRow, AppError> {
    sources::find(db, name.as_str())?.ok_or_else(|| AppError::NotFound {
        what: "source",
        name: name.to_string(),
    })
}

pub(super) fn name(row: &SourceRow) -> Result<SourceName, StorageError> {
    parse("sources.name", &row.name)
}

/// How far a source is believed.
pub(super) fn rating(row: &SourceRow) -> Result<Rating, StorageError> {
    let trust = Trust::new(row.trust).map_err(|source| StorageError::Corrupt {
        column: "sources.trust",
        source: Box::new(source),
    });
    Ok(Rating {
        trust: trust?,
        standing: parse("sources.standing", &row.standing)?,
    })
}

/// Which units a source may speak about.
pub(super) fn reach(row: &SourceRow) -> Result<Reach, StorageError> {
    Ok(match read_scope("sources.units", row.units.as_deref())? {
        Scope::All => Reach::Anywhere,
        Scope::Only(patterns) => Reach::Within(patterns),
    })
}

/// Texts as they are stored, one a line; nothing for none.
pub(super) fn lines(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Reads what [`lines`] wrote.
pub(super) fn read_lines(text: Option<&str>) -> Vec<String> {
    text.into_iter()
        .flat_map(str::lines)
        .map(str::to_owned)
        .collect()
}

/// A digest from its 32 bytes.
pub(super) fn hash(column: &'static str, bytes: &[u8]) -> Result<ContentHash, StorageError> {
    let bytes = bytes.try_into().map_err(|_| StorageError::Corrupt {
        column,
        source: "not 32 bytes".into(),
    });
    Ok(ContentHash::from_bytes(bytes?))
}

fn count(number: i64) -> u64 {
    number.unsigned_abs()
}

pub(super) fn view(row: &SourceRow, now: Timestamp) -> Result<SourceView, StorageError> {
    let rating = rating(row)?;
    let status = row.stream_status.as_deref();
    let status: Option<StreamStatus> = status
        .map(|text| parse("sources.stream_status", text))
        .transpose()?;
    let last_seen_at = row.last_seen_at.map(Timestamp::from_micros);
    Ok(SourceView {
        name: name(row)?,
        trust: rating.trust,
        standing: rating.standing,
        signature: parse("sources.signature", &row.signature)?,
        has_secret: row.secret.is_some(),
        jwks: row.jwks.clone(),
        issuer: row.issuer.clone(),
        audience: read_lines(row.audience.as_deref()),
        stream_id: row.stream_id.clone(),
        stream_status: status,
        stream_reason: row.stream_reason.clone(),
        verified_at: row.verified_at.map(Timestamp::from_micros),
        units: read_scope("sources.units", row.units.as_deref())?,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        updated_by: row.updated_by.clone(),
        receipt_id: row.receipt_id.clone(),
        last_seen_at,
        events: count(row.events),
        repeats: count(row.repeats),
        health: health(status, last_seen_at, now),
    })
}

fn health(
    status: Option<StreamStatus>,
    last_seen: Option<Timestamp>,
    now: Timestamp,
) -> SourceHealth {
    match (status, last_seen) {
        (Some(status), _) if status.is_stale() => SourceHealth::Stale,
        (_, None) => SourceHealth::Silent,
        (_, Some(seen)) if seen.plus_minutes(SILENCE_MINUTES) < now => SourceHealth::Stale,
        (_, Some(_)) => SourceHealth::Heard,
    }
}
