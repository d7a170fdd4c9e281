//! What the receipt of a source says that it is set to.

use utc_domain::{Code, Draft, Meta, ReceiptKind, Subject};
use utc_storage::journal::Tx;
use utc_storage::rows::sources::SourceRow;
use utc_tdx::SourceName;

use super::source::SourceConfig;
use crate::AppError;
use crate::draft::change;
use crate::identity::scope_words;
use crate::units::stored::policy_in;

/// What a source is set to.
pub(super) struct Described {
    /// For people.
    words: String,
    /// All of it but secrets, as JSON: what the receipt's digest is over.
    whole: String,
}

pub(super) fn described(
    before: Option<&SourceRow>,
    row: &SourceRow,
    config: &SourceConfig,
    new_secret: bool,
) -> Described {
    let mut words = format!(
        "{}, trust {}, proves itself by {}; about {}",
        config.standing,
        config.trust.get(),
        config.signature,
        scope_words(&config.units, "every unit"),
    );
    if new_secret {
        words.push_str("; with a new secret");
    }
    // Who decides where the keys are decides what the source says.
    for (what, old, new) in [
        (
            "keys at",
            before.and_then(|row| row.jwks.as_ref()),
            &row.jwks,
        ),
        (
            "issuer",
            before.and_then(|row| row.issuer.as_ref()),
            &row.issuer,
        ),
    ] {
        let changed = new.as_ref().filter(|new| old != Some(*new));
        words.extend(changed.map(|new| format!("; {what} {new}")));
    }
    let whole = serde_json::json!([
        words,
        row.jwks,
        row.issuer,
        row.audience,
        row.stream_id,
        row.units,
    ]);
    Described {
        words,
        whole: whole.to_string(),
    }
}

pub(super) fn receipt(
    tx: &mut Tx<'_>,
    actor: &Subject,
    verb: &str,
    name: &SourceName,
    what: &Described,
) -> Result<Draft, AppError> {
    let reason = format!("{actor} {verb} source `{name}`: {}.", what.words);
    let meta = Meta {
        config_digest: Some(utc_attestation::sha256_hex(what.whole.as_bytes())),
        ..Meta::default()
    };
    let policy = policy_in(tx)?;
    let kind = ReceiptKind::ConfigChange;
    let draft = change(kind, Code::SourceConfigured, actor.clone(), reason, policy);
    Ok(Draft { meta, ..draft })
}
