//! Leases, attempts, and how a delivery ends.

use std::sync::Arc;
use std::time::Duration;

use utc_app::{Console, DeliveryView, Settled, WebhookChange, WebhookView};
use utc_domain::{DeliveryState, NoticeId, Rule};

use super::{LEASE, MovedClock, listener, settle, take};
use crate::approvals::stage::{Database, check_conflict, postgres, sqlite};
use crate::support::{actor, switch};

/// A console with one webhook and `count` notices to it.
struct Outbox {
    console: Console,
    webhook: WebhookView,
    clock: Arc<MovedClock>,
    _database: Database,
}

impl Outbox {
    fn new(count: usize) -> Self {
        let database = sqlite();
        let clock = Arc::new(MovedClock::default());
        let mut options = database.options();
        options.clock = Arc::clone(&clock) as _;
        let console = Console::with(options).unwrap();
        let webhook = listener(&console);
        let outbox = Self {
            console,
            webhook,
            clock,
            _database: database,
        };
        outbox.tell(count);
        outbox
    }

    fn tell(&self, count: usize) {
        for number in 0..count {
            let change = switch(Rule::ReadOnlyForRisky, number % 2 == 0);
            self.console.set_rule(change).wait().unwrap();
        }
    }

    #[track_caller]
    fn all(&self) -> Vec<DeliveryView> {
        let page = self.console.deliveries(self.webhook.id, None, None, 200);
        page.unwrap().items
    }

    #[track_caller]
    fn only(&self) -> DeliveryView {
        let mut all = self.all();
        assert_eq!(all.len(), 1);
        all.pop().unwrap()
    }

    fn due(&self) -> bool {
        self.console.notices_are_due().unwrap()
    }
}

fn dead(error: &str) -> Settled {
    Settled::Dead {
        error: error.to_owned(),
    }
}

#[test]
fn what_one_server_sends_no_other_takes_until_its_lease_is_over() {
    let outbox = Outbox::new(1);
    let first = take(&outbox.console, "one");
    assert_eq!(first.len(), 1);
    assert!(take(&outbox.console, "other").is_empty() && !outbox.due());
    outbox.clock.move_on(LEASE);
    // The first one died, or so it seems: the other sends the same notice under the same id.
    let second = take(&outbox.console, "other");
    let (first, second) = (first.first().unwrap(), second.first().unwrap());
    assert_eq!((first.id, &first.body), (second.id, &second.body));
    assert_eq!((first.attempt, second.attempt), (1, 2));
    settle(&outbox.console, "one", first, dead("late"));
    assert_eq!(outbox.only().state, DeliveryState::Pending);
    // That it arrived is so, whoever sent it.
    settle(&outbox.console, "one", first, Settled::Delivered);
    assert_eq!(outbox.only().state, DeliveryState::Delivered);
    settle(&outbox.console, "other", second, dead("too late"));
    let delivery = outbox.only();
    assert_eq!(delivery.state, DeliveryState::Delivered);
    assert_eq!(delivery.last_error, None);
}

#[test]
fn two_servers_share_an_outbox() {
    let database = postgres();
    let (one, other) = (database.open(), database.open());
    listener(&one);
    for number in 0..4 {
        let change = switch(Rule::ReadOnlyForRisky, number % 2 == 0);
        one.set_rule(change).wait().unwrap();
    }
    let taken = std::thread::scope(|scope| {
        let here = scope.spawn(|| take(&one, "one"));
        let there = scope.spawn(|| take(&other, "other"));
        [here.join().unwrap(), there.join().unwrap()]
    });
    let mut ids: Vec<NoticeId> = taken.iter().flatten().map(|parcel| parcel.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    assert_eq!(taken.iter().map(Vec::len).sum::<usize>(), 4);
}

#[test]
fn four_at_a_time_are_on_their_way_to_one_receiver() {
    let outbox = Outbox::new(6);
    let first = take(&outbox.console, "one");
    assert_eq!(first.len(), 4);
    assert!(!outbox.due() && take(&outbox.console, "other").is_empty());
    settle(
        &outbox.console,
        "one",
        first.first().unwrap(),
        Settled::Delivered,
    );
    assert_eq!(take(&outbox.console, "other").len(), 1);
}

#[test]
fn what_failed_waits_and_is_tried_again() {
    let outbox = Outbox::new(1);
    let again = Settled::Again {
        error: "answered 500".to_owned(),
        after: Duration::from_secs(30),
    };
    let parcel = take(&outbox.console, "one").pop().unwrap();
    settle(&outbox.console, "one", &parcel, again);
    assert!(!outbox.due());
    let delivery = outbox.only();
    assert_eq!(delivery.last_error.as_deref(), Some("answered 500"));
    assert_eq!(
        (delivery.state, delivery.attempts),
        (DeliveryState::Pending, 1)
    );
    outbox.clock.move_on(Duration::from_secs(30));
    let parcel = take(&outbox.console, "one").pop().unwrap();
    assert_eq!(parcel.attempt, 2);
    settle(&outbox.console, "one", &parcel, Settled::Delivered);
    assert_eq!(outbox.console.pending_notices().unwrap(), 0);
}

#[test]
fn what_was_given_up_is_listed_and_sent_again_when_a_person_says_so() {
    let outbox = Outbox::new(1);
    let console = &outbox.console;
    let parcel = take(console, "one").pop().unwrap();
    let waits = console.redeliver(outbox.webhook.id, parcel.id).wait();
    check_conflict(waits, "delivery_pending");
    settle(console, "one", &parcel, dead(&"x".repeat(10_000)));
    let delivery = outbox.only();
    assert_eq!(delivery.state, DeliveryState::Dead);
    assert_eq!(delivery.last_error.unwrap().len(), 500);
    let state = Some(DeliveryState::Dead);
    let page = console.deliveries(outbox.webhook.id, state, None, 1);
    assert_eq!(page.unwrap().next, None);
    let delivery = console.redeliver(outbox.webhook.id, parcel.id).wait();
    assert_eq!(delivery.unwrap().attempts, 0);
    let again = take(console, "one").pop().unwrap();
    assert_eq!((again.id, again.attempt), (parcel.id, 1));
}

#[test]
fn a_receiver_that_is_gone_is_switched_off_with_a_receipt() {
    let outbox = Outbox::new(3);
    let console = &outbox.console;
    let parcels = take(console, "one");
    let gone = Settled::Gone {
        error: "answered 410".to_owned(),
    };
    let size = console.head().unwrap().unwrap().size;
    settle(console, "one", parcels.first().unwrap(), gone.clone());
    assert_eq!(console.head().unwrap().unwrap().size, size + 1);
    // The second one says the same; nothing more is to be said.
    settle(console, "one", parcels.get(1).unwrap(), gone);
    assert_eq!(console.head().unwrap().unwrap().size, size + 1);
    let webhook = console.webhook(outbox.webhook.id).unwrap();
    assert!(!webhook.enabled);
    let receipt = console
        .receipt(
            &crate::support::local(),
            webhook.receipt_id.parse().unwrap(),
        )
        .unwrap();
    let claims = console.verify(receipt.receipt.as_bytes()).unwrap();
    let claims = claims.payload.unwrap();
    assert_eq!(claims["code"], "webhook_gone");
    assert_eq!(claims["sub"], "system:webhooks");
    assert!(
        outbox
            .all()
            .iter()
            .all(|one| one.state == DeliveryState::Dead)
    );
    let off = console.redeliver(outbox.webhook.id, parcels.first().unwrap().id);
    check_conflict(off.wait(), "webhook_off");
    outbox.tell(2);
    assert_eq!(outbox.all().len(), 3);
    let on = WebhookChange {
        enabled: Some(true),
        ..WebhookChange::default()
    };
    let ticket = console.change_webhook(actor(), outbox.webhook.id, on);
    ticket.wait().unwrap();
    outbox.tell(1);
    assert_eq!(outbox.all().len(), 4);
}

#[test]
fn switching_off_gives_up_what_waits_and_deleting_forgets_it() {
    let outbox = Outbox::new(2);
    let console = &outbox.console;
    let off = WebhookChange {
        enabled: Some(false),
        ..WebhookChange::default()
    };
    let ticket = console.change_webhook(actor(), outbox.webhook.id, off);
    ticket.wait().unwrap();
    let errors: Vec<_> = outbox.all().into_iter().map(|one| one.last_error).collect();
    let why = Some("the webhook was switched off".to_owned());
    assert_eq!(errors, [why.clone(), why]);
    let ticket = console.delete_webhook(actor(), outbox.webhook.id);
    ticket.wait().unwrap();
    assert!(
        console
            .deliveries(outbox.webhook.id, None, None, 1)
            .is_err()
    );
}

#[test]
fn a_notice_that_cannot_be_signed_is_given_up_and_holds_no_other_up() {
    let database = sqlite();
    let webhook = {
        let console = database.open();
        let webhook = listener(&console);
        let change = switch(Rule::ReadOnlyForRisky, true);
        console.set_rule(change).wait().unwrap();
        webhook
    };
    // The data key is lost; a new one is made.
    let key = database.options().data_dir.join("data.key");
    std::fs::remove_file(key).unwrap();
    let console = database.open();
    assert!(take(&console, "one").is_empty());
    let page = console.deliveries(webhook.id, None, None, 1).unwrap();
    let error = page.items.first().unwrap().last_error.clone();
    assert!(error.unwrap().contains("give it a new one"));
}
