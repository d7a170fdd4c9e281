//! What people say beside the scorer: marks, overrides, dismissals.

use utc_app::signals::OverrideRequest;
use utc_app::{LoosenedBy, RiskRequest};
use utc_domain::Decision;
use utc_tdx::Standing;

use super::{Signals, UNIT};
use crate::approvals::stage::{postgres, sqlite};
use crate::support::{actor, local};

fn risky(signals: &Signals) -> Flagged<'_> {
    signals.source("siem", Standing::Authoritative);
    signals.alarm("siem");
    assert_eq!(signals.write(), Decision::Deny);
    Flagged(signals)
}

/// A unit that the scorer flagged.
struct Flagged<'a>(&'a Signals);

impl Flagged<'_> {
    fn mark(&self) {
        let request = RiskRequest {
            reason: "an incident".parse().unwrap(),
            expires_at: None,
        };
        let unit = UNIT.parse().unwrap();
        self.0
            .console
            .mark_risky(&unit, actor(), request)
            .wait()
            .unwrap();
    }
}

#[test]
fn a_persons_mark_and_the_scorers_flag_stay_apart() {
    let signals = Signals::new(sqlite());
    risky(&signals).mark();
    // The scorer clears its own flag, and the person's mark holds.
    signals.advance(72);
    signals.run();
    let run = signals.run();
    assert_eq!((run.cleared, run.risky, run.flip), (1, 1, None));
    assert!(!signals.is_flagged());
    assert_eq!(signals.write(), Decision::Deny);
    // The person takes theirs back: the next run switches off what the scorer had switched on.
    let cleared = signals.console.clear_risky(&UNIT.parse().unwrap(), actor());
    cleared.wait().unwrap();
    assert_eq!(signals.run().flip.as_deref(), Some("off"));
    assert_eq!(signals.write(), Decision::Allow);
}

#[test]
fn an_override_holds_until_its_end_and_a_persons_mark_counts_beside_it() {
    for database in [sqlite(), postgres()] {
        let signals = Signals::new(database);
        let flagged = risky(&signals);
        let unit = UNIT.parse().unwrap();
        let now = signals.console.options().clock.now();
        let request = OverrideRequest {
            reason: "known, and contained".parse().unwrap(),
            expires_at: now.plus_seconds(2),
        };
        let set = signals.console.override_risk(&unit, actor(), request);
        set.wait().unwrap();
        let loosened = signals.console.loosened(&local(), 50).unwrap();
        let newest = &loosened[0];
        assert_eq!(
            (newest.by, newest.unit.as_deref()),
            (LoosenedBy::Risk, Some(UNIT)),
            "{loosened:?}"
        );
        assert!(newest.reason.contains("known, and contained"), "{newest:?}");
        assert_eq!(signals.write(), Decision::Allow);
        assert!(signals.is_flagged(), "the flag stays");
        flagged.mark();
        assert_eq!(signals.write(), Decision::Deny);
        let cleared = signals.console.clear_risky(&unit, actor());
        cleared.wait().unwrap();
        // Its end is a receipt, and from then on the flag counts.
        for _ in 0..200 {
            if signals.write() == Decision::Deny {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(signals.write(), Decision::Deny);
        let risk = signals.console.unit_risk(&unit).unwrap().unwrap();
        assert_eq!(risk.overridden, None);
    }
}

#[test]
fn an_override_ends_within_a_day() {
    let signals = Signals::new(sqlite());
    risky(&signals);
    let now = signals.console.options().clock.now();
    for expires_at in [now, now.plus_minutes(24 * 60 + 5)] {
        let request = OverrideRequest {
            reason: "known".parse().unwrap(),
            expires_at,
        };
        let unit = UNIT.parse().unwrap();
        let refused = signals
            .console
            .override_risk(&unit, actor(), request)
            .wait();
        assert!(refused.is_err());
    }
}

#[test]
fn a_dismissed_event_weighs_nothing_and_is_dismissed_once() {
    let signals = Signals::new(sqlite());
    signals.source("siem", Standing::Authoritative);
    let taken = signals.alarm("siem");
    let hash = taken.hashes[0];
    let dismiss = || {
        let reason = "a drill".parse().unwrap();
        let dismissed = signals.console.dismiss_event(actor(), hash, reason);
        dismissed.wait()
    };
    dismiss().unwrap();
    signals.console.score_waiting().unwrap();
    assert!(signals.score().abs() < 1e-9);
    assert!(dismiss().is_err());
    let view = signals
        .console
        .event(&crate::support::local(), hash)
        .unwrap();
    assert_eq!(view.dismissed.unwrap().reason, "a drill");
}
