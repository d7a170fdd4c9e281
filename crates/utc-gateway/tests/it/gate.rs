//! A gate that decides as it is told and remembers what it was asked.

use std::sync::{Arc, Mutex};

use utc_app::gateway::Execution;
use utc_app::{Access, MethodOverride, Who};
use utc_domain::{ReceiptId, UnitName};
use utc_gateway::port::{Answering, Caller, Gate, Question, Refused, Route, Ruling, Verdict};
use uuid::Uuid;

/// The token that is accepted.
pub(crate) const TOKEN: &str = "utc_id_secret";

type Decide = dyn Fn(&Question) -> Result<Ruling, Refused> + Send + Sync;

/// Knows one token, one unit and its alias.
#[derive(Clone)]
pub(crate) struct FakeGate(Arc<Inner>);

struct Inner {
    upstream: String,
    decide: Box<Decide>,
    asked: Mutex<Vec<Question>>,
    subjects: Mutex<Vec<Option<String>>>,
    executed: Mutex<Vec<Execution>>,
}

pub(crate) const RECEIPT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

impl FakeGate {
    pub(crate) fn new(
        upstream: &str,
        decide: impl Fn(&Question) -> Result<Ruling, Refused> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            upstream: upstream.to_owned(),
            decide: Box::new(decide),
            asked: Mutex::default(),
            subjects: Mutex::default(),
            executed: Mutex::default(),
        }))
    }

    pub(crate) fn asked(&self) -> Vec<Question> {
        self.0.asked.lock().unwrap().clone()
    }

    pub(crate) fn subjects(&self) -> Vec<Option<String>> {
        self.0.subjects.lock().unwrap().clone()
    }

    pub(crate) fn executed(&self) -> Vec<Execution> {
        self.0.executed.lock().unwrap().clone()
    }
}

impl Gate for FakeGate {
    fn admit<'a>(
        &'a self,
        token: &'a str,
        subject: Option<&'a str>,
    ) -> Answering<'a, Result<Arc<dyn Caller>, Refused>> {
        let answer: Result<Arc<dyn Caller>, Refused> = match (token, subject) {
            (TOKEN, Some("user:alice")) => Err(Refused::Forbidden(
                "this caller may not speak for `user:alice`".into(),
            )),
            (TOKEN, subject) => {
                self.0
                    .subjects
                    .lock()
                    .unwrap()
                    .push(subject.map(str::to_owned));
                Ok(Arc::new(self.clone()))
            }
            _ => Err(Refused::Unauthenticated),
        };
        Box::pin(async move { answer })
    }
}

impl Caller for FakeGate {
    fn who(&self) -> Who {
        Who::Local
    }

    fn unit(&self, name: &UnitName) -> Result<Route, Refused> {
        if !["payments-api", "route:/payments"].contains(&name.as_str()) {
            return Err(Refused::NoUnit(name.clone()));
        }
        let one = |method: &str, path: &str, access| MethodOverride {
            method: method.to_owned(),
            path: path.to_owned(),
            access,
        };
        Ok(Route {
            unit: "payments-api".parse().unwrap(),
            upstream: self.0.upstream.parse().unwrap(),
            methods: vec![
                one("POST", "/search", Access::Read),
                one("GET", "/export", Access::Write),
            ],
            config_version: 7,
        })
    }

    fn decide(&self, question: Question) -> Answering<'_, Result<Verdict, Refused>> {
        let ruling = (self.0.decide)(&question);
        self.0.asked.lock().unwrap().push(question);
        let receipt = ReceiptId::new(Uuid::parse_str(RECEIPT).unwrap());
        Box::pin(async move { ruling.map(|ruling| Verdict { receipt, ruling }) })
    }

    fn executed(&self, execution: Execution) {
        self.0.executed.lock().unwrap().push(execution);
    }
}
