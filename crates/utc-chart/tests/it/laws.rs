//! What holds whatever the numbers are.

use proptest::prelude::*;
use utc_chart::{
    Backlog, BacklogChart, Band, LevelSince, Minute, OutcomesChart, POINTS, Recording, RhoChart,
    RiskChart, Series, Step, Thresholds, draw_replays,
};
use utc_domain::{ProtectionLevel, Timestamp};

use crate::page::check;

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        any::<i64>().prop_map(Timestamp::from_micros),
        (0..7_200_000_000_i64)
            .prop_map(|after| Timestamp::from_micros(1_800_000_000_000_000 + after)),
    ]
}

/// Every number there is, the usual ones more often.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.0..2.0_f64,
        prop::num::f64::ANY,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
        Just(f64::MAX),
    ]
}

fn points() -> impl Strategy<Value = Vec<(Timestamp, f64)>> {
    prop::collection::vec((time(), value()), 0..600)
}

fn level() -> impl Strategy<Value = ProtectionLevel> {
    prop_oneof![
        Just(ProtectionLevel::Permissive),
        Just(ProtectionLevel::RequireApproval),
        Just(ProtectionLevel::ReadOnly),
    ]
}

fn band() -> impl Strategy<Value = Option<Band>> {
    let band = (time(), time(), value(), value()).prop_map(|(from, until, least, most)| Band {
        from,
        until,
        least,
        most,
    });
    prop::option::of(band)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn utilisation_is_drawn_whatever_it_is(
        unit in ".{0,40}",
        measured in points(),
        thresholds in prop::option::of((value(), value())),
        levels in prop::collection::vec((time(), level()), 0..20),
        forecast in band(),
    ) {
        let levels: Vec<_> = levels.into_iter().map(|(at, level)| LevelSince { at, level }).collect();
        let thresholds = thresholds.map(|(low, high)| Thresholds { low, high });
        let chart = RhoChart { unit: &unit, measured: &measured, thresholds, levels: &levels, forecast };
        check(&chart.draw());
    }

    #[test]
    fn decisions_are_drawn_however_many_there_are(
        minutes in prop::collection::vec((time(), any::<[u64; 3]>(), any::<bool>()), 0..200),
    ) {
        let minutes: Vec<_> = minutes
            .into_iter()
            .map(|(at, counts, few)| {
                let [allow, require_approval, deny] = counts.map(|count| if few { count % 50 } else { count });
                Minute { at, allow, require_approval, deny }
            })
            .collect();
        check(&OutcomesChart { minutes: &minutes }.draw());
    }

    #[test]
    fn what_waits_is_drawn_however_long_it_waits(
        backlog in prop::collection::vec((time(), any::<u64>(), value()), 0..600),
        until in time(),
    ) {
        let backlog: Vec<_> = backlog
            .into_iter()
            .map(|(at, pending, wait_minutes)| Backlog { at, pending, wait_minutes })
            .collect();
        check(&BacklogChart { backlog: &backlog, until }.draw());
    }

    #[test]
    fn risk_is_drawn_whatever_it_is(scores in points(), risky in (value(), value()), unit in ".{0,40}") {
        check(&RiskChart { unit: &unit, scores: &scores, risky }.draw());
    }

    #[test]
    fn replays_are_drawn_whatever_happened(
        names in prop::collection::vec(".{0,40}", 0..3),
        steps in prop::collection::vec((time(), value(), any::<bool>(), any::<bool>()), 0..1_500),
        warm_up in 0..2_000_usize,
        high in value(),
    ) {
        let steps: Vec<_> = steps
            .into_iter()
            .map(|(at, truth, classic, predictive)| Step { at, truth, classic, predictive })
            .collect();
        let recordings: Vec<_> = names
            .iter()
            .map(|name| Recording { name, steps: &steps, warm_up, high })
            .collect();
        check(&draw_replays(&recordings));
    }

    #[test]
    fn a_series_is_bounded_and_keeps_its_peak(values in prop::collection::vec(value(), 0..2_000)) {
        let mut series = Series::default();
        for (value, minute) in values.iter().zip(0..) {
            series.add(Timestamp::EPOCH.plus_minutes(minute), *value);
        }
        let finite: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        prop_assert!(series.points().len() <= POINTS);
        prop_assert_eq!(series.count(), u64::try_from(finite.len()).unwrap());
        let peak = finite.iter().copied().reduce(f64::max);
        let drawn = series.points().iter().map(|&(_, value)| value).reduce(f64::max);
        prop_assert_eq!(drawn, peak);
        prop_assert_eq!(series.greatest(), peak.unwrap_or(0.0));
    }
}
