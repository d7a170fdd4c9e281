//! Replays as JSON.

use serde_json::{Value, json};
use utc_queueing::predictive::{Grades, Scorecard};

use super::Done;
use super::table::total;

/// The whole answer; `failed` is there only when there is something in it.
pub(super) fn replays(done: &[Done], failed: &[(String, String)]) -> Value {
    let traces: Vec<Value> = done.iter().map(trace).collect();
    let mut value = json!({
        "traces": traces,
        "total": {
            "classic": card(&total(done, |one| &one.replay.classic)),
            "predictive": card(&total(done, |one| &one.replay.predictive)),
        },
    });
    if !failed.is_empty()
        && let Some(members) = value.as_object_mut()
    {
        let failures: Vec<Value> = failed
            .iter()
            .map(|(file, error)| json!({ "file": file, "error": error }))
            .collect();
        members.insert("failed".to_owned(), json!(failures));
    }
    value
}

/// A card as JSON.
pub(super) fn block(grades: &Grades) -> Value {
    json!({
        "episodes": grades.episodes,
        "caught_early": grades.caught_early,
        "median_lead_minutes": grades.median_lead_minutes,
        "overload_minutes": grades.overload_minutes,
        "missed_minutes": grades.missed_minutes,
        "false_alarm_minutes_per_day": grades.false_alarm_minutes_per_day,
        "level_changes_per_day": grades.level_changes_per_day,
    })
}

fn card(card: &Scorecard) -> Value {
    block(&card.grades())
}

fn trace(done: &Done) -> Value {
    let predictors: serde_json::Map<String, Value> = done
        .replay
        .predictors
        .iter()
        .map(|(predictor, one)| (predictor.as_str().to_owned(), card(one)))
        .collect();
    json!({
        "file": done.file,
        "step_seconds": done.replay.step_seconds,
        "mu": done.replay.mu,
        "classic": card(&done.replay.classic),
        "predictive": card(&done.replay.predictive),
        "predictors": predictors,
    })
}
