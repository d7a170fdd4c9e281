//! What a server is made of beside its configuration.

use std::sync::Arc;
use std::time::Duration;

use utc_app::Options;
use utc_app::engine::Observer;
use utc_gateway::held::Step;

/// What a server is made of beside its configuration. Start from [`Composition::usual`] and change what differs.
#[derive(Clone)]
pub struct Composition {
    /// Whether it starts with a fresh demo database, seeded, with a trickle of made-up traffic.
    pub demo: bool,
    /// Sees every batch of the journal, beside the metrics.
    pub observer: Arc<dyn Observer>,
    /// Is told of every step of sending a held request before it goes on.
    pub reached: Arc<dyn Fn(Step) + Send + Sync>,
    /// How long a server counts as alive that has begun to send a held request, unless it says so again.
    pub execution_lease: Duration,
}

impl Composition {
    /// No demo, nobody who looks on, a lease of half a minute.
    pub fn usual() -> Self {
        Self {
            demo: false,
            observer: Arc::new(Nobody),
            reached: Arc::new(|_| {}),
            execution_lease: Options::EXECUTION_LEASE,
        }
    }
}

struct Nobody;

impl Observer for Nobody {
    fn committed(&self, _jobs: usize, _took: Duration) {}
}
