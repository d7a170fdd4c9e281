//! Documents that come from beside the log.

use serde_json::{Map, Value};
use utc_domain::ApprovalId;

use super::ExportError;

/// An approval on one line, if the document is about it.
pub(super) fn line(id: ApprovalId, json: &str) -> Result<String, ExportError> {
    let refused = |why| ExportError::Record {
        name: id.to_string(),
        why,
    };
    let document: Map<String, Value> =
        serde_json::from_str(json).map_err(|_| refused("is no JSON object"))?;
    let own = document.get("id").and_then(Value::as_str);
    if own != Some(id.to_string().as_str()) {
        return Err(refused("is about another one, or has no `id`"));
    }
    Ok(Value::Object(document).to_string() + "\n")
}

/// What the name of a file may be made of.
pub(super) fn check_name(name: &str) -> Result<(), ExportError> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.len() <= 100 && name.chars().all(fine) {
        return Ok(());
    }
    Err(ExportError::Name {
        name: name.to_owned(),
    })
}
