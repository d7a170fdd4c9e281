//! That every event was proved in the way that its source is registered for.

use std::collections::BTreeMap;

use utc_storage::connection::Db;
use utc_storage::rows::sources;
use utc_tdx::{Adapter, Event, Proof, Refusal, SourceName};

use super::source::SourceSignature;
use crate::AppError;
use crate::units::stored::parse;

/// What speaks against a delivery, in the transaction that would store it; none where nothing does.
///
/// A token may speak for a source only while that proves itself by tokens: who holds one must not say what only the holder
/// of the source's secret, or of its keys, can say. A source that only appeared proves itself by tokens.
pub(super) fn disproved(db: &mut Db, delivered: &[Event]) -> Result<Option<Refusal>, AppError> {
    let mut kinds: BTreeMap<&SourceName, SourceSignature> = BTreeMap::new();
    for event in delivered {
        let kind = match kinds.get(&event.source) {
            Some(kind) => *kind,
            None => kind_of(db, &event.source)?,
        };
        kinds.insert(&event.source, kind);
        if !proves(kind, event) {
            return Ok(Some(Refusal::OtherProof {
                source_name: event.source.to_string(),
                expected: kind.as_str(),
            }));
        }
    }
    Ok(None)
}

fn kind_of(db: &mut Db, name: &SourceName) -> Result<SourceSignature, AppError> {
    Ok(match sources::find(db, name.as_str())? {
        Some(row) => parse("sources.signature", &row.signature)?,
        None => SourceSignature::Token,
    })
}

fn proves(kind: SourceSignature, event: &Event) -> bool {
    match (kind, &event.proof) {
        (SourceSignature::Token, Proof::Token) | (SourceSignature::Ssf, Proof::Jws { .. }) => true,
        (SourceSignature::StandardWebhooks, Proof::Hmac) => event.adapter != Adapter::GitHub,
        (SourceSignature::GitHub, Proof::Hmac) => event.adapter == Adapter::GitHub,
        (_, Proof::Token | Proof::Hmac | Proof::Jws { .. }) => false,
    }
}
