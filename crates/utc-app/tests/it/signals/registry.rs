//! Sources: their secrets, their units, what they close.

use serde_json::json;
use utc_app::signals::{NotTaken, SourceConfig, SourceSignature};
use utc_tdx::Standing;
use zeroize::Zeroizing;

use super::{Signals, UNIT, configure, event, source};
use crate::approvals::stage::{postgres, sqlite};
use crate::identities::scope;
use crate::support::{Installation, actor, local};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn signed() -> SourceConfig {
    SourceConfig {
        signature: SourceSignature::StandardWebhooks,
        secret: Some(Zeroizing::new(SECRET.to_owned())),
        ..source(Standing::Registered)
    }
}

#[test]
fn a_secret_is_sealed_kept_when_it_is_not_given_again_and_resealed() {
    let installation = Installation::new();
    let console = installation.open();
    let name: utc_tdx::SourceName = "siem".parse().unwrap();
    let saved = console.configure_source(actor(), name.clone(), signed());
    assert!(saved.wait().unwrap().created);
    let kept = SourceConfig {
        secret: None,
        ..signed()
    };
    let saved = console.configure_source(actor(), name.clone(), kept);
    let saved = saved.wait().unwrap();
    assert!(!saved.created && saved.view.has_secret);
    drop(console);
    let stored = std::fs::read(installation.folder.path().join("utc.db")).unwrap();
    let plain = SECRET.trim_start_matches("whsec_").as_bytes();
    assert!(!stored.windows(plain.len()).any(|bytes| bytes == plain));
    installation.rotate_data_key();
    let console = installation.open();
    let moved = console.reseal_sources().wait().unwrap();
    assert_eq!((moved.moved, moved.unreadable), (1, 0));
    let again = console.reseal_sources().wait().unwrap();
    assert_eq!((again.moved, again.current), (0, 1));
}

#[test]
fn a_token_does_not_speak_for_a_source_that_signs() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        let pushed = SourceConfig {
            signature: SourceSignature::Ssf,
            jwks: Some("https://keys.example/jwks.json".to_owned()),
            issuer: Some("https://issuer.example".to_owned()),
            audience: vec!["https://console.example".to_owned()],
            ..source(Standing::Authoritative)
        };
        let github = SourceConfig {
            signature: SourceSignature::GitHub,
            secret: Some(Zeroizing::new("a secret of enough length".to_owned())),
            ..source(Standing::Authoritative)
        };
        let now = signals.console.options().clock.now();
        for (name, kind, config) in [
            ("siem", "standard_webhooks", signed()),
            ("code", "github", github),
            ("idp", "ssf", pushed),
        ] {
            // Heard by token while nobody had registered it, and not any more.
            signals.send(&event(name, "low", now)).unwrap();
            let saved = signals
                .console
                .configure_source(actor(), name.parse().unwrap(), config);
            saved.wait().unwrap();
            let both = json!([
                event("other", "critical", now),
                event(name, "critical", now)
            ]);
            let refused = signals.send(&both).unwrap_err();
            let told = format!("the source `{name}` proves itself by {kind}");
            assert!(refused.to_string().starts_with(&told), "{refused}");
            assert_eq!(
                refused.reason(),
                Some(utc_tdx::QuarantineReason::NotGranted)
            );
            let view = signals.console.source(&name.parse().unwrap()).unwrap();
            assert_eq!(view.events, 1, "what was refused is not counted");
        }
        let other = signals.console.source(&"other".parse().unwrap());
        assert!(other.is_err(), "nothing of a refused delivery is stored");
    }
}

#[test]
fn what_does_not_go_with_the_kind_of_proof_is_refused() {
    let signals = Signals::new(sqlite());
    let refused = |config: SourceConfig, pointer: &str| {
        let name = "siem".parse().unwrap();
        let error = signals
            .console
            .configure_source(actor(), name, config)
            .wait()
            .unwrap_err();
        let utc_app::AppError::Invalid(fields) = error else {
            panic!("{error}");
        };
        assert_eq!(fields[0].pointer, pointer);
    };
    let none = SourceConfig {
        secret: None,
        ..signed()
    };
    refused(none, "/secret");
    let short = SourceConfig {
        secret: Some(Zeroizing::new("whsec_c2hvcnQ=".to_owned())),
        ..signed()
    };
    refused(short, "/secret");
    let token = SourceConfig {
        signature: SourceSignature::Token,
        ..signed()
    };
    refused(token, "/secret");
    let ssf = SourceConfig {
        signature: SourceSignature::Ssf,
        secret: None,
        ..signed()
    };
    refused(ssf, "/jwks");
}

#[test]
fn a_source_with_units_reaches_those_also_by_label_and_no_others() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        configure(&signals.console, UNIT, |config| {
            config.labels.insert("team".to_owned(), "pay".to_owned());
        });
        configure(&signals.console, "ledger", |config| {
            config.labels.insert("team".to_owned(), "pay".to_owned());
        });
        let now = signals.console.options().clock.now();
        let mut by_label = event("siem", "critical", now);
        by_label["entities"] = json!(["team=pay"]);
        let taken = signals.send(&by_label).unwrap();
        assert_eq!(taken.units, [], "no admin granted it labels");
        let config = SourceConfig {
            units: scope(&["payments-*"]),
            ..source(Standing::Authoritative)
        };
        let saved = signals
            .console
            .configure_source(actor(), "siem".parse().unwrap(), config);
        saved.wait().unwrap();
        by_label["summary"] = json!("again");
        let taken = signals.send(&by_label).unwrap();
        assert_eq!(taken.units, [UNIT.parse().unwrap()]);
        let mut other = event("siem", "critical", now);
        other["entities"] = json!(["ledger"]);
        assert_eq!(signals.send(&other).unwrap().units, []);
        // Taken away from it, what it said of the unit weighs nothing.
        signals.console.score_waiting().unwrap();
        assert!(signals.score() > 70.0);
        let config = SourceConfig {
            units: scope(&["nothing"]),
            ..source(Standing::Authoritative)
        };
        let saved = signals
            .console
            .configure_source(actor(), "siem".parse().unwrap(), config);
        saved.wait().unwrap();
        signals.console.score_waiting().unwrap();
        assert!(signals.score().abs() < 1e-9);
    }
}

#[test]
fn a_closing_event_works_within_its_source_only() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("one", Standing::Registered);
        signals.source("other", Standing::Registered);
        let taken = signals.alarm("one");
        assert!((signals.score() - 60.0).abs() < 0.01);
        let now = signals.console.options().clock.now();
        let close = |source: &str| {
            let mut closing = event(source, "info", now.plus_seconds(1));
            closing["closes"] = json!(taken.hashes[0].to_string());
            closing["entities"] = json!([]);
            signals.send(&closing).unwrap();
            signals.console.score_waiting().unwrap();
        };
        close("other");
        assert!(signals.score() > 59.0, "{}", signals.score());
        close("one");
        assert!(signals.score().abs() < 1e-9, "{}", signals.score());
    }
}

#[test]
fn whoever_names_a_digest_closes_an_event_and_no_thread_of_another_format() {
    let signals = Signals::new(sqlite());
    signals.source("prometheus", Standing::Authoritative);
    let now = signals.console.options().clock.now();
    let alert = json!({"version": "4", "alerts": [{"status": "firing", "fingerprint": "f00d", "startsAt": now.to_string(),
        "labels": {"alertname": "Down", "service": UNIT, "severity": "critical", "topic": "identity"}, "annotations": {}}]});
    let incoming = super::delivery(&alert);
    let name: utc_tdx::SourceName = "prometheus".parse().unwrap();
    let receiver = utc_app::signals::Receiver::Alertmanager(name.clone());
    let sender = Some(&signals.sender);
    let taken = signals
        .console
        .receive(sender, &receiver, &incoming)
        .unwrap();
    let taken = taken.wait().unwrap().unwrap();
    signals.console.score_waiting().unwrap();
    let score = signals.score();
    assert!(score > 60.0, "{score}");

    let headers: [(&str, &[u8]); 1] = [("content-type", b"application/json")];
    let delivery = utc_tdx::Delivery::new(&headers, &incoming.body, now).unwrap();
    let speaker = utc_tdx::Speaker::new(vec!["**".parse().unwrap()]);
    let read = utc_tdx::receive::alertmanager::receive(&delivery, &name, &speaker).unwrap();
    assert_eq!(read[0].hash, taken.hashes[0]);
    for digest in [read[0].thread, read[0].hash] {
        let mut closing = event("prometheus", "info", now.plus_seconds(1));
        closing["closes"] = json!(digest.to_string());
        closing["entities"] = json!([]);
        assert_eq!(signals.send(&closing).unwrap().units, []);
    }
    signals.console.score_waiting().unwrap();
    assert!((signals.score() - score).abs() < 0.1, "{}", signals.score());
}

#[test]
fn the_receipt_of_a_source_binds_where_its_keys_are() {
    let signals = Signals::new(sqlite());
    let said = |jwks: &str, audience: &str| {
        let config = SourceConfig {
            signature: SourceSignature::Ssf,
            jwks: Some(jwks.to_owned()),
            issuer: Some("https://issuer.example".to_owned()),
            audience: vec![audience.to_owned()],
            ..source(Standing::Authoritative)
        };
        let name = "idp".parse().unwrap();
        let saved = signals.console.configure_source(actor(), name, config);
        let id = saved.wait().unwrap().receipt_id;
        let receipt = signals.console.receipt(&local(), id).unwrap();
        let claims = super::flips::claims(&receipt);
        let digest = claims["meta"]["config_digest"].as_str().unwrap();
        (
            claims["reason"].as_str().unwrap().to_owned(),
            digest.to_owned(),
        )
    };
    let (reason, first) = said("https://keys.example/one", "a");
    let named = "; keys at https://keys.example/one; issuer https://issuer.example.";
    assert!(reason.ends_with(named), "{reason}");
    let (reason, second) = said("https://keys.example/two", "a");
    assert!(
        reason.ends_with("; keys at https://keys.example/two."),
        "{reason}"
    );
    let (reason, third) = said("https://keys.example/two", "b");
    assert!(
        !reason.contains("keys at"),
        "what stayed is not named: {reason}"
    );
    assert!(first != second && second != third && first != third);
}

#[test]
fn a_source_that_nobody_registered_has_no_stream() {
    let signals = Signals::new(sqlite());
    let refused = signals
        .console
        .stream_source(&"siem".parse().unwrap())
        .unwrap_err();
    assert!(matches!(refused, NotTaken::NoSource(_)));
}
