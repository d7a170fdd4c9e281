//! What waiting means, and the formulas that say so.

use utc_queueing::formulas::{
    FormulaError, drain_hours, fluid_backlog, hours_to_threshold, squared_variation,
};
use utc_queueing::{ApproverRecord, Approvers, Measured, QueueOutlook, RatePrior};

fn measured() -> Measured {
    Measured {
        arrival_rate: 48.0,
        service_rate: 60.0,
        servers: 1,
        arrival_scv: 1.0,
        service_scv: 1.0,
        backlog: 6.0,
    }
}

#[test]
fn a_calm_queue_has_a_wait_and_an_end() {
    let outlook = QueueOutlook::of(&measured()).unwrap();
    // M/M/1: ρ/(μ − λ) = 0.8/12 h; 6 of work against 12 to spare.
    assert_eq!(
        (
            outlook.wait_minutes,
            outlook.drain_minutes,
            outlook.backlog_in_an_hour
        ),
        (Some(4.0), Some(30.0), 0.0)
    );
}

#[test]
fn more_regular_work_waits_less_and_more_servers_too() {
    let wait = |measured: Measured| QueueOutlook::of(&measured).unwrap().wait_minutes.unwrap();
    let clockwork = wait(Measured {
        service_scv: 0.0,
        ..measured()
    });
    let even = wait(Measured {
        arrival_scv: 0.5,
        service_scv: 0.0,
        ..measured()
    });
    let many = wait(Measured {
        servers: 6,
        ..measured()
    });
    assert_eq!(clockwork, 2.0);
    assert!(even < clockwork && many < 4.0, "{even} {many}");
}

#[test]
fn an_overloaded_queue_has_neither_and_grows() {
    let outlook = QueueOutlook::of(&Measured {
        arrival_rate: 90.0,
        ..measured()
    })
    .unwrap();
    assert_eq!(
        (
            outlook.wait_minutes,
            outlook.drain_minutes,
            outlook.backlog_in_an_hour
        ),
        (None, None, 36.0)
    );
    let wrong = QueueOutlook::of(&Measured {
        servers: 0,
        ..measured()
    });
    assert_eq!(wrong, Err(FormulaError::Servers { value: 0 }));
}

#[test]
fn a_trend_reaches_a_threshold_or_does_not() {
    assert_eq!(hours_to_threshold(0.25, 0.25, 0.75), Ok(Some(2.0)));
    assert_eq!(hours_to_threshold(0.9, -1.0, 0.9), Ok(Some(0.0)));
    assert_eq!(hours_to_threshold(0.3, 0.0, 0.9), Ok(None));
    assert!(hours_to_threshold(0.3, f64::NAN, 0.9).is_err());
}

#[test]
fn a_fluid_never_falls_below_empty() {
    assert_eq!(fluid_backlog(10.0, 0.0, 100.0, 1.0), Ok(0.0));
    assert_eq!(drain_hours(0.0, 200.0, 100.0), Ok(0.0));
    assert!(matches!(
        drain_hours(1.0, 200.0, 100.0),
        Err(FormulaError::Unstable { .. })
    ));
}

#[test]
fn variation_of_equal_values_is_none_at_all() {
    assert_eq!(squared_variation(&[2.0, 2.0, 2.0]), Some(0.0));
    assert_eq!(squared_variation(&[0.0, 2.0]), Some(2.0));
    assert_eq!(
        (squared_variation(&[1.0]), squared_variation(&[0.0, 0.0])),
        (None, None)
    );
}

#[test]
fn requests_expire_when_people_cannot_keep_up() {
    let people = Approvers::new(2, RatePrior::STANDARD, ApproverRecord::EMPTY);
    let few = people.p_expires(0.1, 24.0).unwrap();
    let many = people.p_expires(8.0, 24.0).unwrap();
    assert!(few < 0.01 && many > 0.85 && many < 0.95, "{few} {many}");
    assert!(people.p_expires(1.0, 0.0).is_err());
}
