//! How long the other side is waited for.

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Whose turn it is while a request is sent, and since when.
#[derive(Debug, Default)]
pub(crate) struct Progress(Mutex<Turn>);

#[derive(Debug, Clone, Copy, Default)]
enum Turn {
    /// There is no connection yet, and the time for that is limited elsewhere.
    #[default]
    Connecting,
    /// There is nothing to send before the caller gives more.
    Caller,
    /// Everything that the caller gave is handed over.
    OtherSide { since: Instant },
}

impl Progress {
    /// There is a connection. Part of the body may have been taken before this is heard of.
    pub(crate) fn connected(&self) {
        let mut turn = self.lock();
        if matches!(*turn, Turn::Connecting) {
            *turn = since_now();
        }
    }

    pub(crate) fn wait_for_caller(&self) {
        *self.lock() = Turn::Caller;
    }

    pub(crate) fn wait_for_other_side(&self) {
        *self.lock() = since_now();
    }

    /// How long the other side has been waited for.
    pub(crate) fn waited(&self) -> Duration {
        match *self.lock() {
            Turn::Connecting | Turn::Caller => Duration::ZERO,
            Turn::OtherSide { since } => since.elapsed(),
        }
    }

    /// Waits for `answer`; `None` when the other side has kept us waiting for `limit`.
    ///
    /// The time starts again with every piece that is handed over, and does not run while it is the caller's turn.
    pub(crate) async fn within<F: Future>(&self, limit: Duration, answer: F) -> Option<F::Output> {
        let mut answer = pin!(answer);
        loop {
            let rest = limit.saturating_sub(self.waited());
            tokio::select! {
                output = &mut answer => return Some(output),
                () = sleep(rest) => {}
            }
            if self.waited() >= limit {
                return None;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn since_now() -> Turn {
    let since = Instant::now();
    Turn::OtherSide { since }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What becomes of an answer that never comes, and after how many seconds, while `steps` happen.
    async fn ends_after(progress: &Progress, steps: impl Future<Output = ()>) -> u64 {
        let start = Instant::now();
        let waiting = progress.within(10 * SECOND, pending::<()>());
        let (end, ()) = tokio::join!(waiting, steps);
        assert_eq!(end, None);
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn time_begins_with_the_connection_and_again_with_each_piece() {
        let progress = Progress::default();
        let steps = async {
            sleep(7 * SECOND).await;
            progress.connected();
            sleep(8 * SECOND).await;
            progress.wait_for_other_side();
        };
        assert_eq!(ends_after(&progress, steps).await, 25);
    }

    #[tokio::test(start_paused = true)]
    async fn time_does_not_run_while_the_caller_has_nothing_to_send() {
        let progress = Progress::default();
        let steps = async {
            progress.wait_for_caller();
            // Heard of late: it is the caller's turn all the same.
            progress.connected();
            sleep(99 * SECOND).await;
            assert_eq!(progress.waited(), Duration::ZERO);
            progress.wait_for_other_side();
        };
        assert_eq!(ends_after(&progress, steps).await, 109);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_time_is_passed_on_with_how_long_it_took() {
        let progress = Progress::default();
        progress.connected();
        let answer = async {
            sleep(9 * SECOND).await;
            "answer"
        };
        assert_eq!(progress.within(10 * SECOND, answer).await, Some("answer"));
        assert_eq!(progress.waited(), 9 * SECOND);
    }
}
