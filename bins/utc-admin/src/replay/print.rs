//! What a replay found, for people and for machines.

use serde_json::{Value, json};
use utc_app::replay::{
    Breakdown, Change, Counterfactual, Faithful, Finding, Matrix, ObstacleCount, ReplayOutcome,
    ReplayReport,
};
use utc_domain::{Decision, Ground};

/// How many examples people see; machines see all.
const SHOWN: usize = 10;

/// The same members as the API's answer has.
pub(super) fn value(report: &ReplayReport, receipt: &str) -> Value {
    let (window, totals) = (&report.window, report.totals);
    let mut value = json!({
        "receipt_id": receipt,
        "from": window.from.map(|at| at.to_string()),
        "to": window.to.map(|at| at.to_string()),
        "unit": window.unit.as_ref().map(ToString::to_string),
        "log_size": window.log_size,
        "first_seq": window.first_seq,
        "end_seq": window.end_seq,
        "total": totals.total,
        "equal": totals.equal,
        "different": totals.different,
        "not_replayable": totals.not_replayable,
        "obstacles": report.obstacles.iter().map(obstacle).collect::<Vec<_>>(),
    });
    let (mode, found) = match &report.outcome {
        ReplayOutcome::Faithful(found) => ("faithful", faithful(found)),
        ReplayOutcome::Counterfactual(found) => ("counterfactual", counterfactual(found)),
    };
    if let Some(members) = value.as_object_mut() {
        members.insert("mode".to_owned(), mode.into());
        members.insert(mode.to_owned(), found);
    }
    value
}

fn obstacle(met: &ObstacleCount) -> Value {
    let examples = met.examples.iter().map(|example| {
        json!({ "receipt_id": example.receipt_id, "seq": example.seq, "detail": example.detail })
    });
    json!({
        "reason": met.obstacle.as_str(),
        "explanation": met.obstacle.explanation(),
        "count": met.count,
        "examples": examples.collect::<Vec<_>>(),
    })
}

fn faithful(found: &Faithful) -> Value {
    let by_field = found.by_field.iter();
    let by_field =
        by_field.map(|(field, count)| json!({ "field": field.as_str(), "count": count }));
    json!({
        "by_field": by_field.collect::<Vec<_>>(),
        "examples": found.examples.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    let fields = finding.differences.iter().map(|difference| {
        json!({
            "field": difference.field.as_str(),
            "recorded": difference.recorded,
            "recomputed": difference.recomputed,
        })
    });
    json!({ "receipt_id": finding.receipt_id, "seq": finding.seq, "fields": fields.collect::<Vec<_>>() })
}

fn counterfactual(found: &Counterfactual) -> Value {
    let by_rule = found.by_rule.iter().map(|share| {
        json!({
            "rule": share.ground.as_str(),
            "before": share.before,
            "after": share.after,
            "matrix": cells(&share.matrix),
        })
    });
    let never = found.never_matched.iter().copied();
    json!({
        "notes": found.notes,
        "matrix": cells(&found.matrix),
        "observed": found.observed,
        "by_rule": by_rule.collect::<Vec<_>>(),
        "by_unit": breakdown(&found.by_unit),
        "by_subject": breakdown(&found.by_subject),
        "never_matched": never.map(Ground::as_str).collect::<Vec<_>>(),
        "examples": found.examples.iter().map(change).collect::<Vec<_>>(),
    })
}

fn cells(matrix: &Matrix) -> Vec<Value> {
    let cells = matrix.cells().map(
        |(old, new, count)| json!({ "old": old.as_str(), "new": new.as_str(), "count": count }),
    );
    cells.collect()
}

fn breakdown(breakdown: &Breakdown) -> Value {
    let items = breakdown.listed.iter().map(|share| {
        json!({
            "name": share.name,
            "total": share.matrix.total(),
            "changed": share.matrix.changed(),
            "matrix": cells(&share.matrix),
        })
    });
    json!({
        "items": items.collect::<Vec<_>>(),
        "rest": {
            "names": breakdown.others,
            "more_names": breakdown.more,
            "total": breakdown.rest.total(),
            "changed": breakdown.rest.changed(),
        },
    })
}

fn change(change: &Change) -> Value {
    json!({
        "receipt_id": change.receipt_id,
        "seq": change.seq,
        "subject": change.subject,
        "action": change.action,
        "unit": change.unit,
        "old": change.old.as_str(),
        "new": change.new.as_str(),
        "old_code": change.old_code,
        "new_code": change.new_code,
        "new_reason": change.new_reason,
    })
}

/// What people read.
pub(super) fn lines(report: &ReplayReport, receipt: &str) -> String {
    let totals = report.totals;
    let (same, other) = match &report.outcome {
        ReplayOutcome::Faithful(_) => ("came out as recorded", "came out otherwise"),
        ReplayOutcome::Counterfactual(_) => ("the same answer", "another answer"),
    };
    let mut lines = vec![
        format!("{:>12}  decisions", totals.total),
        format!("{:>12}  {}", totals.equal, same),
        format!("{:>12}  {}", totals.different, other),
        format!("{:>12}  could not be computed again", totals.not_replayable),
    ];
    for met in &report.obstacles {
        lines.push(format!(
            "{:>14}  {}: {}",
            met.count,
            met.obstacle,
            met.obstacle.explanation()
        ));
    }
    match &report.outcome {
        ReplayOutcome::Faithful(found) => lines.extend(faithful_lines(found)),
        ReplayOutcome::Counterfactual(found) => lines.extend(counterfactual_lines(found)),
    }
    lines.push(format!("receipt {receipt}"));
    lines.join("\n")
}

fn faithful_lines(found: &Faithful) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in found.examples.iter().take(SHOWN) {
        lines.push(format!("{} at {}", finding.receipt_id, finding.seq));
        for difference in &finding.differences {
            let field = difference.field.as_str();
            lines.push(format!("    {field}: recorded   {}", difference.recorded));
            lines.push(format!("    {field}: recomputed {}", difference.recomputed));
        }
    }
    lines
}

fn counterfactual_lines(found: &Counterfactual) -> Vec<String> {
    let mut lines = table(&found.matrix);
    for share in &found.by_rule {
        let (rule, changed) = (share.ground.as_str(), share.matrix.changed());
        lines.push(format!(
            "{rule:<28} spoke against {:>9}, would against {:>9}, {changed} answers change",
            share.before, share.after
        ));
    }
    let never: Vec<&str> = found
        .never_matched
        .iter()
        .map(|ground| ground.as_str())
        .collect();
    if !never.is_empty() {
        lines.push(format!("never matched: {}", never.join(", ")));
    }
    lines.extend(breakdown_lines("unit", &found.by_unit));
    lines.extend(breakdown_lines("subject", &found.by_subject));
    for change in found.examples.iter().take(SHOWN) {
        let Change {
            receipt_id,
            subject,
            action,
            unit,
            old,
            new,
            ..
        } = change;
        lines.push(format!(
            "{receipt_id}  {subject} {action} on {unit}: {old} → {new}"
        ));
    }
    lines.extend(found.notes.iter().map(|note| format!("note: {note}")));
    lines
}

/// A row for each old answer, a column for each new one.
fn table(matrix: &Matrix) -> Vec<String> {
    let count = |old: Decision, new: Decision| {
        let mut cells = matrix.cells();
        let cell = cells.find(|(from, to, _)| (*from, *to) == (old, new));
        cell.map_or(0, |(_, _, count)| count)
    };
    let columns = |texts: Vec<String>| texts.join(" ");
    let heads = Decision::ALL
        .iter()
        .map(|new| format!("{:>17}", new.as_str()));
    let mut lines = vec![format!(
        "{:<17}{}",
        "was \\ would be",
        columns(heads.collect())
    )];
    for old in Decision::ALL {
        let cells = Decision::ALL
            .iter()
            .map(|new| format!("{:>17}", count(old, *new)));
        lines.push(format!("{:<17}{}", old.as_str(), columns(cells.collect())));
    }
    lines
}

fn breakdown_lines(what: &str, breakdown: &Breakdown) -> Vec<String> {
    let changed = breakdown
        .listed
        .iter()
        .filter(|share| share.matrix.changed() > 0);
    let mut lines: Vec<String> = changed
        .map(|share| {
            let (changed, total) = (share.matrix.changed(), share.matrix.total());
            format!("{what} {:<40} {changed:>9} of {total} change", share.name)
        })
        .collect();
    let rest = breakdown.rest.changed();
    if rest > 0 {
        lines.push(format!(
            "{what}s that are not listed: {rest} of {} change",
            breakdown.rest.total()
        ));
    }
    lines
}
