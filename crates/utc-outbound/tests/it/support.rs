//! Requests, clients and resolvers for the tests.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, Method};
use utc_outbound::{
    Body, Connection, Outbound, OutboundError, OutboundPolicy, Refusal, Request, Resolve,
    Resolving, Response, Timeouts,
};

/// Long enough for a busy machine; no test waits for them.
pub(crate) fn patient() -> Timeouts {
    Timeouts {
        connect: Duration::from_mins(1),
        first_byte: Duration::from_mins(1),
        idle: Duration::from_mins(1),
        keep_alive: Duration::from_mins(1),
    }
}

pub(crate) fn development() -> OutboundPolicy {
    OutboundPolicy::default().allowing_loopback()
}

pub(crate) fn client(policy: OutboundPolicy) -> Outbound {
    Outbound::new(policy, patient()).unwrap()
}

pub(crate) fn get(url: &str) -> Request {
    Request {
        method: Method::GET,
        target: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Body::empty(),
        connection: Connection::Shared,
    }
}

pub(crate) fn post(url: &str, body: Body) -> Request {
    Request {
        method: Method::POST,
        body,
        ..get(url)
    }
}

pub(crate) async fn text(response: Response) -> String {
    String::from_utf8(response.bytes(1_000).await.unwrap().to_vec()).unwrap()
}

pub(crate) fn refusal(result: Result<Response, OutboundError>) -> Refusal {
    match result {
        Err(OutboundError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// Answers each question with the next of the answers it was given, and then with the last one for ever.
pub(crate) struct Fake(Mutex<(VecDeque<Vec<IpAddr>>, usize)>);

impl Fake {
    pub(crate) fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let read = |answer: &&[&str]| answer.iter().map(|a| a.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new((answers.iter().map(read).collect(), 0))))
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.0.lock().unwrap().1
    }

    pub(crate) fn client(self: &Arc<Self>, policy: OutboundPolicy) -> Outbound {
        Outbound::with_resolver(policy, patient(), self.clone()).unwrap()
    }
}

impl Resolve for Fake {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        let mut state = self.0.lock().unwrap();
        state.1 += 1;
        let answer = if state.0.len() > 1 {
            state.0.pop_front()
        } else {
            state.0.front().cloned()
        };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}
