//! Many clients at once, who remember what they were told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use utc_test_support::{Answer, Client};

use crate::calls::{APPROVAL, DECIDE, question};
use crate::chain::Acknowledged;

/// Connections that ask at the same time.
pub(crate) const CONNECTIONS: usize = 32;

/// A load that goes on until it is told to stop, or its server has gone.
#[derive(Debug, Default)]
pub(crate) struct Load {
    stop: AtomicBool,
    count: AtomicUsize,
    acknowledged: Mutex<Vec<Acknowledged>>,
    refused: Mutex<Vec<Answer>>,
}

impl Load {
    /// Runs `body` while many connections ask for decisions on several units, one switches a rule, and one reports
    /// load. All of them end with the server, or when `body` is done.
    pub(crate) fn beside<T>(&self, client: &Client, body: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            for number in 0..CONNECTIONS {
                scope.spawn(move || self.decide(&client.fresh(), number));
            }
            scope.spawn(|| self.switch(&client.fresh()));
            scope.spawn(|| self.report(&client.fresh()));
            let result = body();
            self.stop.store(true, Ordering::Relaxed);
            result
        })
    }

    /// Waits until this many answers have come.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) {
        let wanted = self.count.load(Ordering::Relaxed) + count;
        wait_until("answers under load", || {
            self.count.load(Ordering::Relaxed) >= wanted
        });
    }

    /// What was acknowledged.
    pub(crate) fn acknowledged(self) -> Vec<Acknowledged> {
        let all = self.acknowledged.into_inner().unwrap();
        assert!(!all.is_empty(), "a load without an answer shows nothing");
        all
    }

    /// The answers that were no receipts.
    pub(crate) fn refused(&self) -> Vec<Answer> {
        self.refused.lock().unwrap().clone()
    }

    fn decide(&self, client: &Client, number: usize) {
        let mut turn = number;
        while self.goes_on() {
            turn += 1;
            let action = if turn.is_multiple_of(3) {
                "read:order"
            } else {
                "write:order"
            };
            let body = question(action, &format!("unit-{}", turn % 5));
            if !self.remember(client.try_json("POST", DECIDE, Some(&body)).ok()) {
                return;
            }
        }
    }

    fn switch(&self, client: &Client) {
        let mut on = false;
        while self.goes_on() {
            on = !on;
            if !self.remember(switched(client, on)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn report(&self, client: &Client) {
        let mut turn = 0;
        while self.goes_on() {
            turn += 1;
            let body = json!({"arrival_rate": f64::from(turn % 12 * 10), "service_rate": 100.0});
            let path = format!("/api/v1/units/unit-{}/observations", turn % 5);
            if !self.remember(client.try_json("POST", &path, Some(&body)).ok()) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// Keeps what was said. False when no answer came: the server has gone.
    fn remember(&self, answer: Option<Answer>) -> bool {
        let Some(answer) = answer else { return false };
        self.count.fetch_add(1, Ordering::Relaxed);
        if answer.status == 200 {
            self.acknowledged
                .lock()
                .unwrap()
                .extend(receipts(&answer.json()));
        } else {
            self.refused.lock().unwrap().push(answer);
            thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

fn switched(client: &Client, enabled: bool) -> Option<Answer> {
    let body = json!({"enabled": enabled, "reason": "a test"});
    client
        .try_json("PUT", &format!("/api/v1/rules/{APPROVAL}"), Some(&body))
        .ok()
}

/// The receipts that an answer names.
pub(crate) fn receipts(answer: &Value) -> Vec<Acknowledged> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let own = text(&answer["receipt_id"]).map(|id| Acknowledged {
        id,
        jws: text(&answer["receipt"]),
    });
    let more = answer["receipts"].as_array().into_iter().flatten();
    let more = more
        .filter_map(text)
        .map(|id| Acknowledged { id, jws: None });
    own.into_iter().chain(more).collect()
}

/// Waits for something that must come; the bound only keeps a failure from hanging.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "did not come: {what}"
        );
        thread::sleep(Duration::from_millis(10));
    }
}
