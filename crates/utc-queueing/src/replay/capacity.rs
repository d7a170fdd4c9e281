//! The truth of a recording, and a capacity that makes it interesting.

use super::trace::Row;

/// The share of the recording that may lie above [`HIGH`].
const SHARE_ABOVE: f64 = 0.02;
/// The utilisation from which load is an overload.
pub(super) const HIGH: f64 = 0.9;

/// The centred means of three rows; two at either end.
pub(super) fn truth(rows: &[Row]) -> Vec<f64> {
    let around = |at: usize| rows.get(at.saturating_sub(1)..rows.len().min(at + 2));
    (0..rows.len())
        .filter_map(around)
        .map(|near| {
            let count = f64::from(u32::try_from(near.len()).unwrap_or(u32::MAX));
            near.iter().map(|row| row.value / count).sum()
        })
        .collect()
}

/// The capacity, in the unit of the recording, at which 2 % of the truth is above ρ = 0.9.
///
/// Where that would be 0, because there is hardly ever any load, it is taken over the steps that have some; `None`
/// when there are none.
pub(super) fn capacity(truth: &[f64]) -> Option<f64> {
    let positive = |value: &f64| *value > 0.0;
    let mut sorted: Vec<f64> = truth.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let limit = quantile(&sorted).filter(positive).or_else(|| {
        let loaded: Vec<f64> = sorted.iter().copied().filter(positive).collect();
        quantile(&loaded)
    })?;
    Some(limit / HIGH).filter(|mu| mu.is_finite())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list that fits into memory"
)]
fn quantile(sorted: &[f64]) -> Option<f64> {
    let place = ((1.0 - SHARE_ABOVE) * sorted.len() as f64).ceil() as usize;
    sorted.get(place.min(sorted.len().checked_sub(1)?)).copied()
}
