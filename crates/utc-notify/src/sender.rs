//! Sends what is due, for as long as the server runs, on a thread of its own.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot::{Receiver, Sender as Stop, channel};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;
use utc_app::{AppError, Console, Parcel, Settled};
use utc_domain::Timestamp;
use uuid::Uuid;

use crate::Courier;
use crate::verdict::settled;

/// How often the outbox is looked at.
const EVERY: Duration = Duration::from_millis(250);

/// How long other servers leave alone what this one sends: several times what an attempt can take.
const LEASE: Duration = Duration::from_mins(1);

/// Hears of each attempt: for metrics.
pub trait Observer: Send + Sync {
    /// What became of an attempt.
    fn attempted(&self, settled: &Settled);
}

/// The sender at work. Dropping it waits for the attempts that are under way, and stops.
pub struct Sender {
    stop: Option<Stop<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts sending what waits in the outbox of `console`.
pub fn start(
    console: Arc<Console>,
    courier: Courier,
    observer: Arc<dyn Observer>,
) -> io::Result<Sender> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (stop, stopped) = channel();
    let work = Arc::new(Work {
        console,
        courier,
        observer,
        owner: Uuid::now_v7().to_string(),
    });
    let thread = std::thread::Builder::new()
        .name("utc-notify".to_owned())
        .spawn(move || runtime.block_on(run(&work, stopped)))?;
    Ok(Sender {
        stop: Some(stop),
        thread: Some(thread),
    })
}

impl Drop for Sender {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has reported itself.
            let _ = thread.join();
        }
    }
}

struct Work {
    console: Arc<Console>,
    courier: Courier,
    observer: Arc<dyn Observer>,
    /// The name that this sender's leases bear; no other has or had it.
    owner: String,
}

async fn run(work: &Arc<Work>, mut stopped: Receiver<()>) {
    let mut attempts = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            () = sleep(EVERY) => {}
        }
        for parcel in work.take().await {
            attempts.spawn(Arc::clone(work).attempt(parcel));
        }
        while attempts.try_join_next().is_some() {}
    }
    while attempts.join_next().await.is_some() {}
}

impl Work {
    /// What is due. Where the database cannot be used, the journal reports the trouble, and this tries again.
    async fn take(self: &Arc<Self>) -> Vec<Parcel> {
        let own = Arc::clone(self);
        let taken = spawn_blocking(move || {
            if own.console.notices_are_due()? {
                own.console.take_notices(&own.owner, LEASE)
            } else {
                Ok(Vec::new())
            }
        });
        match taken.await {
            Ok(Ok(parcels)) => parcels,
            Ok(Err(AppError::Stopping)) | Err(_) => Vec::new(),
            Ok(Err(error)) => {
                tracing::debug!(%error, "the outbox cannot be read now");
                Vec::new()
            }
        }
    }

    async fn attempt(self: Arc<Self>, parcel: Parcel) {
        let report = self.courier.deliver(&parcel, self.now()).await;
        let settled = settled(&report, parcel.attempt, chance());
        self.tell(&parcel, &settled);
        let written = self
            .console
            .settle_notice(&self.owner, parcel.id, settled)
            .await;
        if let Err(error) = written {
            // The lease ends, and it is sent again under the same id.
            tracing::warn!(delivery = %parcel.id, %error, "what became of a notice cannot be written down");
        }
    }

    fn tell(&self, parcel: &Parcel, settled: &Settled) {
        self.observer.attempted(settled);
        let (delivery, webhook, attempt) = (parcel.id, parcel.webhook, parcel.attempt);
        match settled {
            Settled::Delivered => {
                tracing::debug!(%delivery, %webhook, attempt, "a notice was delivered");
            }
            Settled::Again { error, .. } => {
                tracing::debug!(%delivery, %webhook, attempt, error, "a notice will be sent again");
            }
            Settled::Dead { error } | Settled::Gone { error } => {
                tracing::warn!(%delivery, %webhook, attempt, error, "a notice was given up");
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.console.options().clock.now()
    }
}

/// A random number from 0 to 1; the middle where there is no randomness to be had.
fn chance() -> f64 {
    let drawn = getrandom::u32().map(|drawn| f64::from(drawn) / f64::from(u32::MAX));
    drawn.unwrap_or(0.5)
}
