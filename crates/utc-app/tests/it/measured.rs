//! What is asked here becomes load: who is counted, what it takes to act, and what survives.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use utc_app::{
    Answer, Console, Controller, Options, PinRequest, Report, Request, Source, SystemClock,
    UnitConfig, UnitView,
};
use utc_domain::ProtectionLevel::{Permissive, ReadOnly};
use utc_domain::{Clock, Decision, LevelCause, ProtectionLevel, Timestamp, UnitName};

use crate::approvals::stage::{Database, postgres, sqlite};
use crate::support::{actor, local};

const CAPACITY: f64 = 100.0;

fn orders() -> UnitName {
    "orders".parse().unwrap()
}

fn configure(console: &Console, change: impl Fn(&mut UnitConfig) + Send + 'static) {
    let update = move |_: Option<&UnitConfig>| {
        let mut config = UnitConfig::unconfigured();
        change(&mut config);
        Ok(config)
    };
    console
        .configure_unit(orders(), actor(), Box::new(update))
        .wait()
        .unwrap();
}

fn with_capacity(database: &Database) -> Console {
    let console = database.open();
    configure(&console, |config| config.capacity_per_hour = Some(CAPACITY));
    console
}

fn ask(console: &Console, subject: &str, action: &str) -> Answer {
    let request = Request::new(subject.parse().unwrap(), action.parse().unwrap(), orders());
    console.submit(request).wait().unwrap()
}

/// Each of `subjects` people writes so often.
fn write(console: &Console, subjects: usize, times: usize) {
    for number in 0..subjects * times {
        ask(
            console,
            &format!("agent-{}", number % subjects),
            "write:/order",
        );
    }
}

fn look(console: &Console) -> UnitView {
    console.look_at_queues().unwrap();
    console.unit(&orders()).unwrap()
}

fn on_both(check: impl Fn(&Database)) {
    check(&sqlite());
    check(&postgres());
}

#[track_caller]
fn check_lambda(view: &UnitView, expected: std::ops::Range<f64>) {
    let lambda = view.queue.as_ref().map(|queue| queue.lambda);
    assert!(
        lambda.is_some_and(|lambda| expected.contains(&lambda)),
        "{lambda:?}"
    );
}

#[test]
fn clicks_on_a_fresh_installation_lock_nothing() {
    on_both(|database| {
        let console = database.open();
        write(&console, 11, 5);
        let view = look(&console);
        assert_eq!((view.level, view.queue), (Permissive, None));
        let counted = view.counted.unwrap();
        assert_eq!(
            (counted.capacity_per_hour, counted.arrival_rate),
            (None, None)
        );
    });
}

#[test]
fn fewer_than_ten_arrivals_tighten_nothing_however_small_the_unit_is() {
    let database = sqlite();
    let console = database.open();
    configure(&console, |config| config.capacity_per_hour = Some(1.0));
    write(&console, 9, 1);
    let view = look(&console);
    assert_eq!((view.level, view.queue), (Permissive, None));
}

#[test]
fn what_many_ask_for_is_load_and_the_level_follows() {
    on_both(|database| {
        let console = with_capacity(database);
        write(&console, 5, 12);
        let view = look(&console);
        assert_eq!(
            (view.level, view.level_cause),
            (ReadOnly, Some(LevelCause::Measured))
        );
        assert_eq!((view.source, view.stale), (Some(Source::Measured), false));
        check_lambda(&view, 200.0..230.0);
        assert_eq!(
            ask(&console, "newcomer", "write:/order").decision,
            Decision::Deny
        );
        assert_eq!(
            ask(&console, "newcomer", "read:/order").decision,
            Decision::Allow
        );
        let history = console.unit_history(&orders(), i64::MAX, 10).unwrap();
        assert_eq!(
            (history.features.len(), history.level_changes.len()),
            (1, 1)
        );
    });
}

#[test]
fn one_noisy_subject_is_held_and_the_unit_is_not() {
    on_both(|database| {
        let console = with_capacity(database);
        write(&console, 1, 60);
        let view = look(&console);
        assert_eq!(view.level, Permissive);
        check_lambda(&view, 40.0..60.0);
        assert_eq!(view.held_subjects, ["agent-0".parse().unwrap()]);
        let held = ask(&console, "agent-0", "write:/order");
        assert_eq!(held.decision, Decision::RequireApproval);
        assert!(
            held.reason
                .ends_with("this subject asks for more than its share of the unit.")
        );
        let stored = console.receipt(&local(), held.receipt_id).unwrap();
        let verified = console.verify(stored.receipt.as_bytes()).unwrap();
        let payload = verified.payload.unwrap();
        assert_eq!(payload["meta"]["over_share"], true, "{payload}");
        assert_eq!(
            payload["meta"]["protection_level"], "permissive",
            "{payload}"
        );
        assert_eq!(
            ask(&console, "agent-0", "read:/order").decision,
            Decision::Allow
        );
        assert_eq!(
            ask(&console, "somebody-else", "write:/order").decision,
            Decision::Allow
        );
        // Another server, and this one after a restart, hold the same.
        drop(console);
        let console = database.open();
        assert_eq!(
            ask(&console, "agent-0", "write:/order").decision,
            Decision::RequireApproval
        );
    });
}

#[test]
fn denials_and_reads_are_not_counted() {
    let database = sqlite();
    let console = with_capacity(&database);
    for number in 0..30 {
        ask(&console, &format!("reader-{number}"), "read:/order");
    }
    let pin = PinRequest {
        level: ReadOnly,
        reason: "stock-taking".parse().unwrap(),
        expires_at: None,
    };
    console.pin(&orders(), local(), pin).wait().unwrap();
    write(&console, 10, 3);
    assert_eq!(look(&console).queue, None);
}

fn report(console: &Console, arrival_rate: f64, at: Option<Timestamp>) -> UnitView {
    let report = Report {
        arrival_rate,
        service_rate: CAPACITY,
        at,
    };
    console.observe(&orders(), vec![report]).wait().unwrap();
    console.unit(&orders()).unwrap()
}

#[test]
fn reports_count_before_what_is_measured() {
    let database = sqlite();
    let console = with_capacity(&database);
    report(&console, 10.0, None);
    write(&console, 5, 12);
    let view = look(&console);
    assert_eq!(
        (view.level, view.source),
        (Permissive, Some(Source::Reported))
    );
    check_lambda(&view, 10.0..10.1);
}

#[test]
fn a_report_after_measuring_mixes_with_nothing_and_loosens_nothing() {
    for controller in [Controller::Classic, Controller::Predictive] {
        let database = sqlite();
        let console = Console::with(Options {
            controller,
            ..database.options()
        })
        .unwrap();
        configure(&console, |config| config.capacity_per_hour = Some(CAPACITY));
        write(&console, 5, 12);
        assert_eq!(look(&console).level, ReadOnly);
        let view = report(&console, 10.0, None);
        assert_eq!(
            (view.level, view.source),
            (ReadOnly, Some(Source::Reported))
        );
        check_lambda(&view, 10.0..10.1);
    }
}

#[test]
fn reports_that_were_silent_for_a_day_give_way_to_what_is_measured() {
    let database = sqlite();
    let console = with_capacity(&database);
    let yesterday = SystemClock.now().plus_minutes(-25 * 60);
    let view = report(&console, 95.0, Some(yesterday));
    assert_eq!((view.level, view.stale), (ReadOnly, true));
    assert!(
        view.recommendation.contains("pin"),
        "{}",
        view.recommendation
    );
    write(&console, 3, 4);
    // Denied ones do not count.
    assert_eq!(look(&console).source, Some(Source::Reported));
    let pin = PinRequest {
        level: Permissive,
        reason: "reports have stopped".parse().unwrap(),
        expires_at: Some(SystemClock.now().plus_minutes(60)),
    };
    console.pin(&orders(), local(), pin).wait().unwrap();
    write(&console, 3, 4);
    let view = look(&console);
    assert_eq!(view.source, Some(Source::Measured));
    // The level that load asks for is still held.
    assert_eq!(view.queue.unwrap().level, ReadOnly);
}

/// Looks by itself, many times a second.
fn ticking(database: &Database) -> Console {
    Console::with(Options {
        queue_tick: Some(Duration::from_millis(50)),
        ..database.options()
    })
    .unwrap()
}

#[test]
fn what_was_counted_survives_a_restart() {
    on_both(|database| {
        let console = with_capacity(database);
        write(&console, 4, 2);
        assert_eq!(look(&console).queue, None);
        drop(console);
        let console = ticking(database);
        write(&console, 4, 1);
        let observed = || console.unit(&orders()).unwrap().queue.is_some();
        for _ in 0..600 {
            if observed() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let view = console.unit(&orders()).unwrap();
        check_lambda(&view, 40.0..60.0);
    });
}

#[test]
fn two_servers_add_up_and_one_of_them_looks_for_both() {
    let database = postgres();
    let one = with_capacity(&database);
    let other = database.open();
    write(&one, 4, 2);
    write(&other, 4, 1);
    for _ in 0..2 {
        one.look_at_queues().unwrap();
        other.look_at_queues().unwrap();
    }
    for console in [&one, &other] {
        let view = console.unit(&orders()).unwrap();
        check_lambda(&view, 40.0..60.0);
    }
}

/// A clock that a test turns.
#[derive(Default)]
struct TurnedClock(AtomicI64);

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::SeqCst);
        SystemClock.now().plus_seconds(ahead)
    }
}

#[test]
fn a_level_comes_down_when_nobody_asks_any_more_and_then_nothing_is_stale() {
    let database = sqlite();
    let clock = Arc::new(TurnedClock::default());
    let console = Console::with(Options {
        clock: clock.clone(),
        ..database.options()
    })
    .unwrap();
    configure(&console, |config| config.capacity_per_hour = Some(CAPACITY));
    write(&console, 5, 12);
    let mut levels: Vec<ProtectionLevel> = vec![look(&console).level];
    // Less than what the clock is no longer trusted for.
    for _ in 0..400 {
        clock.0.fetch_add(59, Ordering::SeqCst);
        levels.push(look(&console).level);
    }
    levels.dedup();
    assert_eq!(
        levels,
        [ReadOnly, ProtectionLevel::RequireApproval, Permissive]
    );
    clock.0.fetch_add(3_600, Ordering::SeqCst);
    assert!(!look(&console).stale);
}

#[test]
fn a_gateway_that_saw_its_upstream_full_knows_its_capacity() {
    let database = sqlite();
    let console = database.open();
    configure(&console, |_| ());
    let unit = orders();
    let served = |count: usize, milliseconds| {
        for _ in 0..count {
            console.measure_ended(&unit);
            console.measure_served(&unit, Duration::from_millis(milliseconds));
        }
    };
    let sent = |count: usize| (0..count).for_each(|_| console.measure_sent(&unit));
    sent(120);
    served(120, 1);
    assert_eq!(look(&console).counted.unwrap().capacity_per_hour, None);
    sent(60);
    std::thread::sleep(Duration::from_millis(200));
    served(60, 200);
    let view = look(&console);
    assert!(
        view.counted.unwrap().capacity_per_hour.is_some(),
        "{view:?}"
    );
    // Reads count where what was measured are reads too.
    for number in 0..12 {
        ask(&console, &format!("reader-{number}"), "read:/order");
    }
    assert!(look(&console).queue.is_some());
}

#[test]
fn observations_are_thinned_to_one_an_hour_after_two_days() {
    on_both(|database| {
        let console = database.open();
        let from = SystemClock.now().plus_minutes(-72 * 60);
        let reports = (0..180).map(|minute| Report {
            arrival_rate: 10.0,
            service_rate: CAPACITY,
            at: Some(from.plus_minutes(minute)),
        });
        console
            .observe(&orders(), reports.collect())
            .wait()
            .unwrap();
        let recent = SystemClock.now().plus_minutes(-60);
        for minute in 0..30 {
            report(&console, 10.0, Some(recent.plus_minutes(minute)));
        }
        let rows = |console: &Console| {
            let history = console.unit_history(&orders(), i64::MAX, 1_000).unwrap();
            history.features.len()
        };
        assert_eq!(rows(&console), 210);
        console.look_at_queues().unwrap();
        let left = rows(&console) - 30;
        assert!((3..=4).contains(&left), "{left}");
    });
}

#[test]
fn a_unit_of_which_nothing_is_heard_is_told_of() {
    let database = sqlite();
    let console = with_capacity(&database);
    let old = SystemClock.now().plus_minutes(-20);
    let view = report(&console, 95.0, Some(old));
    assert_eq!((view.level, view.stale), (ReadOnly, true));
    let stale: Vec<bool> = console
        .staleness()
        .unwrap()
        .iter()
        .map(|one| one.stale)
        .collect();
    assert_eq!(stale, [true]);
    report(&console, 95.0, None);
    assert!(!console.staleness().unwrap()[0].stale);
}
