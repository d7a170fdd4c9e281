//! Where what a token sends counts: on its own units.

use serde_json::json;
use utc_tdx::Standing;

use super::{Signals, UNIT, configure, event, send, token_on};
use crate::approvals::stage::{postgres, sqlite};
use crate::identities::scope;

#[test]
fn what_a_token_sends_counts_on_its_units_only() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        configure(&signals.console, "ledger", |_| {});
        signals.source("siem", Standing::Authoritative);
        let narrow = token_on(&signals.console, "narrow", &["**"], scope(&["payments-*"]));
        let now = signals.console.options().clock.now();
        let units = |taken: utc_app::signals::Taken| -> Vec<String> {
            taken.units.iter().map(ToString::to_string).collect()
        };
        let about = |entities: &[&str], closes: Option<utc_tdx::ContentHash>| {
            let severity = if closes.is_some() { "info" } else { "critical" };
            let mut event = event(
                "siem",
                severity,
                now.plus_seconds(i64::from(closes.is_some())),
            );
            event["entities"] = json!(entities);
            if let Some(hash) = closes {
                event["closes"] = json!(hash.to_string());
            }
            event
        };
        let scored = |unit: &str| {
            signals.console.score_waiting().unwrap();
            let risk = signals.console.unit_risk(&unit.parse().unwrap()).unwrap();
            risk.map_or(0.0, |risk| risk.score)
        };
        let by_narrow = |body| send(&signals.console, &narrow, &body).unwrap();

        let foreign = by_narrow(about(&["ledger"], None));
        assert_eq!((foreign.accepted, units(foreign)), (1, vec![]));
        // Not later, either: a run looks again at what matched nothing.
        signals.run();
        assert!(scored("ledger").abs() < 1e-9, "{}", scored("ledger"));
        let mixed = by_narrow(about(&["ledger", UNIT], None));
        assert_eq!(units(mixed), [UNIT]);
        assert!(scored("ledger").abs() < 1e-9);
        assert!(scored(UNIT) > 70.0);

        // It closes what concerns its units, and nothing that concerns another one as well.
        let both = signals.send(&about(&["ledger", UNIT, "x"], None)).unwrap();
        let before = (scored("ledger"), scored(UNIT));
        let closed = by_narrow(about(&[], Some(both.hashes[0])));
        assert_eq!(units(closed), Vec::<String>::new());
        assert_eq!((scored("ledger"), scored(UNIT)), before);
        let closed = signals.send(&about(&["y"], Some(both.hashes[0]))).unwrap();
        assert_eq!(units(closed), ["ledger", UNIT]);
        assert!(scored("ledger").abs() < 1e-9);
    }
}

#[test]
fn a_token_closes_what_concerns_its_own_units() {
    let signals = Signals::new(sqlite());
    signals.source("siem", Standing::Authoritative);
    let taken = signals.alarm("siem");
    assert!(signals.score() > 70.0);
    let narrow = token_on(&signals.console, "narrow", &["**"], scope(&["payments-*"]));
    let later = signals.console.options().clock.now().plus_seconds(1);
    let mut closing = event("siem", "info", later);
    closing["closes"] = json!(taken.hashes[0].to_string());
    closing["entities"] = json!([]);
    let closed = send(&signals.console, &narrow, &closing).unwrap();
    assert_eq!(closed.units, [UNIT.parse().unwrap()]);
    signals.console.score_waiting().unwrap();
    assert!(signals.score().abs() < 1e-9, "{}", signals.score());
}
