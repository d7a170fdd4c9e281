//! Events that are matched again: because units are called otherwise, or because their source reaches others.

use std::time::Duration;

use serde_json::json;
use utc_app::Console;
use utc_app::signals::{EventQuery, Scoring, SignalOptions, SourceConfig};
use utc_tdx::{ContentHash, Standing};

use super::{Signals, UNIT, configure, event, source};
use crate::approvals::stage::{postgres, sqlite};
use crate::identities::scope;
use crate::support::{actor, ask, local};

fn units(console: &Console, hash: ContentHash) -> Vec<String> {
    let view = console.event(&local(), hash).unwrap();
    view.units.iter().map(ToString::to_string).collect()
}

fn said(signals: &Signals, entities: &[&str]) -> ContentHash {
    let mut event = event("siem", "critical", signals.console.options().clock.now());
    event["entities"] = json!(entities);
    signals.send(&event).unwrap().hashes[0]
}

fn alias(signals: &Signals, unit: &str, aliases: &[&str]) {
    configure(&signals.console, unit, |config| {
        config.aliases = aliases.iter().map(|alias| alias.parse().unwrap()).collect();
    });
}

#[test]
fn an_alias_that_is_given_moved_and_taken_takes_events_with_it() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("siem", Standing::Authoritative);
        configure(&signals.console, "ledger", |_| {});
        // One that matches something already, and one that matches nothing.
        let both = said(&signals, &[UNIT, "old-name"]);
        let alone = said(&signals, &["old-name"]);
        signals.run();
        assert_eq!(units(&signals.console, both), [UNIT]);
        assert_eq!(units(&signals.console, alone), [] as [&str; 0]);

        alias(&signals, "ledger", &["old-name"]);
        signals.run();
        assert_eq!(units(&signals.console, both), ["ledger", UNIT]);
        assert_eq!(units(&signals.console, alone), ["ledger"]);

        alias(&signals, "ledger", &[]);
        alias(&signals, UNIT, &["old-name"]);
        signals.run();
        assert_eq!(units(&signals.console, both), [UNIT]);
        assert_eq!(units(&signals.console, alone), [UNIT]);
        let ledger = "ledger".parse().unwrap();
        let risk = signals.console.unit_risk(&ledger).unwrap().unwrap();
        assert!(risk.score.abs() < 1e-9, "{}", risk.score);

        alias(&signals, UNIT, &[]);
        signals.run();
        assert_eq!(units(&signals.console, alone), [] as [&str; 0]);
        let unmatched = EventQuery {
            unmatched: true,
            ..EventQuery::default()
        };
        let page = signals.console.events(&local(), &unmatched, None, 10);
        assert_eq!(page.unwrap().items.len(), 1);
    }
}

#[test]
fn labels_and_what_a_source_reaches_are_matched_when_they_change() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("siem", Standing::Authoritative);
        let label = |unit: &str| {
            configure(&signals.console, unit, |config| {
                config.labels.insert("team".to_owned(), "pay".to_owned());
            });
        };
        label(UNIT);
        let hash = said(&signals, &["team=pay"]);
        let reach = |patterns: &[&str]| {
            let config = SourceConfig {
                units: scope(patterns),
                ..source(Standing::Authoritative)
            };
            let name = "siem".parse().unwrap();
            let saved = signals.console.configure_source(actor(), name, config);
            saved.wait().unwrap();
            signals.run();
        };
        reach(&["payments-*", "ledger"]);
        assert_eq!(units(&signals.console, hash), [UNIT]);
        assert!(signals.is_flagged());
        // Another unit gets the label that matches one already.
        label("ledger");
        signals.run();
        assert_eq!(units(&signals.console, hash), ["ledger", UNIT]);
        reach(&["ledger"]);
        assert_eq!(units(&signals.console, hash), ["ledger"]);
        reach(&[]);
        assert_eq!(units(&signals.console, hash), [] as [&str; 0]);
    }
}

#[test]
fn a_unit_that_a_decision_makes_is_matched_without_a_run() {
    let database = sqlite();
    let mut options = database.options();
    options.signals = SignalOptions {
        scoring: Scoring::Background,
        interval: Duration::from_hours(24 * 365),
        ..SignalOptions::STANDARD
    };
    let signals = Signals::with(database, options);
    let hash = said(&signals, &["made-by-asking"]);
    signals
        .console
        .decide(ask("read:/x", "made-by-asking"))
        .unwrap();
    super::lead::until(|| units(&signals.console, hash) == ["made-by-asking"]);
}
