//! `/api/v1/tdx`: trust signals.

pub(crate) mod deliver;
pub(crate) mod events;
pub(crate) mod receivers;
pub(crate) mod risk;
pub(crate) mod runs;
pub(crate) mod sources;
pub(crate) mod stream;

use utc_app::AppError;
use utc_tdx::SourceName;

use crate::problem::Problem;

/// The name of a source in a path.
pub(crate) fn source_name(text: &str) -> Result<SourceName, Problem> {
    let parsed: Result<SourceName, utc_domain::DomainError> = text.parse();
    parsed.map_err(|_| {
        let name = text.escape_default().to_string();
        AppError::NotFound {
            what: "source",
            name,
        }
        .into()
    })
}
