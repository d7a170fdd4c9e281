//! At least once, under one id, by one server at a time.

use std::sync::Arc;
use std::time::Duration;

use utc_app::Settled;
use utc_domain::{DeliveryState, NoticeFormat};

use crate::receiver::{Receiver, head};
use crate::stage::{Stage, courier};

/// More than any step but the long ones, jitter included.
const FIVE_MINUTES: Duration = Duration::from_mins(5);

#[test]
fn what_fails_is_sent_again_as_the_schedule_says_until_it_arrives() {
    let stage = Stage::sqlite();
    let receiver = Receiver::with(|number| head(if number < 3 { 503 } else { 200 }, ""));
    let id = stage.standard(&receiver.url());
    let _sender = stage.send(courier());
    stage.tell();
    let failed = stage.wait_for(id, DeliveryState::Pending, 1);
    assert_eq!(failed.last_error.as_deref(), Some("answered 503"));
    let wait = failed.next_at.unwrap().micros_since(failed.created_at);
    assert!((4_000_000..60_000_000).contains(&wait), "{wait}");
    stage.clock.move_on(FIVE_MINUTES);
    stage.wait_for(id, DeliveryState::Pending, 2);
    stage.clock.move_on(FIVE_MINUTES);
    let delivered = stage.wait_for(id, DeliveryState::Delivered, 3);
    assert_eq!(delivered.last_error, None);
    let requests = receiver.requests();
    let ids: Vec<&str> = requests
        .iter()
        .map(|one| one.header("webhook-id"))
        .collect();
    let id = delivered.id.to_string();
    assert_eq!(ids, [id.as_str(); 3]);
    // Each attempt says when it was made, and is signed for that.
    let times: Vec<i64> = requests
        .iter()
        .map(|one| one.header("webhook-timestamp").parse().unwrap())
        .collect();
    assert!(
        times
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if b - a >= 300)),
        "{times:?}"
    );
    let bodies: Vec<&String> = requests.iter().map(|one| &one.body).collect();
    assert!(bodies.windows(2).all(|pair| pair.first() == pair.last()));
    let heard = stage.heard.all();
    assert!(matches!(
        heard.as_slice(),
        [
            Settled::Again { .. },
            Settled::Again { .. },
            Settled::Delivered
        ]
    ));
}

#[test]
fn what_never_arrives_is_given_up_after_nine_attempts_and_can_be_sent_again() {
    let stage = Stage::sqlite();
    let receiver = Receiver::with(|number| {
        let answer = "HTTP/1.1 500 Oh\r\ncontent-length: 9\r\n\r\nno\x1b[1m\nway";
        if number <= 9 {
            answer.to_owned()
        } else {
            head(200, "")
        }
    });
    let id = stage.standard(&receiver.url());
    let _sender = stage.send(courier());
    stage.tell();
    for attempt in 1..9 {
        stage.wait_for(id, DeliveryState::Pending, attempt);
        stage.clock.move_on(Duration::from_hours(8));
    }
    let dead = stage.wait_for(id, DeliveryState::Dead, 9);
    assert_eq!(dead.last_error.as_deref(), Some("answered 500: no [1m wa"));
    stage.console.redeliver(id, dead.id).wait().unwrap();
    stage.wait_for(id, DeliveryState::Delivered, 1);
    let ids = receiver.requests();
    assert!(
        ids.iter()
            .all(|one| one.header("webhook-id") == dead.id.to_string())
    );
}

#[test]
fn after_a_crash_between_sending_and_writing_down_it_comes_again_under_the_same_id() {
    let stage = Stage::sqlite();
    let receiver = Receiver::answering(200);
    let id = stage.standard(&receiver.url());
    stage.tell();
    // Another server sends it and dies before it can say so.
    let lease = Duration::from_mins(1);
    let taken = stage.console.take_notices("dead", lease).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let parcel = taken.first().unwrap();
    let now = stage.console.options().clock.now();
    let report = runtime.block_on(courier().deliver(parcel, now));
    assert!(report.is_taken(), "{report:?}");
    let _sender = stage.send(courier());
    stage.clock.move_on(lease);
    stage.wait_for(id, DeliveryState::Delivered, 2);
    let requests = receiver.requests();
    let ids: Vec<&str> = requests
        .iter()
        .map(|one| one.header("webhook-id"))
        .collect();
    assert_eq!(ids, [parcel.id.to_string(), parcel.id.to_string()]);
}

#[test]
fn two_servers_send_each_notice_once() {
    let stage = Stage::postgres();
    let receiver = Receiver::answering(200);
    let id = stage.standard(&receiver.url());
    let other = stage.beside();
    let senders = [stage.send(courier()), stage.send_from(&other, courier())];
    for _ in 0..20 {
        stage.tell();
    }
    receiver.wait_for(20);
    drop(senders);
    let mut ids: Vec<String> = receiver
        .requests()
        .iter()
        .map(|one| one.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids.len(), 20);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
    let deliveries = stage.deliveries(id);
    assert!(
        deliveries
            .iter()
            .all(|one| one.state == DeliveryState::Delivered)
    );
}

#[test]
fn a_receiver_that_hangs_holds_up_itself_only() {
    let stage = Stage::sqlite();
    let hanging = Receiver::with(|_| {
        std::thread::park();
        String::new()
    });
    let quick = Receiver::answering(200);
    stage.standard(&hanging.url());
    let id = stage.standard(&quick.url());
    for _ in 0..6 {
        stage.tell();
    }
    // Forgotten and not dropped: its attempts would be waited for.
    std::mem::forget(stage.send(courier()));
    quick.wait_for(6);
    assert_eq!(hanging.requests().len(), 4);
    assert_eq!(stage.deliveries(id).len(), 6);
}

#[test]
fn a_receiver_that_says_it_is_gone_is_not_called_again() {
    let stage = Stage::sqlite();
    let receiver = Receiver::answering(410);
    let id = stage.standard(&receiver.url());
    let _sender = stage.send(courier());
    stage.tell();
    let dead = stage.wait_for(id, DeliveryState::Dead, 1);
    assert_eq!(dead.last_error.as_deref(), Some("answered 410"));
    assert!(!stage.console.webhook(id).unwrap().enabled);
    stage.tell();
    assert_eq!(stage.deliveries(id).len(), 1);
}

#[test]
fn stopping_waits_for_what_is_under_way_and_writes_it_down() {
    let stage = Stage::sqlite();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = Arc::new(std::sync::Mutex::new(wait));
    let receiver = Receiver::with(move |_| {
        let _ = wait.lock().unwrap().recv();
        head(200, "")
    });
    let (id, _) = stage.webhook(&receiver.url(), NoticeFormat::Standard);
    let sender = stage.send(courier());
    stage.tell();
    // It has been read when it is noted, before the answer is made.
    while receiver.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let stopping = std::thread::spawn(move || drop(sender));
    drop(go);
    stopping.join().unwrap();
    assert_eq!(stage.wait_for(id, DeliveryState::Delivered, 1).attempts, 1);
}
