//! Replays for people.

use std::fmt::Write as _;

use utc_queueing::predictive::{Grades, Scorecard};
use utc_queueing::replay::Tuned;

use super::Done;

const HEAD: &str = "                episodes   early  lead min  overload min  missed min      %  false min/day  changes/day  precision";

/// One block for each recording, then the sum of all.
pub(super) fn replays(done: &[Done]) -> String {
    let mut text = String::new();
    for one in done {
        recording(&mut text, one);
    }
    if done.is_empty() {
        return "nothing was replayed".to_owned();
    }
    let classic = total(done, |one| &one.replay.classic);
    let predictive = total(done, |one| &one.replay.predictive);
    let _ = writeln!(text, "total of {}\n{HEAD}", done.len());
    line(&mut text, "classic", &classic, Precision::Hidden);
    line(&mut text, "predictive", &predictive, Precision::Hidden);
    text.push_str(&compared(&classic, &predictive));
    text
}

fn recording(text: &mut String, one: &Done) {
    let replay = &one.replay;
    let skipped = match one.skipped {
        0 => String::new(),
        rows => format!(", {rows} rows left out"),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{}\n{} rows of {} s{skipped}, capacity {:.3}\n{HEAD}",
        one.file,
        replay.points.len(),
        replay.step_seconds,
        replay.mu
    );
    line(text, "classic", &replay.classic, Precision::Hidden);
    line(text, "predictive", &replay.predictive, Precision::Hidden);
    for (predictor, card) in replay.predictors.iter() {
        line(text, &format!("  {predictor}"), card, Precision::Shown);
    }
    text.push('\n');
}

/// The recommendation, and what it rests on.
pub(super) fn tuned(tuned: &Tuned) -> String {
    let chosen = &tuned.chosen;
    let mut text = format!(
        "recommended: gate at precision {}, fast forecast with weight {}, locks held for at most {} min of calm\n{HEAD}\n",
        chosen.gate_precision(),
        chosen.quick_alpha(),
        chosen.longest_lock_minutes()
    );
    line(&mut text, "classic", &tuned.classic, Precision::Hidden);
    line(&mut text, "standard", &tuned.standard, Precision::Hidden);
    line(
        &mut text,
        "recommended",
        &tuned.predictive,
        Precision::Hidden,
    );
    if let Some(left_out) = &tuned.left_out {
        line(&mut text, "each left out", left_out, Precision::Hidden);
        text.push_str(
            "each left out: every recording under settings that were chosen on the others\n",
        );
    }
    text
}

/// The sum of one card over all recordings.
pub(super) fn total(done: &[Done], card: impl Fn(&Done) -> &Scorecard) -> Scorecard {
    let mut sum = Scorecard::exact();
    for one in done {
        sum.absorb(card(one));
    }
    sum
}

/// Only a forecast has a precision: a controller's alarms are no warnings.
#[derive(Clone, Copy)]
enum Precision {
    Shown,
    Hidden,
}

fn line(text: &mut String, name: &str, card: &Scorecard, precision: Precision) {
    let grades: Grades = card.grades();
    let lead = grades
        .median_lead_minutes
        .map_or_else(|| "-".to_owned(), |minutes| format!("{minutes:.1}"));
    let share = share(grades.missed_minutes, grades.overload_minutes);
    let precision = match precision {
        Precision::Shown => format!("{:.2}", grades.precision),
        Precision::Hidden => String::new(),
    };
    let row = format!(
        "{name:<14} {:>9} {:>7} {lead:>9} {:>13.1} {:>11.1} {share:>6} {:>14.1} {:>12.1} {precision:>10}",
        grades.episodes,
        grades.caught_early,
        grades.overload_minutes,
        grades.missed_minutes,
        grades.false_alarm_minutes_per_day,
        grades.level_changes_per_day,
    );
    text.push_str(row.trim_end());
    text.push('\n');
}

fn compared(classic: &Scorecard, predictive: &Scorecard) -> String {
    let (classic, predictive) = (classic.grades(), predictive.grades());
    let times = |one: f64, other: f64| {
        if other > 0.0 {
            format!("{:.2}", one / other)
        } else {
            "-".to_owned()
        }
    };
    format!(
        "predictive to classic: {} of the missed minutes, {} of the false alarms, {} of the changes\n",
        times(predictive.missed_minutes, classic.missed_minutes),
        times(
            predictive.false_alarm_minutes_per_day,
            classic.false_alarm_minutes_per_day
        ),
        times(
            predictive.level_changes_per_day,
            classic.level_changes_per_day
        ),
    )
}

fn share(part: f64, whole: f64) -> String {
    if whole > 0.0 {
        format!("{:.1}", 100.0 * part / whole)
    } else {
        "-".to_owned()
    }
}
