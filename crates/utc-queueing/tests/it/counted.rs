//! Counts that fade, capacities that were seen.

use utc_queueing::{Demand, Exposure, SeenCapacity, Served, Tally};

use crate::support::minute;

const HIGH: f64 = 0.9;

/// `counts` of as many subjects, all of them in this minute, after so many hours of counting.
fn demand(counts: &[f64], hours: f64, capacity: f64) -> Demand {
    let tallies: Vec<Tally> = counts
        .iter()
        .map(|&count| Tally::empty(minute(0)).after(count, minute(0)))
        .collect();
    let exposure = Exposure::NONE.after(hours, hours);
    Demand::of(&tallies, exposure, capacity, HIGH).unwrap()
}

#[test]
fn counts_fade_by_halves_the_short_memory_sooner() {
    let tally = Tally::empty(minute(0)).after(8.0, minute(0));
    let later = tally.after(0.0, minute(60));
    assert!((later.long - 4.0).abs() < 1e-9 && later.recent < 0.01);
    let five_minutes = tally.after(1.0, minute(5));
    assert!((five_minutes.recent - 5.0).abs() < 1e-9, "{five_minutes:?}");
    // What comes late counts, and time does not go back.
    let late = later.after(1.0, minute(30));
    assert_eq!((late.at, late.long), (minute(60), later.long + 1.0));
}

#[test]
fn time_in_which_nobody_counted_fades_and_adds_nothing() {
    let full = Exposure::NONE.after(100.0, 100.0);
    assert!((full.long_hours - 1.0 / std::f64::consts::LN_2).abs() < 1e-9);
    let gone = full.after(10.0, 0.0);
    assert!(gone.long_hours < 0.01 && gone.recent_hours < 1e-9);
    // The rate is what it was: both fade alike.
    let tally = Tally::empty(minute(0))
        .after(30.0, minute(0))
        .after(0.0, minute(120));
    let exposure = full.after(2.0, 0.0);
    assert!((tally.long / exposure.long_hours - 30.0 / full.long_hours).abs() < 1e-9);
}

#[test]
fn a_dozen_clicks_in_the_first_minute_are_no_rate_of_hundreds_an_hour() {
    let first = demand(&[6.0, 6.0], 1.0 / 60.0, 100.0);
    assert!(first.enough && first.beyond.is_empty(), "{first:?}");
    let rate = first.counts.rate_per_hour();
    assert!((40.0..60.0).contains(&rate), "{rate}");
}

#[test]
fn many_arrivals_are_believed_at_once_and_few_over_time() {
    // A hundred in the last minutes after a quiet hour: the short memory speaks.
    let burst = demand(&[20.0; 5], 1.0, 10_000.0).counts.rate_per_hour();
    assert!(burst > 700.0, "{burst}");
    // Ten in the same time: the long one does.
    let few = demand(&[2.0; 5], 1.0, 10_000.0).counts.rate_per_hour();
    assert!(few < 20.0, "{few}");
}

#[test]
fn a_subject_counts_up_to_its_share_and_is_named_when_it_asked_ten_times() {
    let noisy = demand(&[500.0, 3.0], 1.0, 100.0);
    assert_eq!(noisy.beyond, [0]);
    assert!(noisy.counts.rate_per_hour() < 0.9 * 100.0, "{noisy:?}");
    // Nine, of a unit that can do one an hour.
    assert!(demand(&[9.0], 1.0, 1.0).beyond.is_empty());
    let quiet = demand(&[0.2], 1.0, 1.0);
    assert!(quiet.quiet && !quiet.enough);
}

/// A look of a minute: so many answers, each so long, with so many under way.
fn look(completed: f64, seconds: f64, under_way: f64) -> Served {
    Served {
        completed,
        service_hours: completed * seconds / 3_600.0,
        waited_hours: under_way / 60.0,
        hours: 1.0 / 60.0,
    }
}

fn after(looks: &[Served]) -> SeenCapacity {
    let seen = looks.iter();
    seen.fold(SeenCapacity::NONE, |seen, look| seen.after(look, 1))
}

#[test]
fn an_upstream_that_was_never_full_has_no_known_capacity() {
    let parallel = [
        look(600.0, 0.1, 1.0),
        look(6_000.0, 0.1, 10.0),
        look(12_000.0, 0.11, 22.0),
    ];
    assert_eq!(after(&parallel).per_hour, None);
    // Slow answers alone, with nobody waiting behind them, are no queue.
    let slow = [look(600.0, 0.1, 1.0), look(12.0, 0.5, 0.1)];
    assert_eq!(after(&slow).per_hour, None);
    // Few answers say nothing, however slow.
    let few = [look(50.0, 0.1, 0.1), look(40.0, 0.5, 10.0)];
    assert_eq!(after(&few).per_hour, None);
}

#[test]
fn what_it_manages_when_answers_become_slow_is_its_capacity() {
    let full = after(&[look(600.0, 0.1, 1.0), look(900.0, 0.4, 6.0)]);
    assert_eq!(full.per_hour, Some(54_000.0));
    // Less when it is full again lowers it, and whatever it manages easily raises it.
    let slower = full.after(&look(500.0, 0.6, 6.0), 1);
    assert!(slower.per_hour < full.per_hour);
    let easily = full.after(&look(2_000.0, 0.1, 3.0), 1);
    assert_eq!(easily.per_hour, Some(120_000.0));
    // Fewer than its servers under way are not full.
    let quiet = after(&[look(600.0, 0.1, 1.0)]);
    assert_eq!(quiet.after(&look(900.0, 0.4, 6.0), 8).per_hour, None);
}
