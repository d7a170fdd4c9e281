//! How many servers a target needs.

use super::erlang::{MAX_SERVERS, next_blocking};
use super::error::{self, FormulaError};
use super::mmc::Mmc;

/// The M/M/c queue with the fewest servers whose mean wait is at most `max_wait_hours` and whose utilisation is
/// below `max_utilisation`.
///
/// Rates per hour as for [`Mmc::new`]; `max_wait_hours` 0 and up; `max_utilisation` above 0 and at most 1.
/// [`FormulaError::TooManyServers`] when 10⁴ servers are not enough. Adding a server shortens the wait and lowers
/// utilisation, so the first number that fits is the smallest; Erlang B is carried from one to the next.
pub fn servers_needed(
    arrival_rate: f64,
    service_rate: f64,
    max_wait_hours: f64,
    max_utilisation: f64,
) -> Result<Mmc, FormulaError> {
    let lambda = error::arrival_rate(arrival_rate)?;
    let mu = error::service_rate(service_rate)?;
    let max_wait = error::amount("max_wait_hours", max_wait_hours)?;
    let max_rho = error::largest_utilisation(max_utilisation)?;
    let mut blocked = 1.0;
    let queues = (1..=MAX_SERVERS).filter_map(|servers| {
        blocked = next_blocking(blocked, servers, lambda / mu);
        Mmc::with_blocking(lambda, mu, servers, blocked).ok()
    });
    let fits = |queue: &Mmc| queue.mean_wait_hours() <= max_wait && queue.utilisation() < max_rho;
    queues
        .into_iter()
        .find(fits)
        .ok_or(FormulaError::TooManyServers)
}
