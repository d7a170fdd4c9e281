//! Erlang's two probabilities: of finding every server busy and leaving, and of having to wait.

use super::error::{self, FormulaError};

/// The largest number of servers that the formulas take.
pub const MAX_SERVERS: u32 = 10_000;

/// Erlang B: the probability that all servers are busy when nobody waits.
///
/// `servers` is 1 to [`MAX_SERVERS`]; `offered_load` is λ/μ in erlangs, 0 and up, and may exceed the number of
/// servers. Source: A. K. Erlang 1917, in the recursion B(0) = 1, B(k) = a·B(k−1) / (k + a·B(k−1)), in which no
/// factorial can overflow and every step is a number between 0 and 1.
pub fn erlang_b(servers: u32, offered_load: f64) -> Result<f64, FormulaError> {
    let servers = error::servers(servers)?;
    let load = error::offered_load(offered_load)?;
    Ok((1..=servers).fold(1.0, |blocked, k| next_blocking(blocked, k, load)))
}

/// Erlang C: the probability that an arrival has to wait, when everybody waits for as long as it takes.
///
/// Arguments as for [`erlang_b`]; [`FormulaError::Unstable`] when `offered_load` is at least `servers`.
/// Source: A. K. Erlang 1917, from Erlang B as C = B / (1 − ρ·(1 − B)) with ρ = a/c.
pub fn erlang_c(servers: u32, offered_load: f64) -> Result<f64, FormulaError> {
    let blocked = erlang_b(servers, offered_load)?;
    let rho = error::stable(offered_load / f64::from(servers))?;
    Ok(waiting(blocked, rho))
}

/// B(k) from B(k−1).
pub(super) fn next_blocking(blocked: f64, k: u32, load: f64) -> f64 {
    // Stays finite for every load: loads are finite and probabilities at most 1, and k keeps the denominator
    // above 0 when the load is 0.
    let busy = load * blocked;
    busy / (f64::from(k) + busy)
}

/// C from B. Invariant: `rho` is below 1, so the denominator is above 0.
pub(super) fn waiting(blocked: f64, rho: f64) -> f64 {
    blocked / (1.0 - rho * (1.0 - blocked))
}
