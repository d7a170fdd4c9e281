//! The level that utilisation asks for by itself.

use utc_domain::{LevelCause, ProtectionLevel};
use utc_queueing::{Bounds, Settings, SettingsError};

#[track_caller]
fn check(rho: f64, spike: bool, level: ProtectionLevel, cause: LevelCause) {
    assert_eq!(
        Settings::classic().bounds().level_at(rho, spike),
        (level, cause)
    );
}

#[test]
fn a_level_is_asked_for_from_its_threshold_on() {
    check(
        0.0,
        false,
        ProtectionLevel::Permissive,
        LevelCause::Measured,
    );
    check(
        0.599_999,
        true,
        ProtectionLevel::Permissive,
        LevelCause::Measured,
    );
    check(
        0.6,
        false,
        ProtectionLevel::RequireApproval,
        LevelCause::Measured,
    );
    check(0.6, true, ProtectionLevel::ReadOnly, LevelCause::Spike);
    check(
        0.899_999,
        false,
        ProtectionLevel::RequireApproval,
        LevelCause::Measured,
    );
    check(0.9, false, ProtectionLevel::ReadOnly, LevelCause::Measured);
    check(1e9, false, ProtectionLevel::ReadOnly, LevelCause::Measured);
}

#[test]
fn thresholds_lie_in_their_order() {
    let bounds = Bounds::new(0.5, 1_000.0).unwrap();
    assert_eq!(
        (bounds.low().to_bits(), bounds.high().to_bits()),
        (0.5_f64.to_bits(), 1_000.0_f64.to_bits())
    );
    for (low, high) in [(0.5, 0.5), (0.0, 0.5), (-1.0, 0.5), (f64::NAN, 0.5)] {
        assert!(
            matches!(Bounds::new(low, high), Err(SettingsError::Low { .. })),
            "{low} {high}"
        );
    }
    for high in [0.0, -1.0, 1_000.1, f64::NAN, f64::INFINITY] {
        assert!(
            matches!(Bounds::new(0.1, high), Err(SettingsError::High { .. })),
            "{high}"
        );
    }
}
