//! Units: load, pins, risk marks, aliases.

use utc_app::{AppError, Console, PinRequest, Report, RiskRequest, SystemClock, UnitConfig};
use utc_domain::{
    Clock, Code, Decision, LevelCause, Mode, ProtectionLevel, Rule, Timestamp, UnitName,
};

use crate::support::{Installation, actor, ask, local, switch};

fn unit(name: &str) -> UnitName {
    name.parse().unwrap()
}

fn report(arrival_rate: f64, service_rate: f64) -> Vec<Report> {
    vec![Report {
        arrival_rate,
        service_rate,
        at: None,
    }]
}

fn configure(
    console: &Console,
    name: &str,
    change: impl Fn(&mut UnitConfig) + Send + 'static,
) -> Result<(), AppError> {
    let update = move |before: Option<&UnitConfig>| {
        let mut config = before.cloned().unwrap_or_else(UnitConfig::unconfigured);
        change(&mut config);
        Ok(config)
    };
    console
        .configure_unit(unit(name), actor(), Box::new(update))
        .wait()
        .map(drop)
}

fn soon(console: &Console) -> Timestamp {
    console
        .receipts(&local(), &utc_app::Filter::default(), 1)
        .unwrap()
        .items
        .first()
        .unwrap()
        .ts
        .plus_minutes(30)
}

#[test]
fn a_level_follows_reported_load_and_its_receipt_says_why() {
    let installation = Installation::new();
    let console = installation.open();
    let first = console
        .observe(&unit("a"), report(70.0, 100.0))
        .wait()
        .unwrap();
    assert_eq!(first.receipts.len(), 1);
    let held = console.decide(ask("write:/x", "a")).unwrap();
    assert_eq!(
        (held.decision, held.protection_level),
        (Decision::RequireApproval, ProtectionLevel::RequireApproval)
    );
    console
        .observe(&unit("a"), report(500.0, 100.0))
        .wait()
        .unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().code,
        Code::ProtectionReadOnly
    );
    let view = console.unit(&unit("a")).unwrap();
    let queue = view.queue.unwrap();
    assert!(
        (queue.lambda - 199.0).abs() < 1e-9 && (queue.rho - 1.99).abs() < 1e-9,
        "{queue:?}"
    );
    let history = console.unit_history(&unit("a"), i64::MAX, 10).unwrap();
    assert_eq!(
        (history.features.len(), history.level_changes.len()),
        (2, 2)
    );
}

#[test]
fn of_several_observations_all_are_taken_or_none() {
    let installation = Installation::new();
    let console = installation.open();
    let bad = vec![
        Report {
            arrival_rate: 10.0,
            service_rate: 100.0,
            at: None,
        },
        Report {
            arrival_rate: 10.0,
            service_rate: 0.0,
            at: None,
        },
    ];
    let error = console.observe(&unit("a"), bad).wait().unwrap_err();
    let AppError::Invalid(fields) = error else {
        panic!("{error}")
    };
    assert_eq!(
        fields.first().map(|field| field.pointer.as_str()),
        Some("/1/service_rate")
    );
    assert!(
        matches!(console.unit(&unit("a")), Err(AppError::NotFound { .. })),
        "not even the unit was made"
    );
}

#[test]
fn a_pin_decides_until_it_ends_by_time_with_a_receipt() {
    let installation = Installation::new();
    let console = installation.open();
    console.decide(ask("write:/x", "a")).unwrap();
    let now = console
        .receipts(&local(), &utc_app::Filter::default(), 1)
        .unwrap()
        .items
        .first()
        .unwrap()
        .ts;
    let pin = PinRequest {
        level: ProtectionLevel::ReadOnly,
        reason: "an incident".parse().unwrap(),
        expires_at: Some(now.plus_micros(1_500_000)),
    };
    console.pin(&unit("a"), local(), pin).wait().unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().decision,
        Decision::Deny
    );
    // Ends by the clock; the receipt follows within a few ticks.
    let ended = (0..400).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(25));
        let changes = console
            .unit_history(&unit("a"), i64::MAX, 1)
            .unwrap()
            .level_changes;
        changes
            .first()
            .is_some_and(|change| change.cause == LevelCause::PinExpired)
    });
    assert!(ended, "the end of the pin was recorded");
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().decision,
        Decision::Allow
    );
}

#[test]
fn a_pin_below_the_measured_level_must_end_soon() {
    let installation = Installation::new();
    let console = installation.open();
    console
        .observe(&unit("a"), report(95.0, 100.0))
        .wait()
        .unwrap();
    let pin = |expires_at| PinRequest {
        level: ProtectionLevel::Permissive,
        reason: "a test".parse().unwrap(),
        expires_at,
    };
    assert!(matches!(
        console.pin(&unit("a"), local(), pin(None)).wait(),
        Err(AppError::Invalid(_))
    ));
    console
        .pin(&unit("a"), local(), pin(Some(soon(&console))))
        .wait()
        .unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().decision,
        Decision::Allow
    );
    console.unpin(&unit("a"), actor()).wait().unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().decision,
        Decision::Deny
    );
    assert!(matches!(
        console.unpin(&unit("a"), actor()).wait(),
        Err(AppError::NotFound { .. })
    ));
}

#[test]
fn a_risk_mark_denies_writes_while_its_rule_is_on() {
    let installation = Installation::new();
    let console = installation.open();
    let mark = RiskRequest {
        reason: "a suspicion".parse().unwrap(),
        expires_at: None,
    };
    console
        .mark_risky(&unit("a"), actor(), mark)
        .wait()
        .unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().decision,
        Decision::Allow
    );
    console
        .set_rule(switch(Rule::ReadOnlyForRisky, true))
        .wait()
        .unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().code,
        Code::UnitRisky
    );
    console.clear_risky(&unit("a"), actor()).wait().unwrap();
    assert_eq!(
        console.decide(ask("write:/x", "a")).unwrap().decision,
        Decision::Allow
    );
}

#[test]
fn an_alias_is_no_way_around_a_lock() {
    let installation = Installation::new();
    let console = installation.open();
    configure(&console, "payments-api", |config| {
        config.aliases.insert(unit("payments"));
    })
    .unwrap();
    let pin = PinRequest {
        level: ProtectionLevel::ReadOnly,
        reason: "an incident".parse().unwrap(),
        expires_at: None,
    };
    console.pin(&unit("payments"), local(), pin).wait().unwrap();
    assert_eq!(
        console
            .decide(ask("write:/x", "payments"))
            .unwrap()
            .decision,
        Decision::Deny
    );
    assert_eq!(
        console
            .decide(ask("write:/x", "payments-api"))
            .unwrap()
            .decision,
        Decision::Deny
    );
    let taken = configure(&console, "other", |config| {
        config.aliases.insert(unit("payments"));
    });
    assert!(matches!(
        taken,
        Err(AppError::Conflict {
            code: "alias_taken",
            ..
        })
    ));
    let named = configure(&console, "payments", |_| {});
    assert!(matches!(
        named,
        Err(AppError::Conflict {
            code: "name_is_alias",
            ..
        })
    ));
}

#[test]
fn observe_mode_allows_and_records_what_it_would_have_answered() {
    let installation = Installation::new();
    let console = installation.open();
    configure(&console, "a", |config| config.mode = Mode::Observe).unwrap();
    console
        .set_rule(switch(Rule::WritesRequireApproval, true))
        .wait()
        .unwrap();
    let answer = console.decide(ask("write:/x", "a")).unwrap();
    assert_eq!(
        (answer.decision, answer.would_be),
        (Decision::Allow, Some(Decision::RequireApproval))
    );
}

#[test]
fn a_second_console_on_the_same_file_sees_changes_and_extends_the_same_log() {
    let installation = Installation::new();
    let (here, there) = (installation.open(), installation.open());
    for turn in 0..10 {
        there
            .set_rule(switch(Rule::WritesRequireApproval, turn % 2 == 0))
            .wait()
            .unwrap();
        let expected = if turn % 2 == 0 {
            Decision::RequireApproval
        } else {
            Decision::Allow
        };
        // Not too many of one subject may wait.
        let mut request = ask("write:/x", "a");
        request.subject = format!("agent-{turn}").parse().unwrap();
        let decision = here.decide(request).unwrap().decision;
        assert_eq!(decision, expected, "turn {turn}");
    }
    assert!(here.audit_log(|_, _| {}).unwrap().valid());
}

/// A clock that a test turns.
#[derive(Default)]
struct TurnedClock(std::sync::atomic::AtomicI64);

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(std::sync::atomic::Ordering::SeqCst);
        SystemClock.now().plus_seconds(ahead)
    }
}

#[test]
fn while_the_clock_has_just_jumped_nothing_relaxes_and_everything_may_tighten() {
    let installation = Installation::new();
    let clock = std::sync::Arc::new(TurnedClock::default());
    let mut options = installation.options();
    options.clock = clock.clone();
    let console = Console::with(options).unwrap();
    let observe = |rate| {
        let observed = console.observe(&unit("a"), report(rate, 100.0)).wait();
        observed.unwrap();
        console.unit(&unit("a")).unwrap().level
    };
    assert_eq!(observe(70.0), ProtectionLevel::RequireApproval);
    assert_eq!(observe(0.0), ProtectionLevel::RequireApproval);
    assert_eq!(console.clock_trouble(), None);
    // The window of an hour seems to be over.
    clock
        .0
        .store(2 * 3_600, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(observe(0.0), ProtectionLevel::RequireApproval);
    let trouble = console.clock_trouble().unwrap();
    assert!(trouble.contains("jumped"), "{trouble}");
    assert_eq!(observe(1_000.0), ProtectionLevel::ReadOnly);
}
