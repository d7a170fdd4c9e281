//! How things stand, for whoever is on duty: units that hold something back, what was decided lately, what holds less back
//! than before.

mod loosened;
mod minutes;
mod observed;
mod units;

pub use loosened::{LoosenedBy, Loosening};
pub use minutes::MinuteOutcomes;
pub(crate) use minutes::Minutes;
pub use observed::Observed;
pub use units::{Situation, UnitBrief};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utc_attestation::Claims;

/// The claims of a stored receipt, for showing them: whoever has to rely on them verifies the receipt.
pub(crate) fn claims(jws: &str) -> Option<Claims> {
    let bytes = URL_SAFE_NO_PAD.decode(jws.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}
