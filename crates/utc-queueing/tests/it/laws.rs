//! Laws that hold for every sequence of reports.

use proptest::collection::vec;
use proptest::prelude::*;
use utc_domain::{ProtectionLevel, Timestamp};
use utc_queueing::{Observation, ObserveError, QueueState, Relaxing, Settings, observe};

use crate::support::{minute, step};

const MICROS_PER_MINUTE: i64 = 60_000_000;

fn settings() -> impl Strategy<Value = Settings> {
    (0.05..0.95, 0.2..1.0, 0.05..1.0, 0.1..=1.0, 0u32..=120).prop_map(
        |(alpha, low, gap, share, window)| {
            Settings::new(alpha, low, low + gap, low * share, window).unwrap()
        },
    )
}

/// Reports with anything from the same time to two hours between them.
fn reports(most: usize) -> impl Strategy<Value = Vec<Observation>> {
    let one = (0.0..150.0, 50.0..150.0, 0i64..=120);
    vec(one, 1..=most).prop_map(|all| {
        let mut at = minute(0);
        let mut place = |(arrival_rate, service_rate, gap)| {
            at = at.plus_minutes(gap);
            Observation::new(arrival_rate, service_rate, at).unwrap()
        };
        all.into_iter().map(&mut place).collect()
    })
}

fn play(settings: &Settings, reports: &[Observation]) -> Vec<QueueState> {
    let mut states: Vec<QueueState> = Vec::new();
    for &report in reports {
        states.push(step(states.last(), settings, report).state);
    }
    states
}

/// How many microseconds, up to `states.last()`, ρ has been below the relax threshold without a break.
fn calm_micros(settings: &Settings, states: &[QueueState]) -> i64 {
    let calm = states
        .iter()
        .rev()
        .take_while(|state| state.rho < settings.relax_below());
    let newest = states.last().unwrap().last_at;
    calm.last()
        .map_or(0, |oldest| newest.micros_since(oldest.last_at))
}

proptest! {
    #[test]
    fn the_same_reports_give_the_same_states(settings in settings(), reports in reports(40)) {
        prop_assert_eq!(play(&settings, &reports), play(&settings, &reports));
    }

    #[test]
    fn nothing_loosens_faster_than_the_window(settings in settings(), reports in reports(60)) {
        let window = i64::from(settings.relax_window_minutes()) * MICROS_PER_MINUTE;
        let states = play(&settings, &reports);
        let mut changed: Option<Timestamp> = None;
        for (newest, pair) in (1..).zip(states.windows(2)) {
            let [before, after] = pair else { unreachable!("windows of two") };
            if after.level < before.level {
                prop_assert_eq!(after.level, before.level.relaxed());
                prop_assert!(calm_micros(&settings, &states[..=newest]) >= window);
                if let Some(changed) = changed {
                    prop_assert!(after.last_at.micros_since(changed) >= window);
                }
            }
            if after.level != before.level {
                changed = Some(after.last_at);
                prop_assert_eq!(after.level_since, after.last_at);
            }
        }
    }

    #[test]
    fn the_level_is_never_below_what_utilisation_asks(settings in settings(), reports in reports(40)) {
        for state in play(&settings, &reports) {
            let asked = match state.rho {
                rho if rho >= settings.high() => ProtectionLevel::ReadOnly,
                rho if rho >= settings.low() => ProtectionLevel::RequireApproval,
                _ => ProtectionLevel::Permissive,
            };
            prop_assert!(state.level >= asked);
        }
    }

    #[test]
    fn more_arrivals_never_give_a_lower_level(
        settings in settings(),
        reports in reports(30),
        (fewer, more) in (0.0..300.0, 0.0..300.0).prop_map(|(a, b): (f64, f64)| (a.min(b), a.max(b))),
        service_rate in 50.0..150.0,
        gap in 0i64..=120,
    ) {
        let states = play(&settings, &reports);
        let at = states.last().unwrap().last_at.plus_minutes(gap);
        let after = |rate| step(states.last(), &settings, Observation::new(rate, service_rate, at).unwrap()).state;
        prop_assert!(after(fewer).level <= after(more).level);
    }

    #[test]
    fn an_old_report_is_refused(settings in settings(), reports in reports(20), micros in 1i64..=10_000_000_000) {
        let states = play(&settings, &reports);
        let newest = states.last().unwrap();
        let before = newest.clone();
        let at = newest.last_at.plus_micros(-micros);
        let late = observe(Some(newest), &settings, Observation::new(1.0, 1.0, at).unwrap(), newest.last_at, Relaxing::Allowed);
        prop_assert_eq!(late, Err(ObserveError::OlderThanNewest { at, newest: newest.last_at }));
        prop_assert_eq!(newest, &before);
    }
}
