//! Sends what is approved, as it is approved.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use utc_domain::ApprovalId;

use super::executor::Executor;
use crate::port::Refused;

/// How many held requests are sent at the same time.
const AT_ONCE: usize = 16;

/// How often it looks for approved requests that it was not told of: other servers' people approve, too.
const EVERY: Duration = Duration::from_secs(1);

/// Looks for approved requests and sends them.
#[derive(Debug, Clone)]
pub struct Runner {
    executor: Executor,
    approved: Arc<Notify>,
    stop: Arc<Notify>,
}

impl Runner {
    /// A runner that has not begun.
    pub fn new(executor: Executor) -> Self {
        Self {
            executor,
            approved: Arc::default(),
            stop: Arc::default(),
        }
    }

    /// Says that a request was approved just now.
    pub fn approved(&self) {
        self.approved.notify_one();
    }

    /// Asks [`Runner::run`] to end.
    pub fn stop(&self) {
        self.stop.notify_one();
    }

    /// Sends what is approved, and gives up what processes that are gone had begun, until it is asked to stop. Ends
    /// when everything that it has begun is finished.
    pub async fn run(&self) {
        let mut begun = Begun::default();
        loop {
            self.tend().await;
            self.send_what_is_ready(&mut begun).await;
            tokio::select! {
                () = self.stop.notified() => break,
                () = self.approved.notified() => {}
                () = begun.one_ends() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        begun.all_end().await;
    }

    async fn tend(&self) {
        match self.executor.store().tend().await {
            Ok(0) => {}
            Ok(count) => tracing::warn!(
                count,
                "held requests were being sent when their process ended; nobody knows what became of them, and they are \
                 not sent again"
            ),
            Err(error) => report(&error),
        }
    }

    async fn send_what_is_ready(&self, begun: &mut Begun) {
        let room = AT_ONCE.saturating_sub(begun.ids.len());
        // Those that were begun just now may still be listed.
        let ready = self.executor.store().ready(room + begun.ids.len()).await;
        let ready = ready.inspect_err(report).unwrap_or_default();
        let new = ready
            .into_iter()
            .filter(|one| !begun.ids.contains(&one.approval));
        // A grant is used up when it is begun: while the unit's breaker is open it is not wasted.
        let reachable = new.filter(|one| self.executor.upstreams().is_open(&one.unit));
        let new: Vec<ApprovalId> = reachable.take(room).map(|one| one.approval).collect();
        for approval in new {
            begun.add(&self.executor, approval);
        }
    }
}

/// What has begun and not ended.
#[derive(Default)]
struct Begun {
    ids: HashSet<ApprovalId>,
    tasks: JoinSet<ApprovalId>,
}

impl Begun {
    fn add(&mut self, executor: &Executor, approval: ApprovalId) {
        let executor = executor.clone();
        self.ids.insert(approval);
        self.tasks.spawn(async move {
            if let Err(error) = executor.execute(approval).await {
                report(&error);
                // It is still listed, and what failed is not better at once.
                tokio::time::sleep(EVERY).await;
            }
            approval
        });
    }

    /// Waits for ever when there is none.
    async fn one_ends(&mut self) {
        match self.tasks.join_next().await {
            Some(Ok(approval)) => drop(self.ids.remove(&approval)),
            // A task that panicked has reported itself; its id stays, so that it is not begun again.
            Some(Err(_)) => {}
            None => std::future::pending().await,
        }
    }

    async fn all_end(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

fn report(error: &Refused) {
    tracing::warn!(%error, "held requests cannot be sent now; it is tried again");
}
