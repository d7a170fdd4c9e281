//! The bounded queue in front of the writer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::JournalError;

use super::job::{Class, Job};

type Jobs = VecDeque<Box<dyn Job>>;

/// How many jobs may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) control: usize,
    pub(crate) decisions: usize,
}

#[derive(Default)]
struct Waiting {
    control: Jobs,
    decisions: Jobs,
    closed: bool,
}

/// Two queues under one lock: control jobs have places of their own and go first.
pub(crate) struct Queue {
    limits: Limits,
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

impl Queue {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            waiting: Mutex::default(),
            arrived: Condvar::new(),
        }
    }

    /// Puts a job in, or gives it back with the reason why not.
    pub(crate) fn push(&self, job: Box<dyn Job>) -> Result<(), (Box<dyn Job>, JournalError)> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err((job, JournalError::Closed));
        }
        let (queue, limit) = match job.class() {
            Class::Control => (&mut waiting.control, self.limits.control),
            Class::Decision => (&mut waiting.decisions, self.limits.decisions),
        };
        if queue.len() >= limit {
            return Err((job, JournalError::Full));
        }
        queue.push_back(job);
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for work and takes up to `most` jobs, control first. None once closed and empty.
    pub(crate) fn take(&self, most: usize) -> Option<Batch> {
        let idle = |waiting: &mut Waiting| {
            waiting.control.is_empty() && waiting.decisions.is_empty() && !waiting.closed
        };
        let waiting = self.arrived.wait_while(self.lock(), idle);
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let control = take_front(&mut waiting.control, most);
        let decisions = take_front(&mut waiting.decisions, most - control.len());
        let batch = Batch { control, decisions };
        if batch.is_empty() { None } else { Some(batch) }
    }

    /// Puts jobs back in front, in their order.
    pub(crate) fn put_back(&self, decisions: Vec<Box<dyn Job>>) {
        let mut waiting = self.lock();
        for job in decisions.into_iter().rev() {
            waiting.decisions.push_front(job);
        }
    }

    /// Refuses new jobs; what waits is still written.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    pub(crate) fn depth(&self) -> usize {
        let waiting = self.lock();
        waiting.control.len() + waiting.decisions.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_front(queue: &mut Jobs, most: usize) -> Vec<Box<dyn Job>> {
    let count = queue.len().min(most);
    queue.drain(..count).collect()
}

/// What the writer takes at once.
pub(crate) struct Batch {
    pub(crate) control: Vec<Box<dyn Job>>,
    pub(crate) decisions: Vec<Box<dyn Job>>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.control.is_empty() && self.decisions.is_empty()
    }
}
