//! What the scorer of trust signals did, as documents that follow from receipts below one position: the same whenever
//! they are written.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use utc_attestation::Claims;
use utc_evidence::Record;
use utc_storage::rows::receipts::ReceiptRow;
use utc_storage::rows::selected::{self, Selection};
use utc_storage::{StorageError, Store};

/// Receipts read at once.
const PAGE: i64 = 1_000;

/// Whose receipts these are.
const SCORER: &str = "system:tdx";

/// One record for each run that flagged, cleared or switched something, by its id; and one for each moment between runs
/// in which an event did, by the id of its first receipt. `unit`: of what concerns that unit alone.
pub(super) fn records(
    store: &Store,
    part: (i64, i64),
    unit: Option<&str>,
) -> Result<Vec<Record>, StorageError> {
    let mut documents: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut selection = Selection {
        from: part.0,
        before: part.1,
        subject: Some(SCORER.to_owned()),
        unit: None,
    };
    while selection.from < selection.before {
        let found = store.read(|db| selected::page(db, &selection, PAGE))?;
        for row in found.rows {
            let claims = claims(&row)?;
            if unit.is_some() && claims.unit.as_deref() != unit {
                continue;
            }
            let name = claims.meta.run.clone();
            let name = name.unwrap_or_else(|| claims.jti.clone());
            documents.entry(name).or_default().push(entry(&claims));
        }
        selection.from = found.next;
    }
    Ok(documents.into_iter().map(record).collect())
}

fn record((name, receipts): (String, Vec<Value>)) -> Record {
    let document = json!({ "id": name, "receipts": receipts });
    Record {
        json: format!("{document:#}\n"),
        name,
    }
}

/// What one receipt says of a flag or a flip.
fn entry(claims: &Claims) -> Value {
    let meta = &claims.meta;
    let evidence = meta
        .evidence
        .iter()
        .map(|one| json!({ "event": one.hash, "source": one.source, "weight": one.weight }));
    let mut entry = Map::new();
    entry.insert("id".to_owned(), json!(claims.jti));
    entry.insert("seq".to_owned(), json!(claims.seq));
    entry.insert("ts".to_owned(), json!(claims.ts));
    entry.insert("code".to_owned(), json!(claims.code));
    entry.insert("reason".to_owned(), json!(claims.reason));
    entry.insert("evidence".to_owned(), evidence.collect());
    for (name, value) in [
        ("unit", json!(claims.unit)),
        ("risk_score", json!(meta.risk_score)),
        ("risky", json!(meta.risky)),
        ("rule", json!(meta.rule)),
        ("enabled", json!(meta.enabled)),
    ] {
        if !value.is_null() {
            entry.insert(name.to_owned(), value);
        }
    }
    Value::Object(entry)
}

fn claims(row: &ReceiptRow) -> Result<Claims, StorageError> {
    let corrupt = |source: Box<dyn std::error::Error + Send + Sync>| StorageError::Corrupt {
        column: "receipts.jws",
        source,
    };
    let payload = row.jws.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|error| corrupt(Box::new(error)))?;
    serde_json::from_slice(&bytes).map_err(|error| corrupt(Box::new(error)))
}
