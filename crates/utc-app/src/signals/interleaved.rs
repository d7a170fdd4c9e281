//! What happens between two steps of one thing: nobody from outside can put a change there.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use utc_domain::{Scope, Subject, UnitName};
use utc_storage::rows::jobs::{self, JobRow};
use utc_tdx::receive::native;
use utc_tdx::{Adapter, ContentHash, Delivery, Proof, Speaker, Standing, Trust};

use super::lead::{Slot, claim};
use super::receive::headers;
use super::{Incoming, Receiver, RunOccasion, SignalOptions, SourceConfig, SourceSignature};
use crate::engine::Location;
use crate::task::Plan;
use crate::{AppError, Console, NewToken, Options, Principal, UnitConfig};

fn console(folder: &tempfile::TempDir) -> Console {
    let options = Options {
        secret: Some("only for tests: 32 characters and more".to_owned()),
        signals: SignalOptions {
            lease: Duration::ZERO,
            ..SignalOptions::STANDARD
        },
        ..Options::new(Location::Sqlite(folder.path().join("utc.db")))
    };
    let console = Console::with(options).unwrap();
    let update = Box::new(|_: Option<&UnitConfig>| Ok(UnitConfig::unconfigured()));
    let made = console.configure_unit(unit(), actor(), update);
    made.wait().unwrap();
    console
}

fn unit() -> UnitName {
    "payments-api".parse().unwrap()
}

fn actor() -> Subject {
    "user:ann".parse().unwrap()
}

fn registered(console: &Console, signature: SourceSignature, secret: Option<&str>) {
    let config = SourceConfig {
        trust: Trust::new(0.95).unwrap(),
        standing: Standing::Authoritative,
        signature,
        secret: secret.map(|text| text.to_owned().into()),
        jwks: None,
        issuer: None,
        audience: Vec::new(),
        stream_id: None,
        units: Scope::All,
    };
    let name = "siem".parse().unwrap();
    console
        .configure_source(actor(), name, config)
        .wait()
        .unwrap();
}

fn code(error: &AppError) -> &str {
    match error {
        AppError::Conflict { code, .. } => code,
        _ => "another error",
    }
}

#[test]
fn a_run_whose_lease_lapsed_writes_nothing_once_another_began() {
    let folder = tempfile::tempdir().unwrap();
    let console = console(&folder);
    let scorer = console.scorer();
    // Both of the same process, and the first one's lease ends as it begins.
    let first = scorer.begin(RunOccasion::Demand).unwrap().unwrap();
    let other = scorer.begin(RunOccasion::Demand).unwrap().unwrap();
    let late = scorer.write_stretch(&first, Vec::new(), 0, 0).wait();
    assert_eq!(code(&late.unwrap_err()), "run_taken_over");
    assert_eq!(code(&scorer.finish(&first).unwrap_err()), "run_taken_over");
    scorer.finish(&other).unwrap();
}

#[test]
fn a_lease_from_a_clock_that_was_ahead_holds_nothing() {
    // No lease lasts a day.
    for (minutes, free) in [(1, false), (24 * 60, true)] {
        let folder = tempfile::tempdir().unwrap();
        let console = console(&folder);
        let claimed = console.scorer().control(move |tx| {
            let row = JobRow {
                job: "tdx".to_owned(),
                slot: 7,
                owner: "ahead".to_owned(),
                lease_until: tx.clock().plus_minutes(minutes).as_micros(),
                done_at: None,
            };
            jobs::insert(tx.db(), &row)?;
            let slot = Slot::Scheduled(Duration::from_hours(1));
            let lead = claim(tx, "own", slot, Duration::from_secs(30))?;
            Ok(Plan::silent(lead.is_some()))
        });
        assert_eq!(claimed.unwrap(), free, "{minutes} minutes");
    }
}

#[test]
fn what_was_read_before_a_dismissal_is_not_written_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let console = console(&folder);
    let sender = authoritative(&console);
    let hash = send(&console, &sender);
    console.score_waiting().unwrap();
    let scorer = console.scorer();
    let running = scorer.begin(RunOccasion::Demand).unwrap().unwrap();
    let read = scorer.read_stretch(&running, "").unwrap().unwrap();
    let why = "a drill".parse().unwrap();
    let dismissed = console.dismiss_event(actor(), hash, why);
    dismissed.wait().unwrap();
    // Whether the score waits still, or was computed already.
    for _ in 0..2 {
        let old = scorer.write_stretch(&running, read.assessed.clone(), read.as_of, 1);
        assert_eq!(old.wait().unwrap(), [unit()]);
        console.score_waiting().unwrap();
    }
    assert!(score(&console).abs() < 1e-9, "{}", score(&console));
}

#[test]
fn what_was_read_before_another_score_is_not_written_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let console = console(&folder);
    let sender = authoritative(&console);
    send(&console, &sender);
    let scorer = console.scorer();
    let running = scorer.begin(RunOccasion::Demand).unwrap().unwrap();
    let read = scorer.read_stretch(&running, "").unwrap().unwrap();
    console.score_waiting().unwrap();
    let old = scorer.write_stretch(&running, read.assessed, read.as_of, 1);
    assert_eq!(old.wait().unwrap(), [unit()]);
}

#[test]
fn a_flood_of_signals_keeps_no_unit_from_being_scored() {
    let folder = tempfile::tempdir().unwrap();
    let console = console(&folder);
    let sender = authoritative(&console);
    send(&console, &sender);
    let scorer = console.scorer();
    let running = scorer.begin(RunOccasion::Demand).unwrap().unwrap();
    let read = scorer.read_stretch(&running, "").unwrap().unwrap();
    // Something new between each reading and its writing.
    send(&console, &sender);
    let written = scorer.write_stretch(&running, read.assessed, read.as_of, 1);
    assert_eq!(written.wait().unwrap(), []);
    assert!(score(&console) > 70.0, "{}", score(&console));
    assert_eq!(
        console.score_waiting().unwrap(),
        1,
        "and the score waits again"
    );
}

fn score(console: &Console) -> f64 {
    let risk = console.unit_risk(&unit()).unwrap();
    risk.map_or(0.0, |risk| risk.score)
}

fn send(console: &Console, sender: &Arc<Principal>) -> ContentHash {
    let delivery = incoming(event(console));
    let taken = console
        .receive(Some(sender), &Receiver::Native, &delivery)
        .unwrap();
    taken.wait().unwrap().unwrap().hashes[0]
}

#[test]
fn what_was_signed_before_a_source_changed_is_not_taken_after_it() {
    const SECRET: &str = "a secret of enough length";
    let folder = tempfile::tempdir().unwrap();
    let console = console(&folder);
    registered(&console, SourceSignature::GitHub, Some(SECRET));
    let name = "siem".parse().unwrap();
    let kind = SourceSignature::GitHub;
    let store = |verified| {
        let incoming = incoming(event(&console));
        let headers = headers(&incoming);
        let delivery = Delivery::new(&headers, &incoming.body, console.clock().now()).unwrap();
        let speaker = Speaker::new(vec!["**".parse().unwrap()]);
        let mut events = native::receive(&delivery, &speaker).unwrap();
        for event in &mut events {
            (event.proof, event.adapter) = (Proof::Hmac, Adapter::GitHub);
        }
        let stored = console.store_events(None, events, verified, &incoming);
        stored.unwrap().wait()
    };
    let signed = || {
        console
            .signed(&name, kind, console.clock().now())
            .unwrap()
            .1
    };
    let before = signed();
    assert_eq!(store(signed()).unwrap().unwrap().accepted, 1);
    registered(
        &console,
        SourceSignature::GitHub,
        Some("another secret, and as long"),
    );
    assert_eq!(code(&store(before).unwrap_err()), "source_changed");
}

fn event(console: &Console) -> String {
    let now = console.clock().now();
    format!(
        r#"{{"source":"siem","event_time":"{now}","topic":"identity","severity":"critical","confidence":0.95,"entities":["payments-api"]}}"#
    )
}

/// Whoever sends for a source that may lock alone.
fn authoritative(console: &Console) -> Arc<Principal> {
    registered(console, SourceSignature::Token, None);
    let new = NewToken {
        name: "sender".parse().unwrap(),
        roles: "signal".parse().unwrap(),
        subjects: Scope::Only(vec!["**".parse().unwrap()]),
        units: Scope::All,
        owner: None,
        expires_at: None,
    };
    let made = console.create_token(actor(), new).wait().unwrap();
    console.token(&made.token).unwrap().unwrap()
}

fn incoming(body: String) -> Incoming {
    Incoming {
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: Bytes::from(body),
        address: None,
    }
}
