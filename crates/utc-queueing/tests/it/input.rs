//! What is refused, and what the refusal says.

use utc_queueing::{Observation, Settings};

use crate::support::{minute, report};

fn check_report(arrival_rate: f64, service_rate: f64, expected: &str) {
    let refused = Observation::new(arrival_rate, service_rate, minute(0)).unwrap_err();
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn a_report_names_the_field_that_is_wrong() {
    let arrivals = "`arrival_rate` must be a number from 0 to 1000000000 per hour, is ";
    check_report(f64::NAN, 1.0, &format!("{arrivals}`NaN`"));
    check_report(f64::INFINITY, 1.0, &format!("{arrivals}`inf`"));
    check_report(-1.0, 1.0, &format!("{arrivals}`-1`"));
    check_report(1_000_000_001.0, 1.0, &format!("{arrivals}`1000000001`"));
    let service = "`service_rate` must be a number from 0.001 to 1000000000 per hour, is ";
    check_report(1.0, 0.0, &format!("{service}`0`"));
    check_report(1.0, 0.000_9, &format!("{service}`0.0009`"));
    check_report(1.0, f64::NAN, &format!("{service}`NaN`"));
    check_report(1.0, f64::NEG_INFINITY, &format!("{service}`-inf`"));
    check_report(1.0, 1e10, &format!("{service}`10000000000`"));
}

#[test]
fn the_ends_of_the_ranges_are_accepted() {
    for (arrival_rate, service_rate) in [(0.0, 1e-3), (1e9, 1e9)] {
        let report = report(arrival_rate, service_rate, 7);
        assert_eq!(
            (report.arrival_rate(), report.service_rate(), report.at()),
            (arrival_rate, service_rate, minute(7))
        );
    }
    assert!(report(-0.0, 1.0, 0).arrival_rate().is_sign_positive());
}

fn check_clamp(service_rate: f64, capacity: f64, expected: f64) {
    let clamped = report(5.0, service_rate, 0).clamp_to_capacity(capacity);
    assert_eq!(
        clamped,
        report(5.0, expected, 0),
        "{service_rate} with capacity {capacity}"
    );
}

#[test]
fn a_reported_capacity_stays_near_the_configured_one() {
    check_clamp(100.0, 100.0, 100.0);
    check_clamp(24.0, 100.0, 25.0);
    check_clamp(401.0, 100.0, 400.0);
    check_clamp(1e-3, 1e9, 2.5e8);
}

#[test]
fn the_clamp_never_leaves_the_range() {
    check_clamp(1.0, 1e-9, 1e-3);
    check_clamp(1.0, f64::MAX, 1e9);
}

#[test]
fn a_senseless_capacity_limits_nothing() {
    for capacity in [f64::NAN, f64::INFINITY, 0.0, -5.0] {
        check_clamp(7.0, capacity, 7.0);
    }
}

fn check_settings(values: (f64, f64, f64, f64), expected: &str) {
    let (alpha, low, high, relax_below) = values;
    assert_eq!(
        Settings::new(alpha, low, high, relax_below, 60)
            .unwrap_err()
            .to_string(),
        expected
    );
}

#[test]
fn settings_must_make_sense() {
    let alpha = "`alpha` must be above 0 and below 1, is ";
    check_settings((0.0, 0.6, 0.9, 0.5), &format!("{alpha}`0`"));
    check_settings((1.0, 0.6, 0.9, 0.5), &format!("{alpha}`1`"));
    check_settings((f64::NAN, 0.6, 0.9, 0.5), &format!("{alpha}`NaN`"));
    let high = "`high` must be above 0 and at most 1000, is ";
    check_settings((0.3, 0.6, f64::INFINITY, 0.5), &format!("{high}`inf`"));
    check_settings((0.3, 0.6, f64::NAN, 0.5), &format!("{high}`NaN`"));
    let low = "`low` must be above 0 and below `high` (0.9), is ";
    check_settings((0.3, 0.9, 0.9, 0.5), &format!("{low}`0.9`"));
    check_settings((0.3, 0.0, 0.9, 0.5), &format!("{low}`0`"));
    let relax = "`relax_below` must be above 0 and at most `low` (0.6), is ";
    check_settings((0.3, 0.6, 0.9, 0.61), &format!("{relax}`0.61`"));
    check_settings((0.3, 0.6, 0.9, f64::NAN), &format!("{relax}`NaN`"));
}

#[test]
fn the_classic_settings_are_valid() {
    let classic = Settings::classic();
    assert_eq!(Settings::new(0.3, 0.6, 0.9, 0.5, 60), Ok(classic));
    let values = (
        classic.alpha(),
        classic.low(),
        classic.high(),
        classic.relax_below(),
    );
    assert_eq!(
        (values, classic.relax_window_minutes()),
        ((0.3, 0.6, 0.9, 0.5), 60)
    );
}
