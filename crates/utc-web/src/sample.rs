//! What the page “Runtime demo” plays with: a sample service behind the gateway, somebody who asks for it, and somebody who
//! approves. Whoever composes the server gives it; without it the page says how to start a demo.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use utc_domain::UnitName;

/// How many of the latest exchanges are remembered.
const REMEMBERED: usize = 8;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The list of payments.
    Read,
    /// A new payment.
    Write,
}

/// What the gateway answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// What was decided, as the answer's header says.
    pub decision: Option<String>,
    /// The receipt of that.
    pub receipt: Option<String>,
    /// Where the approval is that has to be waited for.
    pub location: Option<String>,
    /// The start of the body.
    pub body: String,
}

/// An answer that is on its way; why there is none, in words.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answered, String>> + 'a>>;

/// A sample service, as its users see it.
pub trait Sample: Send + Sync {
    /// The units that it stands behind.
    fn units(&self) -> &[UnitName];
    /// The API token of somebody who approves there.
    fn approver(&self) -> &str;
    /// Where a request goes, for showing it: method and address.
    fn shown(&self, unit: &UnitName, asked: Asked) -> String;
    /// Sends a request through the gateway, over the network.
    fn send<'a>(&'a self, unit: &'a UnitName, asked: Asked) -> Sending<'a>;
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) shown: String,
    pub(crate) answered: Result<Answered, String>,
}

/// The sample, and what was sent to it last.
pub struct RuntimeDemo {
    sample: Box<dyn Sample>,
    exchanges: Mutex<VecDeque<Exchange>>,
}

impl RuntimeDemo {
    /// Nothing was sent yet.
    pub fn new(sample: Box<dyn Sample>) -> Self {
        Self {
            sample,
            exchanges: Mutex::default(),
        }
    }

    pub(crate) fn sample(&self) -> &dyn Sample {
        self.sample.as_ref()
    }

    /// Sends a request and remembers the answer.
    pub(crate) async fn send(&self, unit: &UnitName, asked: Asked) -> Exchange {
        let exchange = Exchange {
            shown: self.sample.shown(unit, asked),
            answered: self.sample.send(unit, asked).await,
        };
        let mut exchanges = self.locked();
        exchanges.truncate(REMEMBERED - 1);
        exchanges.push_front(exchange.clone());
        exchange
    }

    /// The latest first.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.locked().iter().cloned().collect()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, VecDeque<Exchange>> {
        // Nothing panics while it is held.
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
