//! Sends one held request.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use utc_app::Access;
use utc_app::gateway::{Begun, Finished};
use utc_domain::ApprovalId;
use utc_outbound::{Body, Connection, Response};

use super::keep::{keep, nothing};
use super::store::HeldStore;
use crate::Upstreams;
use crate::execution::without_answer;
use crate::port::Refused;
use crate::upstream::{SendError, request};

const APPROVAL: HeaderName = HeaderName::from_static("utc-approval");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The first pause before an outcome that could not be written is written again, and the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A point between two steps, where a crash leaves something behind that recovery must understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Nothing has happened yet.
    BeforeBegin,
    /// It is on disk that the request is being sent, and nothing was.
    BeforeSend,
    /// The upstream has answered, and nobody knows.
    Answered,
    /// The outcome is on disk.
    Finished,
}

impl Step {
    /// Every step, in their order.
    pub const ALL: [Self; 4] = [
        Self::BeforeBegin,
        Self::BeforeSend,
        Self::Answered,
        Self::Finished,
    ];
}

type Hook = Arc<dyn Fn(Step) + Send + Sync>;

/// Sends held requests, each at most once.
#[derive(Clone)]
pub struct Executor {
    store: Arc<dyn HeldStore>,
    upstreams: Arc<Upstreams>,
    reached: Hook,
}

impl Executor {
    /// An executor of what `store` holds.
    pub fn new(store: Arc<dyn HeldStore>, upstreams: Arc<Upstreams>) -> Self {
        Self {
            store,
            upstreams,
            reached: Arc::new(|_| {}),
        }
    }

    /// The same, telling `hook` of every step before it goes on: for tests that end the process there.
    #[must_use]
    pub fn watched_by(self, hook: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self {
            reached: Arc::new(hook),
            ..self
        }
    }

    pub(super) fn store(&self) -> &dyn HeldStore {
        &*self.store
    }

    pub(super) fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    /// Sends the request of an approval, if it is to be sent, and writes what became of it. Answers whether it was
    /// this call that sent it.
    ///
    /// # Errors
    /// What [`HeldStore::begin`] fails with; then nothing was sent.
    pub async fn execute(&self, approval: ApprovalId) -> Result<bool, Refused> {
        (self.reached)(Step::BeforeBegin);
        let Some(started) = self.store.begin(approval).await? else {
            return Ok(false);
        };
        (self.reached)(Step::BeforeSend);
        let finished = match self.send(approval, &started).await {
            Ok(response) => {
                (self.reached)(Step::Answered);
                keep(response).await
            }
            Err(error) => {
                tracing::info!(%approval, unit = %started.unit, %error, "a held request has no answer");
                nothing(without_answer(&error))
            }
        };
        self.finish(approval, finished).await;
        (self.reached)(Step::Finished);
        Ok(true)
    }

    async fn send(&self, approval: ApprovalId, started: &Begun) -> Result<Response, SendError> {
        let id = approval.to_string();
        let named = |name| HeaderValue::from_str(&id).ok().map(|id| (name, id));
        let extra: Vec<_> = [named(APPROVAL), named(IDEMPOTENCY_KEY)]
            .into_iter()
            .flatten()
            .collect();
        let body = Body::whole(started.request.body.clone());
        let request = request(&started.request, &extra, body, Connection::Fresh)?;
        self.upstreams
            .send(&started.unit, Access::Write, request)
            .await
    }

    /// The outcome is known here alone, so it is tried until it is written or the process ends; after that,
    /// [`HeldStore::tend`] writes that it is unknown.
    async fn finish(&self, approval: ApprovalId, finished: Finished) {
        let mut pause = PAUSE;
        while let Err(error) = self.store.finish(approval, finished.clone()).await {
            tracing::warn!(%approval, %error, "the outcome of a held request cannot be written yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}
