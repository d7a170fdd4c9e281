//! The schedule, by law and by example.

use std::time::Duration;

use proptest::prelude::*;
use utc_app::Settled;
use utc_notify::{LONGEST_JITTER, Report, delay, settled};

const DAY: Duration = Duration::from_hours(24);

/// How long all attempts take when each is followed by this chance.
fn whole(chance: f64) -> Duration {
    (1..).map_while(|attempt| delay(attempt, chance)).sum()
}

#[test]
fn the_steps_are_the_ones_that_are_promised() {
    let steps: Vec<u64> = (1..)
        .map_while(|attempt| delay(attempt, 0.5))
        .map(|step| step.as_secs())
        .collect();
    assert_eq!(steps, [5, 30, 120, 600, 3_600, 21_600, 21_600, 21_600]);
    assert_eq!(delay(0, 0.5), None);
    assert!(whole(1.0) < DAY);
}

proptest! {
    #[test]
    fn chance_moves_a_step_by_a_fifth_at_the_most(attempt in 1_u32..9, chance in 0.0..=1.0) {
        let plain = delay(attempt, 0.5).unwrap().as_secs_f64();
        let moved = delay(attempt, chance).unwrap().as_secs_f64();
        prop_assert!((moved - plain).abs() <= plain * LONGEST_JITTER + 1e-6);
    }

    #[test]
    fn steps_never_shrink_and_end_within_a_day(chance in 0.0..=1.0) {
        let steps: Vec<Duration> = (1..).map_while(|attempt| delay(attempt, chance)).collect();
        prop_assert!(steps.is_sorted());
        prop_assert!(whole(chance) < DAY);
    }

    #[test]
    fn any_chance_and_attempt_gives_an_answer(attempt in any::<u32>(), chance in any::<f64>()) {
        prop_assert!(delay(attempt, chance).is_none_or(|step| step < DAY));
    }

    #[test]
    fn two_hundreds_alone_are_taken(status in 100_u16..600) {
        let report = Report::Answered { status, text: String::new() };
        let taken = settled(&report, 1, 0.5) == Settled::Delivered;
        prop_assert_eq!(taken, (200..300).contains(&status));
        prop_assert_eq!(report.is_taken(), taken);
    }
}

#[test]
fn what_is_refused_is_not_tried_again_and_what_is_gone_is_said_to_be() {
    let refused = Report::Refused {
        error: "no".to_owned(),
    };
    assert!(matches!(settled(&refused, 1, 0.5), Settled::Dead { .. }));
    let gone = Report::Answered {
        status: 410,
        text: "bye".to_owned(),
    };
    let error = "answered 410: bye".to_owned();
    assert_eq!(settled(&gone, 1, 0.5), Settled::Gone { error });
    let silent = Report::Unanswered {
        error: "no answer in time".to_owned(),
    };
    assert!(matches!(settled(&silent, 8, 0.5), Settled::Again { .. }));
    assert!(matches!(settled(&silent, 9, 0.5), Settled::Dead { .. }));
}
