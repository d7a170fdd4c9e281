//! Control jobs: one use case, one transaction, its receipts.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use tokio::sync::oneshot;
use tokio::task::unconstrained;
use utc_domain::Draft;
use utc_storage::journal::{Class, Job, JobError, Receipt, Tx};
use utc_storage::{JournalError, StorageError};

use crate::AppError;
use crate::cache::StateCache;
use crate::webhooks::announce;

/// The answer of a use case that is being written: `.await` it, or block with [`Ticket::wait`].
#[must_use = "the answer tells whether it was written"]
pub struct Ticket<T>(Answer<T>);

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send>>;

impl<T: Send + 'static> Ticket<T> {
    pub(crate) fn new() -> (oneshot::Sender<Result<T, AppError>>, Self) {
        let (sender, receiver) = oneshot::channel();
        let answer = async move { receiver.await.unwrap_or(Err(AppError::Stopping)) };
        (sender, Self(Box::pin(answer)))
    }

    /// A ticket whose answer is known already.
    pub(crate) fn ready(answer: Result<T, AppError>) -> Self {
        Self(Box::pin(std::future::ready(answer)))
    }

    /// The same, with another form of the answer.
    pub(crate) fn map<U: Send + 'static>(
        self,
        change: impl FnOnce(T) -> U + Send + 'static,
    ) -> Ticket<U> {
        Ticket(Box::pin(async move { self.await.map(change) }))
    }

    /// The same, with another form of the answer, which may also be an error.
    pub(crate) fn and_then<U: Send + 'static>(
        self,
        change: impl FnOnce(T) -> Result<U, AppError> + Send + 'static,
    ) -> Ticket<U> {
        Ticket(Box::pin(async move { self.await.and_then(change) }))
    }

    /// Blocks until it is written. Not for async code: there, `.await` the ticket.
    pub fn wait(self) -> Result<T, AppError> {
        block_on(self)
    }
}

impl<T> Future for Ticket<T> {
    type Output = Result<T, AppError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

/// Parks the thread until the ticket is answered.
fn block_on<T>(ticket: Ticket<T>) -> Result<T, AppError> {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    // Within a task of a runtime, what was answered would otherwise count against that task's turn, and at the end of its
    // turn never be handed out: the task cannot give way while it blocks.
    let mut ticket = unconstrained(ticket);
    loop {
        match Pin::new(&mut ticket).poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// What a use case did inside the transaction.
pub(crate) struct Plan<T> {
    /// The receipts to append.
    pub(crate) drafts: Vec<Draft>,
    /// Makes the answer from the committed receipts.
    pub(crate) answer: T,
    /// Brings the cache up to date after the commit.
    pub(crate) publish: Option<Publish>,
}

impl<T> Plan<T> {
    /// Nothing to record and nothing to publish.
    pub(crate) fn silent(answer: T) -> Self {
        Self {
            drafts: Vec::new(),
            answer,
            publish: None,
        }
    }
}

impl<T> Plan<T> {
    /// Both, in one transaction: this one's receipts first.
    pub(crate) fn and<U>(self, other: Plan<U>) -> Plan<(T, U)> {
        let mut drafts = self.drafts;
        drafts.extend(other.drafts);
        let (mut first, mut second) = (self.publish, other.publish);
        Plan {
            drafts,
            answer: (self.answer, other.answer),
            publish: Some(Box::new(move |cache| {
                for publish in [&mut first, &mut second].into_iter().flatten() {
                    publish(cache);
                }
            })),
        }
    }
}

/// A use case's answer with the receipts that it committed.
pub(crate) type Done<T> = (T, Vec<Receipt>);

pub(crate) type Publish = Box<dyn FnMut(&StateCache) + Send>;

/// Runs a closure as a control job.
pub(crate) struct Task<T, F> {
    class: Class,
    cache: Arc<StateCache>,
    work: F,
    plan: Option<Plan<T>>,
    refusal: Option<AppError>,
    reply: oneshot::Sender<Result<(T, Vec<Receipt>), AppError>>,
}

impl<T, F> Task<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<Plan<T>, AppError> + Send + 'static,
{
    pub(crate) fn boxed(cache: Arc<StateCache>, work: F) -> (Box<dyn Job>, Ticket<Done<T>>) {
        Self::boxed_as(Class::Control, cache, work)
    }

    /// The same in another queue. Invariant: what waits among decisions does not change what they follow.
    pub(crate) fn boxed_as(
        class: Class,
        cache: Arc<StateCache>,
        work: F,
    ) -> (Box<dyn Job>, Ticket<Done<T>>) {
        let (reply, ticket) = Ticket::new();
        (
            Box::new(Self {
                class,
                cache,
                work,
                plan: None,
                refusal: None,
                reply,
            }),
            ticket,
        )
    }
}

impl<T, F> Job for Task<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<Plan<T>, AppError> + Send + 'static,
{
    fn class(&self) -> Class {
        self.class
    }

    fn has_effects(&self) -> bool {
        true
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), JobError> {
        self.refusal = None;
        match (self.work)(tx).and_then(|plan| told(tx, &self.cache, plan)) {
            Ok(plan) => {
                self.plan = Some(plan);
                Ok(())
            }
            Err(error) => Err(refuse(error, &mut self.refusal)),
        }
    }

    fn drafts(&self) -> &[Draft] {
        self.plan.as_ref().map_or(&[], |plan| &plan.drafts)
    }

    fn publish(&mut self) {
        if let Some(publish) = self.plan.as_mut().and_then(|plan| plan.publish.as_mut()) {
            publish(&self.cache);
        }
    }

    fn answer(self: Box<Self>, outcome: Result<Vec<Receipt>, JournalError>) {
        let answer = match (outcome, self.plan, self.refusal) {
            (Ok(receipts), Some(plan), _) => Ok((plan.answer, receipts)),
            (Err(JournalError::Refused), _, Some(refusal)) => Err(refusal),
            (Err(error), _, _) => Err(error.into()),
            (Ok(_), None, _) => Err(AppError::Internal("a job committed without running".into())),
        };
        // Whoever asked may have gone; it is written all the same.
        let _ = self.reply.send(answer);
    }
}

/// Whatever a use case records, those who want to hear of it will: no use case has to think of them.
fn told<T>(tx: &mut Tx<'_>, cache: &StateCache, plan: Plan<T>) -> Result<Plan<T>, AppError> {
    announce(tx, cache.links(), &plan.drafts)?;
    Ok(plan)
}

/// Hands storage errors to the journal, which decides about the transaction; keeps any other refusal.
pub(crate) fn refuse(error: AppError, kept: &mut Option<AppError>) -> JobError {
    match error {
        AppError::Unavailable(source) => match source.downcast::<StorageError>() {
            Ok(storage) => JobError::Storage(*storage),
            Err(source) => {
                *kept = Some(AppError::Unavailable(source));
                JobError::Refused
            }
        },
        other => {
            *kept = Some(other);
            JobError::Refused
        }
    }
}
