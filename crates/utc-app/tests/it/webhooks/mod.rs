//! Notices: what is told to whom, and what becomes of it.

mod managing;
mod outgoing;
mod telling;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::Value;
use utc_app::{Console, NewWebhook, Parcel, SavedWebhook, Settled, SystemClock, WebhookView};
use utc_domain::{Clock, NoticeFormat, NoticeKinds, Scope, Timestamp};

use crate::support::actor;

const LEASE: Duration = Duration::from_mins(1);

fn new_webhook(name: &str) -> NewWebhook {
    NewWebhook {
        name: name.parse().unwrap(),
        url: "https://hooks.example/T0/secret-path".parse().unwrap(),
        format: NoticeFormat::Standard,
        events: NoticeKinds::all(),
        units: Scope::All,
    }
}

#[track_caller]
fn create(console: &Console, new: NewWebhook) -> SavedWebhook {
    console.create_webhook(actor(), new).wait().unwrap()
}

/// One that hears of everything.
#[track_caller]
pub(crate) fn listener(console: &Console) -> WebhookView {
    create(console, new_webhook("listener")).view
}

#[track_caller]
fn take(console: &Console, owner: &str) -> Vec<Parcel> {
    console.take_notices(owner, LEASE).unwrap()
}

#[track_caller]
fn settle(console: &Console, owner: &str, parcel: &Parcel, settled: Settled) {
    let ticket = console.settle_notice(owner, parcel.id, settled);
    ticket.wait().unwrap();
}

/// Everything that waits, in the order in which it was told.
#[track_caller]
pub(crate) fn told(console: &Console) -> Vec<Value> {
    let mut parcels = Vec::new();
    loop {
        let some = take(console, "told");
        if some.is_empty() {
            break;
        }
        for parcel in &some {
            settle(console, "told", parcel, Settled::Delivered);
        }
        parcels.extend(some);
    }
    parcels.sort_by_key(|parcel| parcel.id);
    parcels
        .iter()
        .map(|parcel| serde_json::from_str(&parcel.body).unwrap())
        .collect()
}

#[track_caller]
pub(crate) fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter()
        .map(|body| body.get("type").and_then(Value::as_str).unwrap())
        .collect()
}

/// The system's clock, which can be moved on.
#[derive(Default)]
struct MovedClock(AtomicI64);

impl MovedClock {
    fn move_on(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_micros(self.0.load(Ordering::SeqCst))
    }
}
