//! Flags and flips: what sets them, what undoes them, and what stays a person's.

use utc_app::{Filter, ReceiptPage};
use utc_domain::{Decision, Rule};
use utc_tdx::Standing;

use super::Signals;
use crate::approvals::stage::{postgres, sqlite};
use crate::support::{actor, local, switch};

/// The receipts that the scorer wrote, oldest first, as code and sentence.
fn by_scorer(signals: &Signals) -> Vec<String> {
    let filter = Filter {
        subject: Some("system:tdx".parse().unwrap()),
        ..Filter::default()
    };
    let page: ReceiptPage = signals.console.receipts(&local(), &filter, 100).unwrap();
    let mut found: Vec<String> = page.items.iter().map(said).collect();
    found.reverse();
    found
}

pub(super) fn claims(receipt: &utc_app::StoredReceipt) -> serde_json::Value {
    use base64::Engine as _;
    let payload = receipt.receipt.split('.').nth(1).unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    serde_json::from_slice(&engine.decode(payload).unwrap()).unwrap()
}

fn said(receipt: &utc_app::StoredReceipt) -> String {
    let claims = claims(receipt);
    let evidence = claims["meta"]["evidence"].as_array().map_or(0, Vec::len);
    format!(
        "{} {} [{} evidence, score {}]",
        claims["code"].as_str().unwrap(),
        claims["reason"].as_str().unwrap(),
        evidence,
        claims["meta"]["risk_score"]
    )
}

#[test]
fn two_sources_lock_a_unit_and_time_unlocks_it() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("scanner", Standing::Registered);
        signals.alarm("scanner");
        assert!((signals.score() - 60.0).abs() < 0.01, "{}", signals.score());
        assert_eq!(
            signals.write(),
            Decision::Allow,
            "one source alone locks nothing"
        );

        signals.alarm("stranger");
        assert!((signals.score() - 76.0).abs() < 1.0, "{}", signals.score());
        assert_eq!(signals.write(), Decision::Deny);
        assert_eq!(signals.rule(), (true, "job".to_owned()));

        // A day later both weigh half: still too much.
        signals.advance(24);
        signals.run();
        assert!(signals.is_flagged());
        // Another day: the first low run does not clear it, the second one does, and the rule goes with it.
        signals.advance(24);
        let first = signals.run();
        assert_eq!((first.cleared, first.risky, first.flip), (0, 1, None));
        assert_eq!(signals.write(), Decision::Deny);
        let second = signals.run();
        assert_eq!((second.cleared, second.risky), (1, 0));
        assert_eq!(second.flip.as_deref(), Some("off"));
        assert_eq!(signals.rule(), (false, "nobody".to_owned()));
        assert_eq!(signals.write(), Decision::Allow);

        let said = by_scorer(&signals);
        assert_eq!(said.len(), 4, "{said:#?}");
        for (found, expected) in said.iter().zip([
            "risk_flagged payments-api became risky: score 7",
            "rule_changed system:tdx turned rule read_only_for_risky on: a unit became risky (score 7",
            "risk_unflagged payments-api is risky no more: score 2",
            "rule_changed system:tdx turned rule read_only_for_risky off: no unit is risky any more. [0 evidence",
        ]) {
            assert!(found.starts_with(expected), "{found}");
        }
        assert!(said[0].contains("[2 evidence"), "{said:?}");
    }
}

#[test]
fn an_authoritative_source_locks_alone_and_two_hundred_mild_alarms_lock_nothing() {
    let signals = Signals::new(sqlite());
    signals.source("scanner", Standing::Registered);
    let now = signals.console.options().clock.now();
    let mild: Vec<serde_json::Value> = (0..200)
        .map(|number| {
            let mut event = super::event("scanner", "low", now);
            event["summary"] = format!("alarm {number}").into();
            event
        })
        .collect();
    assert_eq!(signals.send(&mild.into()).unwrap().accepted, 200);
    signals.console.score_waiting().unwrap();
    assert!(signals.score() < 40.0, "{}", signals.score());
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    assert!(signals.is_flagged());
    assert_eq!(signals.write(), Decision::Deny);
}

#[test]
fn a_score_in_between_begins_the_count_of_low_runs_anew() {
    let signals = Signals::new(sqlite());
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    signals.advance(48);
    signals.run();
    // Something new, before the second low run.
    signals.alarm("siem");
    assert!(signals.score() > 50.0, "{}", signals.score());
    signals.advance(48);
    signals.run();
    assert!(signals.is_flagged(), "one low run since");
    signals.run();
    assert!(!signals.is_flagged());
}

#[test]
fn what_comes_after_everything_was_forgotten_sets_and_clears_flags_as_before() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("siem", Standing::Authoritative);
        for _ in 0..3 {
            signals.alarm("siem");
        }
        assert!(signals.is_flagged());
        // Longer than anything is kept. The second run finds a score of nothing for the second time.
        for _ in 0..9 {
            signals.advance(1_000);
        }
        let forgotten = signals.run().forgotten;
        assert_eq!(forgotten, 2, "all but the newest");
        signals.run();
        assert!(!signals.is_flagged());

        signals.alarm("siem");
        assert!(signals.is_flagged());
        signals.advance(72);
        signals.run();
        signals.run();
        assert!(!signals.is_flagged());
    }
}

#[test]
fn runs_within_the_first_hour_clear_nothing() {
    let signals = Signals::new(sqlite());
    signals.source("siem", Standing::Authoritative);
    let taken = signals.alarm("siem");
    let dismissed =
        signals
            .console
            .dismiss_event(actor(), taken.hashes[0], "a drill".parse().unwrap());
    dismissed.wait().unwrap();
    for _ in 0..3 {
        signals.run();
        assert!(signals.is_flagged());
    }
    signals.advance(1);
    signals.run();
    assert!(!signals.is_flagged());
}

#[test]
fn a_persons_switch_off_stands_until_it_is_handed_back() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        signals.source("siem", Standing::Authoritative);
        signals.alarm("siem");
        assert_eq!(signals.rule(), (true, "job".to_owned()));
        let off = switch(Rule::ReadOnlyForRisky, false);
        signals.console.set_rule(off).wait().unwrap();
        assert_eq!(signals.rule(), (false, "person".to_owned()));
        // Also when another unit becomes risky.
        super::configure(&signals.console, "ledger", |_| {});
        let mut event = super::event("siem", "critical", signals.console.options().clock.now());
        event["entities"] = serde_json::json!(["ledger"]);
        signals.send(&event).unwrap();
        signals.console.score_waiting().unwrap();
        signals.run();
        assert_eq!(signals.rule(), (false, "person".to_owned()));
        assert_eq!(signals.write(), Decision::Allow);

        let back = signals
            .console
            .hand_back_rule(Rule::ReadOnlyForRisky, actor());
        back.wait().unwrap();
        assert_eq!(signals.rule(), (false, "nobody".to_owned()));
        // It acts on the edge only: what is risky already switches nothing.
        signals.run();
        assert_eq!(signals.rule(), (false, "nobody".to_owned()));
        super::configure(&signals.console, "refunds", |_| {});
        event["entities"] = serde_json::json!(["refunds"]);
        signals.send(&event).unwrap();
        signals.console.score_waiting().unwrap();
        assert_eq!(signals.rule(), (true, "job".to_owned()));
    }
}

#[test]
fn the_scorer_never_switches_off_what_a_person_switched_on() {
    let signals = Signals::new(sqlite());
    let on = switch(Rule::ReadOnlyForRisky, true);
    signals.console.set_rule(on).wait().unwrap();
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    signals.advance(72);
    signals.run();
    let run = signals.run();
    assert_eq!((run.cleared, run.flip), (1, None));
    assert_eq!(signals.rule(), (true, "person".to_owned()));
}

#[test]
fn without_auto_flip_flags_are_set_and_the_rule_stays() {
    let database = sqlite();
    let mut options = super::options(&database);
    options.signals.auto_flip = false;
    let signals = Signals::with(database, options);
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    assert!(signals.is_flagged());
    assert_eq!(signals.rule(), (false, "nobody".to_owned()));
    assert_eq!(signals.write(), Decision::Allow);
}

#[test]
fn webhooks_hear_of_units_that_become_risky_and_cease_to_be() {
    let signals = Signals::new(sqlite());
    crate::webhooks::listener(&signals.console);
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    signals.advance(72);
    signals.run();
    signals.run();
    let told = crate::webhooks::told(&signals.console);
    assert_eq!(
        crate::webhooks::kinds(&told),
        [
            "unit.risky",
            "rule.changed",
            "unit.not_risky",
            "rule.changed"
        ]
    );
    assert_eq!(told[0]["data"]["unit"], super::UNIT);
    let loosening = told.iter().map(|body| body["data"]["loosening"] == true);
    assert_eq!(loosening.collect::<Vec<_>>(), [false, false, true, true]);
}

#[test]
fn a_rule_that_was_handed_back_while_it_is_on_stays_on() {
    let signals = Signals::new(sqlite());
    let on = switch(Rule::ReadOnlyForRisky, true);
    signals.console.set_rule(on).wait().unwrap();
    let back = signals
        .console
        .hand_back_rule(Rule::ReadOnlyForRisky, actor());
    back.wait().unwrap();
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    signals.advance(72);
    signals.run();
    let run = signals.run();
    assert_eq!((run.cleared, run.flip), (1, None));
    // Nobody but a person switched it on.
    assert_eq!(signals.rule(), (true, "nobody".to_owned()));
}
