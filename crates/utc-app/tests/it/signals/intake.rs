//! What is taken, and what only once.

use serde_json::json;
use utc_app::AppError;
use utc_app::signals::{EventQuery, NotTaken};
use utc_tdx::Standing;

use super::{Signals, event, options, send, token};
use crate::approvals::stage::{postgres, sqlite};
use crate::support::local;

fn all(signals: &Signals) -> Vec<utc_app::signals::EventView> {
    let page = signals
        .console
        .events(&local(), &EventQuery::default(), None, 1_000);
    page.unwrap().items
}

#[test]
fn an_event_sent_a_thousand_times_has_one_effect() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("siem", Standing::Registered);
        let event = event("siem", "high", signals.console.options().clock.now());
        let first = signals.send(&event).unwrap();
        assert_eq!((first.accepted, first.repeated), (1, 0));
        signals.console.score_waiting().unwrap();
        let score = signals.score();
        let again: Vec<_> = std::iter::repeat_n(event.clone(), 500).collect();
        for _ in 0..2 {
            let taken = signals.send(&json!(again)).unwrap();
            assert_eq!((taken.accepted, taken.repeated), (0, 500));
        }
        signals.console.score_waiting().unwrap();
        assert!((signals.score() - score).abs() < 1e-9);
        assert_eq!(all(&signals).len(), 1);
        let source = signals.console.source(&"siem".parse().unwrap()).unwrap();
        assert_eq!((source.events, source.repeats), (1, 1_000));
    }
}

#[test]
fn what_was_stored_before_the_process_ended_is_scored_by_the_next_one() {
    let database = sqlite();
    let options = options(&database);
    let signals = Signals::with(database, options.clone());
    signals.source("siem", Standing::Authoritative);
    let event = event("siem", "critical", signals.console.options().clock.now());
    signals.send(&event).unwrap();
    // Nobody has scored it, and whoever sent it never heard of it.
    let Signals {
        console,
        sender,
        database,
    } = signals;
    drop(console);
    let console = utc_app::Console::with(options).unwrap();
    let again = send(&console, &sender, &event).unwrap();
    assert_eq!((again.accepted, again.repeated), (0, 1));
    console.score_waiting().unwrap();
    let signals = Signals {
        console,
        sender,
        database,
    };
    assert!(signals.is_flagged());
    assert_eq!(all(&signals).len(), 1);
}

#[test]
fn a_source_that_appears_is_unreviewed_and_a_token_speaks_for_its_own_only() {
    let signals = Signals::new(sqlite());
    let now = signals.console.options().clock.now();
    let narrow = token(&signals.console, "narrow", &["scanner:*"]);
    let taken = send(&signals.console, &narrow, &event("scanner:eu", "low", now)).unwrap();
    assert_eq!(taken.accepted, 1);
    let view = signals
        .console
        .source(&"scanner:eu".parse().unwrap())
        .unwrap();
    assert_eq!(view.standing, Standing::Appeared);
    assert_eq!(view.receipt_id, None);
    assert!((view.trust.get() - 0.6).abs() < 1e-9);
    let both = json!([event("scanner:us", "low", now), event("siem", "low", now)]);
    let refused = send(&signals.console, &narrow, &both).unwrap_err();
    assert!(matches!(refused, NotTaken::Refused(_)), "{refused}");
    assert_eq!(all(&signals).len(), 1, "nothing of it is half-stored");
    // Without patterns a token speaks for no source.
    let unnamed = token(&signals.console, "unnamed", &[]);
    let refused = send(&signals.console, &unnamed, &event("siem", "low", now)).unwrap_err();
    assert!(refused.to_string().contains("may not speak"), "{refused}");
}

#[test]
fn a_source_may_send_its_quota_and_no_more() {
    let database = sqlite();
    let mut options = options(&database);
    options.signals.daily_quota_appeared = 3;
    let signals = Signals::with(database, options);
    let now = signals.console.options().clock.now();
    let some = |from: u32, to: u32| {
        let all = (from..to).map(|number| {
            let mut event = event("noisy", "low", now);
            event["summary"] = json!(format!("alarm {number}"));
            event
        });
        json!(all.collect::<Vec<_>>())
    };
    assert_eq!(signals.send(&some(0, 3)).unwrap().accepted, 3);
    let refused = signals.send(&some(2, 5)).unwrap_err();
    assert!(
        matches!(&refused, NotTaken::Quota(why) if why.contains("3 events a day")),
        "{refused}"
    );
    assert_eq!(all(&signals).len(), 3);
    // What came before is answered as before.
    assert_eq!(signals.send(&some(0, 3)).unwrap().repeated, 3);
}

#[test]
fn what_matches_nothing_is_kept_and_matches_once_a_unit_is_called_so() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("siem", Standing::Authoritative);
        let mut event = event("siem", "critical", signals.console.options().clock.now());
        event["entities"] = json!(["pay-legacy"]);
        signals.send(&event).unwrap();
        let query = EventQuery {
            unmatched: true,
            ..EventQuery::default()
        };
        let found = || {
            let page = signals.console.events(&local(), &query, None, 10);
            page.unwrap().items.len()
        };
        assert_eq!(found(), 1);
        signals.run();
        assert_eq!(found(), 1);
        super::configure(&signals.console, super::UNIT, |config| {
            config.aliases.insert("pay-legacy".parse().unwrap());
        });
        signals.run();
        assert_eq!(found(), 0);
        assert!(signals.is_flagged());
    }
}

#[test]
fn a_revoked_token_sends_nothing_more() {
    let signals = Signals::new(sqlite());
    let utc_app::Who::Token(id, _) = signals.sender.who() else {
        panic!("a token");
    };
    let revoked = signals
        .console
        .revoke_token(crate::support::actor(), id)
        .wait();
    revoked.unwrap();
    let event = event("siem", "low", signals.console.options().clock.now());
    let refused = signals.send(&event).unwrap_err();
    assert!(
        matches!(refused, NotTaken::App(AppError::Unauthenticated)),
        "{refused}"
    );
}

#[test]
fn ids_that_come_again_with_other_content_count_against_the_quota() {
    let database = sqlite();
    let mut options = options(&database);
    options.signals.daily_quota_appeared = 3;
    let signals = Signals::with(database, options);
    let now = signals.console.options().clock.now();
    let send = |summary: u32| {
        let body = json!({
            "specversion": "1.0", "id": "17", "source": "noisy", "type": "runtime", "time": now.to_string(),
            "data": {"severity": "low", "confidence": 0.5, "entities": [], "summary": format!("{summary}")},
        });
        let incoming = utc_app::signals::Incoming {
            headers: vec![(
                "content-type".to_owned(),
                b"application/cloudevents+json".to_vec(),
            )],
            body: body.to_string().into(),
            address: None,
        };
        let receiver = utc_app::signals::Receiver::CloudEvents;
        let ticket = signals
            .console
            .receive(Some(&signals.sender), &receiver, &incoming)?;
        ticket.wait()??.checked()
    };
    assert_eq!(send(0).unwrap().accepted, 1);
    for other in 1..3 {
        assert!(matches!(send(other), Err(NotTaken::Conflict)));
    }
    let refused = send(3).unwrap_err();
    assert!(matches!(refused, NotTaken::Quota(_)), "{refused}");
    assert_eq!(signals.console.quarantine_size().unwrap(), 2);
}

#[test]
fn whoever_sees_some_units_reads_of_an_event_what_is_about_those() {
    let signals = Signals::new(sqlite());
    for unit in ["ledger", "refunds"] {
        super::configure(&signals.console, unit, |_| {});
    }
    let mut event = event("siem", "low", signals.console.options().clock.now());
    event["entities"] = json!(["ledger", super::UNIT, "team=pay", "refunds"]);
    let hash = signals.send(&event).unwrap().hashes[0];
    let new = utc_app::NewToken {
        name: "viewer".parse().unwrap(),
        roles: "viewer".parse().unwrap(),
        subjects: utc_domain::Scope::All,
        units: crate::identities::scope(&["payments-*"]),
        owner: None,
        expires_at: None,
    };
    let made = signals
        .console
        .create_token(crate::support::actor(), new)
        .wait()
        .unwrap();
    let viewer = signals.console.token(&made.token).unwrap().unwrap();
    let seen = signals.console.event(&viewer, hash).unwrap();
    assert_eq!(seen.entities, [super::UNIT]);
    let listed = signals
        .console
        .events(&viewer, &EventQuery::default(), None, 10)
        .unwrap();
    assert_eq!(listed.items[0].entities, [super::UNIT]);
    let all = signals.console.event(&local(), hash).unwrap();
    assert_eq!(all.entities.len(), 4);
    signals.console.score_waiting().unwrap();
    let unit = super::UNIT.parse().unwrap();
    let risk = signals.console.unit_risk(&unit).unwrap().unwrap();
    assert_eq!(risk.events[0].entities, [super::UNIT]);
}

#[test]
fn events_are_found_by_the_time_at_which_they_came() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        let clock = std::sync::Arc::clone(&signals.console.options().clock);
        let mut times = vec![clock.now()];
        let mut hashes = Vec::new();
        for number in 0..4 {
            let mut event = event("siem", "low", times[0]);
            event["summary"] = json!(format!("alarm {number}"));
            hashes.push(signals.send(&event).unwrap().hashes[0]);
            std::thread::sleep(std::time::Duration::from_millis(2));
            times.push(clock.now());
        }
        let found = |from: Option<usize>, to: Option<usize>, before| {
            let query = EventQuery {
                from: from.map(|at| times[at]),
                to: to.map(|at| times[at]),
                unit: Some(super::UNIT.parse().unwrap()),
                ..EventQuery::default()
            };
            let page = signals.console.events(&local(), &query, before, 2).unwrap();
            let hashes: Vec<_> = page.items.iter().map(|event| event.hash).collect();
            (hashes, page.next)
        };
        assert_eq!(
            found(Some(1), Some(3), None),
            (vec![hashes[2], hashes[1]], None)
        );
        let (first, next) = found(None, Some(3), None);
        assert_eq!(first, [hashes[2], hashes[1]]);
        assert_eq!(found(None, Some(3), next), (vec![hashes[0]], None));
        assert_eq!(found(Some(4), None, None), (vec![], None));
        assert_eq!(found(None, Some(0), None), (vec![], None));
    }
}
