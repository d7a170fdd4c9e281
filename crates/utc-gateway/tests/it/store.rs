//! A store of held requests in memory, which survives the executor that uses it as a database survives a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use utc_app::gateway::{Begun, Finished, Outgoing};
use utc_domain::{ApprovalId, ExecutionEvent, ExecutionStatus, ReceiptId};
use utc_gateway::held::{HeldStore, Ready};
use utc_gateway::port::{Answering, Refused};
use uuid::Uuid;

/// What is stored, and the number of the process that uses it.
#[derive(Clone)]
pub(crate) struct MemoryStore {
    boot: u32,
    rows: Arc<Mutex<BTreeMap<ApprovalId, Row>>>,
    troubles: Arc<Mutex<usize>>,
}

pub(crate) struct Row {
    pub(crate) status: ExecutionStatus,
    pub(crate) finished: Option<Finished>,
    owner: u32,
    request: Outgoing,
}

pub(crate) fn approval(number: u128) -> ApprovalId {
    ApprovalId::new(Uuid::from_u128(number))
}

pub(crate) fn write_to(origin: &str) -> Outgoing {
    Outgoing {
        method: "POST".to_owned(),
        origin: origin.to_owned(),
        path: "/v1/transfers".to_owned(),
        query: Some("dry=0".to_owned()),
        headers: vec![
            ("authorization".to_owned(), b"Bearer own".to_vec()),
            ("x-forwarded-for".to_owned(), b"203.0.113.9".to_vec()),
        ],
        body: Bytes::from_static(b"{\"amount\":7}"),
    }
}

impl MemoryStore {
    pub(crate) fn new() -> Self {
        Self {
            boot: 1,
            rows: Arc::default(),
            troubles: Arc::default(),
        }
    }

    /// The same store, seen by a process that was started after this one was gone.
    pub(crate) fn after_a_restart(&self) -> Self {
        Self {
            boot: self.boot + 1,
            ..self.clone()
        }
    }

    pub(crate) fn approved(&self, approval: ApprovalId, request: Outgoing) {
        let row = Row {
            status: ExecutionStatus::None,
            finished: None,
            owner: 0,
            request,
        };
        self.rows.lock().unwrap().insert(approval, row);
    }

    /// The next `count` outcomes cannot be written at first.
    pub(crate) fn trouble(&self, count: usize) {
        *self.troubles.lock().unwrap() = count;
    }

    pub(crate) fn status(&self, approval: ApprovalId) -> ExecutionStatus {
        self.rows.lock().unwrap()[&approval].status
    }

    pub(crate) fn finished(&self, approval: ApprovalId) -> Finished {
        self.rows.lock().unwrap()[&approval]
            .finished
            .clone()
            .unwrap()
    }

    fn with<T>(&self, approval: ApprovalId, work: impl FnOnce(&mut Row) -> T) -> T {
        work(self.rows.lock().unwrap().get_mut(&approval).unwrap())
    }
}

fn at_once<T: Send + 'static>(answer: T) -> Answering<'static, T> {
    Box::pin(async move { answer })
}

impl HeldStore for MemoryStore {
    fn ready(&self, limit: usize) -> Answering<'_, Result<Vec<Ready>, Refused>> {
        let rows = self.rows.lock().unwrap();
        let ready = rows
            .iter()
            .filter(|(_, row)| row.status == ExecutionStatus::None);
        let ready = ready.map(|(approval, _)| Ready {
            approval: *approval,
            unit: "payments-api".parse().unwrap(),
        });
        at_once(Ok(ready.take(limit).collect()))
    }

    fn begin(&self, approval: ApprovalId) -> Answering<'_, Result<Option<Begun>, Refused>> {
        at_once(Ok(self.with(approval, |row| {
            match row.status.after(ExecutionEvent::Started) {
                Err(_) => None,
                Ok(status) => {
                    (row.status, row.owner) = (status, self.boot);
                    Some(Begun {
                        request: row.request.clone(),
                        unit: "payments-api".parse().unwrap(),
                        receipt: ReceiptId::new(Uuid::from_u128(1)),
                    })
                }
            }
        })))
    }

    fn finish(
        &self,
        approval: ApprovalId,
        finished: Finished,
    ) -> Answering<'_, Result<(), Refused>> {
        let mut troubles = self.troubles.lock().unwrap();
        if *troubles > 0 {
            *troubles -= 1;
            return at_once(Err(Refused::Unavailable("disk full".into())));
        }
        self.with(approval, |row| {
            row.status = row.status.after(finished.outcome.event).unwrap();
            row.finished = Some(finished);
        });
        at_once(Ok(()))
    }

    fn tend(&self) -> Answering<'_, Result<usize, Refused>> {
        let mut count = 0;
        for row in self.rows.lock().unwrap().values_mut() {
            if row.status == ExecutionStatus::Executing && row.owner != self.boot {
                row.status = ExecutionStatus::OutcomeUnknown;
                count += 1;
            }
        }
        at_once(Ok(count))
    }
}
