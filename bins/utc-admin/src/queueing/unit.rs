//! A unit's own history as a recording.

use anyhow::Context as _;
use utc_app::Features;
use utc_domain::{Timestamp, UnitName};
use utc_queueing::replay::{Row, Trace};

use crate::context::Context;

/// So many rows are read at a time, so that no read holds the database for long.
const PAGE: i64 = 1_000;
/// The capacity that a recording of utilisations is measured against.
const WHOLE: f64 = 1.0;

/// What the unit was offered, as shares of its capacity, and the capacity of that recording, 1.
///
/// History holds smoothed arrivals; with the weight that they were smoothed by, two neighbouring rows give back what
/// was observed. Where the weight was changed since, or rows are hours apart, that is an approximation.
pub(super) fn history(context: &Context, unit: &UnitName) -> anyhow::Result<(Trace, f64)> {
    let console = context.console()?;
    let mut rows: Vec<Features> = Vec::new();
    let mut before = Timestamp::MAX.as_micros();
    loop {
        let page = console.unit_history(unit, before, PAGE)?.features;
        let Some(oldest) = page.last() else { break };
        before = oldest.ts.as_micros();
        rows.extend(page);
    }
    rows.reverse();
    let alpha = context.config.queueing.alpha;
    let trace = Trace::from_rows(observed(&rows, alpha)).with_context(|| {
        format!("the history of `{unit}` is too short; name recordings with `--file`")
    })?;
    Ok((trace, WHOLE))
}

/// x = (new − (1 − α)·old) / α for each row but the first, over the capacity of its time.
fn observed(rows: &[Features], alpha: f64) -> Vec<Row> {
    let pairs = rows.iter().zip(rows.iter().skip(1));
    pairs
        .map(|(old, new)| {
            let arrivals = (new.lambda_est - (1.0 - alpha) * old.lambda_est) / alpha;
            Row {
                at: new.ts,
                value: arrivals.max(0.0) / new.mu_est,
            }
        })
        .collect()
}
