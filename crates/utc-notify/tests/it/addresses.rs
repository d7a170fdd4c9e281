//! Where notices are not sent, whatever somebody set and whatever a name turns into.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use utc_domain::DeliveryState;
use utc_notify::{Courier, Report};
use utc_outbound::{OutboundPolicy, Resolve, Resolving};

use crate::receiver::{Receiver, head};
use crate::stage::{Stage, courier, strict};

/// The reason stands in the delivery that was given up, and in the answer to a test.
#[track_caller]
fn check_refused(courier: &Courier, url: &str, reason: &str) {
    let stage = Stage::sqlite();
    let id = stage.standard(url);
    let _sender = stage.send(courier.clone());
    stage.tell();
    let dead = stage.wait_for(id, DeliveryState::Dead, 1);
    let error = dead.last_error.unwrap();
    assert!(error.contains(reason), "{error}");
    match test(&stage, courier, url) {
        Report::Refused { error } => assert!(error.contains(reason), "{error}"),
        other => panic!("{other:?}"),
    }
}

fn test(stage: &Stage, courier: &Courier, url: &str) -> Report {
    let webhooks = stage.console.webhooks().unwrap();
    let webhook = webhooks.iter().find(|one| one.url.as_str() == url);
    let parcel = stage.test_parcel(webhook.unwrap().id);
    let now = stage.console.options().clock.now();
    block_on(courier.deliver(&parcel, now))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

#[test]
fn private_networks_are_refused_unless_they_are_listed() {
    let reason = "`UTC_OUTBOUND_ALLOW` does not list it";
    for url in [
        "http://10.0.0.7/hook",
        "http://192.168.1.1/hook",
        "http://[fd12::1]/hook",
        "http://[::ffff:10.0.0.7]/hook",
    ] {
        check_refused(&courier(), url, reason);
    }
}

#[test]
fn this_machine_is_refused_in_production_however_it_is_written() {
    let receiver = Receiver::answering(200);
    let port = receiver.address.port();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"] {
        let url = format!("http://{host}:{port}/hook");
        check_refused(&strict(), &url, "(loopback)");
    }
    assert!(receiver.requests().is_empty());
}

#[test]
fn the_metadata_of_a_cloud_is_never_called() {
    let policy = OutboundPolicy::default()
        .allowing_loopback()
        .allowing(["169.254.0.0/16".parse().unwrap()]);
    let courier = Courier::new(policy).unwrap();
    let url = "http://169.254.169.254/latest/meta-data/";
    check_refused(&courier, url, "such addresses are never called");
}

#[test]
fn this_servers_own_listeners_are_never_called() {
    let receiver = Receiver::answering(200);
    let policy = OutboundPolicy::default()
        .allowing_loopback()
        .refusing_own([receiver.address]);
    let courier = Courier::new(policy).unwrap();
    check_refused(&courier, &receiver.url(), "this server itself listens");
    assert!(receiver.requests().is_empty());
}

/// Says something else each time it is asked, and the last thing for ever.
struct Rebinding(Mutex<VecDeque<IpAddr>>);

impl Resolve for Rebinding {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        let mut answers = self.0.lock().unwrap();
        let first = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().copied()
        };
        Box::pin(async move { Ok(first.into_iter().collect()) })
    }
}

#[test]
fn a_name_that_was_public_when_it_was_set_and_is_private_now_is_refused() {
    let answers = ["93.184.215.14", "10.0.0.7"].map(|text| text.parse().unwrap());
    let resolver = Arc::new(Rebinding(Mutex::new(answers.into())));
    let courier = Courier::with_resolver(OutboundPolicy::default(), resolver).unwrap();
    let url = "http://rebinding.example/hook";
    // Who sets it hears no objection: the name is public at that moment.
    assert_eq!(block_on(courier.objection(&url.parse().unwrap())), None);
    check_refused(
        &courier,
        url,
        "`10.0.0.7` is an address of a private network",
    );
}

#[test]
fn whoever_sets_a_url_that_is_refused_hears_it_at_once() {
    let objection = |url: &str| block_on(strict().objection(&url.parse().unwrap()));
    let private = objection("https://192.168.1.1/hook").unwrap();
    assert!(private.contains("private network"), "{private}");
    let fragment = objection("https://hooks.example/a#b").unwrap();
    assert!(fragment.contains("fragment"), "{fragment}");
    // What cannot be resolved now may be tomorrow.
    assert_eq!(objection("https://no-such-name.invalid/"), None);
}

#[test]
fn a_redirect_is_a_failure_and_is_not_followed() {
    let inner = Receiver::answering(200);
    let location = format!("location: {}\r\n", inner.url());
    let outer = Receiver::with(move |_| head(307, &location));
    let stage = Stage::sqlite();
    let id = stage.standard(&outer.url());
    let _sender = stage.send(courier());
    stage.tell();
    let failed = stage.wait_for(id, DeliveryState::Pending, 1);
    assert_eq!(failed.last_error.as_deref(), Some("answered 307"));
    assert!(inner.requests().is_empty());
}
